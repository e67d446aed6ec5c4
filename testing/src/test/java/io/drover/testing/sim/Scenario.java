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
            stage.move(strict());
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
            stage.atCue("row-130/record/after", () -> stage.loseControllers(Duration.ofSeconds(20)));
            stage.move(plain());
            stage.closeFromBake();
        }
    },
    /** The same, and the target's server dies when its agent is about to promote it. */
    NOBODY_PROMOTES_THE_DEAD("COMPLETED") {
        @Override
        void play(Stage stage) {
            stage.atCue("row-130/record/after", () -> stage.loseControllers(Duration.ofSeconds(20)));
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
    /** A shard whose commits wait for a standby on a third node, which comes along. */
    SYNCHRONOUS("COMPLETED", Third.SYNCHRONOUS_STANDBY) {
        @Override
        void play(Stage stage) {
            stage.move(plain());
            stage.closeFromBake();
        }

        @Override
        boolean isAnotherAt(Moment moment) {
            return ROWS_WITH_STANDBYS.contains(moment.step());
        }
    },
    /** A standby is made on a third node on the way. */
    FURTHER_STANDBY("COMPLETED", Third.STANDBY_TO_BE_MADE) {
        @Override
        void play(Stage stage) {
            stage.move(SimRequest.to(Stage.TARGET.value(), false, false, false, third()));
            stage.closeFromBake();
        }

        @Override
        boolean isAnotherAt(Moment moment) {
            return moment.step() == 55 || moment.step() == 78;
        }
    };

    /** Those whose course depends on other standbys. */
    private static final Set<Integer> ROWS_WITH_STANDBYS = Set.of(55, 78, 80, 90, 95, 100, 140, 150, 160, 170, 180);

    private final String end;
    private final Third third;

    Scenario(String end) {
        this(end, Third.NONE);
    }

    Scenario(String end, Third third) {
        this.end = end;
        this.third = third;
    }

    Third third() {
        return third;
    }

    /** Whether what happens at a moment may come to something else than in a scenario that had that moment before. */
    boolean isAnotherAt(Moment moment) {
        return false;
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
            case ABORT, NOBODY_LOWERS, NOBODY_DISARMS -> Set.of("COMPLETED");
            case ROLLBACK_GIVEN_UP -> Set.of("ROLLED_BACK");
            default -> Set.of();
        };
    }

    private static MoveRequest plain() {
        return SimRequest.to(Stage.TARGET.value(), false, false, false);
    }

    private static MoveRequest drill() {
        return SimRequest.to(Stage.TARGET.value(), false, true, false);
    }

    private static MoveRequest approved() {
        return SimRequest.to(Stage.TARGET.value(), true, false, false);
    }

    private static MoveRequest strict() {
        return SimRequest.to(Stage.TARGET.value(), false, false, true);
    }
}
