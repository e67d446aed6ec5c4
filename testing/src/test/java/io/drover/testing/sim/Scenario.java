/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.MoveRequest;
import java.time.Duration;
import java.util.Set;

/** What a shard is put through. Without a fault each ends in its one state; together they meet every fault point. */
enum Scenario {
    /** A move, its completion, and the purge of the old copy. */
    MOVE("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.move(plain());
            stage.closeFromBake();
            stage.purge();
        }
    },
    ROLLBACK("ROLLED_BACK") {
        @Override
        void play(Stage stage) {
            stage.move(plain());
            if (stage.reaches("BAKING")) {
                stage.rollBack();
            }
            stage.closeFromBake();
        }
    },
    /** A rollback that is given up before its fence: the move bakes again, and is completed. */
    ROLLBACK_GIVEN_UP("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.move(plain());
            if (stage.reaches("BAKING")) {
                stage.atCue("row-95/result/after", stage::abort);
                stage.rollBack();
            }
            stage.closeFromBake();
        }
    },
    DRILL("ABORTED") {
        @Override
        void play(Stage stage) {
            stage.move(drill());
            stage.ends();
        }
    },
    /** A move that waits for its approval is drilled, approved and completed. */
    DRILL_BEFORE_APPROVAL("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.move(approved());
            if (stage.reaches("READY")) {
                stage.drillAndApprove();
            }
            stage.closeFromBake();
        }
    },
    STRICT("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.move(inMode(MoveRequest.Mode.STRICT));
            stage.closeFromBake();
        }
    },
    CLEAN_STOP("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.move(inMode(MoveRequest.Mode.CLEAN_STOP));
            stage.closeFromBake();
        }
    },
    /** Nobody but the agent of the source is left when its server is being shut down. */
    CLEAN_STOP_ABANDONED("ABORTED") {
        @Override
        void play(Stage stage) {
            stage.atCue("stop/server/after", () -> stage.loseControllers(Duration.ofSeconds(20)));
            stage.move(inMode(MoveRequest.Mode.CLEAN_STOP));
            stage.closeFromBake();
        }
    },
    /** A person aborts between the seal and the point of no return. */
    ABORT("ABORTED") {
        @Override
        void play(Stage stage) {
            stage.atCue("row-110/run/after", stage::abort);
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** WAL past the fork on the old primary: it is rewound. */
    REWIND("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.atCue("row-130/record/after", stage::divergeSource);
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** Clients write past the end of a large WAL segment before the seal: the fence is raised a second time. */
    TAIL_MISSED("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.atCue("row-100/run/after", stage::missTail);
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** All controllers are away from the fence on: the source's agent lowers it. */
    NOBODY_LOWERS("ABORTED") {
        @Override
        void play(Stage stage) {
            stage.atCue("row-110/run/after", () -> stage.loseControllers(Duration.ofSeconds(20)));
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** All controllers are away from the point of no return on: the target's agent finishes. */
    NOBODY_PROMOTES("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.atCue("row-130/record/after", () -> stage.killControllers(Duration.ofSeconds(20)));
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** The same, and the target's server dies when its agent is about to promote it. */
    NOBODY_PROMOTES_THE_DEAD("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.atCue("row-130/record/after", () -> stage.killControllers(Duration.ofSeconds(20)));
            stage.atCue("reaction-finish/run/before", stage::killTarget);
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** All controllers and the target are away while the guard is armed: the source's agent takes it back. */
    NOBODY_DISARMS("ABORTED") {
        @Override
        void play(Stage stage) {
            stage.atCue("row-80/result/after", () -> {
                stage.loseControllers(Duration.ofSeconds(60));
                stage.loseTarget(Duration.ofSeconds(50));
            });
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** The archive holds the history of another cluster; a person mends what has come of it (H28). */
    WRONG_TIMELINE("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.plantHistory();
            stage.move(plain());
            stage.mendTimelineAndResume();
            stage.closeFromBake();
        }
    },
    /** A shard whose commits wait for a standby on a third node, which comes along. */
    SYNCHRONOUS("COMPLETED", Third.SYNCHRONOUS_STANDBY) {
        @Override
        void play(Stage stage) {
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** A standby is made on a third node on the way. */
    FURTHER_STANDBY("COMPLETED", Third.STANDBY_TO_BE_MADE) {
        @Override
        void play(Stage stage) {
            stage.move(SimRequest.to(Stage.TARGET.value(), false, false, MoveRequest.Mode.AUTO, third()));
            stage.closeFromBake();
        }
    },
    /** Another shard of the instance is adopted while it runs. */
    TWO_SHARDS("COMPLETED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).adoptAnotherShard();
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** What a move has left that was never stored is tidied up before another begins. */
    LEFT_BEHIND("COMPLETED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).leaveSomethingBehind();
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** A person aborts a move that has been stored and has not begun. */
    ABORT_AT_ONCE("ABORTED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).abortBeforeItBegins();
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** The seal ends the sessions: one of them was stopped where the others wait for it. */
    SESSION_IN_THE_WAY("COMPLETED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).stopASessionThatHoldsTheWal();
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** A session that does nothing with its open transaction is ended, as the move was asked to. */
    SESSION_ENDED("COMPLETED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).leaveATransactionOpen();
            stage.move(SimRequest.ending(Stage.TARGET.value()));
            stage.closeFromBake();
        }
    },
    /** The rewind of the old primary breaks off, and a person gives the way back up. */
    REWIND_BROKEN("COMPLETED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).breakTheRewind();
            stage.move(plain());
            stage.closeFromBake();
            new Mishap(stage).giveUpTheWayBack();
        }
    },
    /** Somebody starts the source behind a prepared seal, and the move is aborted. */
    STARTED_BY_HAND("ABORTED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).startTheSourceByHand();
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** Somebody lowers the fence in ZooKeeper only: the source's agent opens it. */
    LOWERED_BY_HAND("ABORTED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).lowerTheFenceByHand();
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** The record of a machine that is gone for good is deleted before the shard is moved. */
    NODE_FORGOTTEN("COMPLETED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).forgetAMachineThatIsGone();
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** ZooKeeper comes back empty, the topology is made again, and the shard is moved. */
    REBUILT("COMPLETED", Extent.ITS_OWN_POINTS) {
        @Override
        void play(Stage stage) {
            new Mishap(stage).loseZooKeeper();
            stage.move(plain());
            stage.closeFromBake();
        }
    };

    /** Those whose course depends on other standbys. */
    private static final Set<Integer> ROWS_WITH_STANDBYS = Set.of(55, 78, 80, 100, 140, 150, 160, 170, 180);

    private final String end;
    private final Extent extent;
    private final Third third;

    Scenario(String end) {
        this(end, Extent.WHOLE, Third.NONE);
    }

    Scenario(String end, Extent extent) {
        this(end, extent, Third.NONE);
    }

    Scenario(String end, Third third) {
        this(end, Extent.WHOLE, third);
    }

    Scenario(String end, Extent extent, Third third) {
        this.end = end;
        this.extent = extent;
        this.third = third;
    }

    /** What there is beside source and target. */
    Third third() {
        return third;
    }

    /** Where something happens to it. */
    private enum Extent {
        /** At each of its moments. */
        WHOLE,
        /** Where no scenario before it comes: the rest of it is a move as any other. */
        ITS_OWN_POINTS
    }

    /**
     * Whether it is not at this moment what the scenarios before it are, although the same process is at the same point in the same row: a
     * stopped source is no sealed one, nothing of a drill may be promoted, and an old primary with WAL past the fork must not follow.
     */
    boolean goesItsOwnWay(Moment moment) {
        int row = moment.step();
        return switch (this) {
            case STRICT, CLEAN_STOP, DRILL -> row >= 95 && row <= 160;
            case CLEAN_STOP_ABANDONED -> row == 110;
            case REWIND -> row >= 130 && row <= 160;
            case SYNCHRONOUS -> ROWS_WITH_STANDBYS.contains(row);
            case FURTHER_STANDBY -> row == 55 || row == 78;
            default -> false;
        };
    }

    /** Whether only the points matter that no scenario before it has met. */
    boolean isForItsOwnPoints() {
        return extent == Extent.ITS_OWN_POINTS;
    }

    /** Runs it to its end, whatever happens meanwhile. */
    abstract void play(Stage stage);

    /** How it ends when nothing happens to it. */
    String end() {
        return end;
    }

    /** How it ends when the move, or its rollback, had to be undone. */
    Set<String> undone() {
        return this == ROLLBACK ? Set.of("ABORTED", "COMPLETED") : Set.of("ABORTED");
    }

    /** How it ends when what its person does, or what befalls it besides, comes at another moment of the move. */
    Set<String> otherwise() {
        return switch (this) {
            case ABORT, ABORT_AT_ONCE, NOBODY_LOWERS, NOBODY_DISARMS -> Set.of("COMPLETED");
            case ROLLBACK_GIVEN_UP -> Set.of("ROLLED_BACK");
            default -> Set.of();
        };
    }

    /** What may be left, by how it begins: an old primary that is given up stays as it is when its agent is not there to set it aside. */
    Set<String> mayLeave() {
        return this == REWIND_BROKEN ? Set.of("a seal on " + Stage.SOURCE, "the journal on " + Stage.SOURCE) : Set.of();
    }

    private static MoveRequest plain() {
        return SimRequest.to(Stage.TARGET.value(), false, false, MoveRequest.Mode.AUTO);
    }

    private static MoveRequest drill() {
        return SimRequest.to(Stage.TARGET.value(), false, true, MoveRequest.Mode.AUTO);
    }

    private static MoveRequest approved() {
        return SimRequest.to(Stage.TARGET.value(), true, false, MoveRequest.Mode.AUTO);
    }

    private static MoveRequest inMode(MoveRequest.Mode mode) {
        return SimRequest.to(Stage.TARGET.value(), false, false, mode);
    }
}
