/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** The table of cases, in the order in which they are run on one installation. */
final class Cases {
    private static final Duration SOON = Duration.ofMinutes(2);
    /** The host of the load stays out of what happens to others. */
    private static final Duration AWAY = Duration.ofSeconds(6);

    /** A pause that is long enough for something to happen in it. */
    private static final String LONG_PAUSE = ", \"maxWritePause\": \"40s\", \"drainTimeout\": \"5s\"";

    /** The row of the copy. */
    private static final int COPY = 40;

    private static final String APPROVED = ", \"cutover\": \"approve\"";

    private Cases() {}

    static List<Case> all() {
        return Stream.of(
                        List.of(
                                Case.quiet("move-rollback-complete", InCi.ALWAYS, Cases::moveRollbackComplete),
                                Case.quiet("controller-host-killed", InCi.FIRST_TURN, Cases::controllerHostKilled)),
                        OldPrimary.cases(),
                        Cuts.cases(),
                        SlowNetwork.cases(),
                        List.of(PowerLoss.asCase(), Case.quiet("upgrade-during-move", InCi.NEVER, Upgrade::duringMove)))
                .flatMap(List::stream)
                .toList();
    }

    static Case named(String name) {
        return all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no case " + name + " among " + all()));
    }

    /** There, back, there again, and closed, all under load. */
    static MoveId moveRollbackComplete(Scene scene) {
        MoveId first = scene.startMove("");
        scene.figure("firstPauseMillis", pause(scene, first));
        scene.awaitWrites();
        scene.rollBack(first);
        scene.figure(
                "rollbackPauseMillis",
                String.valueOf(scene.rest().move(first).rollback().cutover().writePauseMillis()));
        scene.awaitWrites();
        scene.purge();
        MoveId second = scene.startMove("");
        scene.figure("secondPauseMillis", pause(scene, second));
        scene.awaitWrites();
        scene.awaitWayBack(second);
        scene.complete(second);
        scene.awaitWrites();
        return second;
    }

    private static String pause(Scene scene, MoveId move) {
        return String.valueOf(scene.await(move, MoveState.BAKING).cutover().writePauseMillis());
    }

    /** The host of the controller that leads is gone in the middle of the copy; the other controller ends the move. */
    private static MoveId controllerHostKilled(Scene scene) {
        String leader = scene.leader();
        if (leader.equals(scene.source()) || leader.equals(scene.target())) {
            throw new IllegalStateException(leader + " has a part in the move");
        }
        MoveId move = scene.startMove(", \"bootstrap\": {\"maxRate\": \"8MiB\"}");
        scene.await(move, MoveState.COPYING);
        Fault killed = Fault.powerCut(scene.machine(leader));
        Instant at = Instant.ofEpochMilli(System.currentTimeMillis());
        try (killed) {
            scene.await(move, MoveState.BAKING);
            // nobody could be asked at that moment
            scene.fault(
                    "host " + leader + " of the leading controller killed while copying", isCopying(scene, move, at));
            scene.awaitWrites();
        }
        return move;
    }

    private static boolean is(Scene scene, MoveId move, MoveState state) {
        return scene.await(move, MoveState.values()).state() == state;
    }

    /** All machines have one clock. */
    private static boolean isCopying(Scene scene, MoveId move, Instant at) {
        return scene.rest().move(move).history().stream()
                .filter(entry -> entry.step() > COPY)
                .findFirst()
                .filter(entry -> entry.at().isAfter(at))
                .isPresent();
    }

    /** What happens to hosts of the move while it goes on. */
    static final class OldPrimary {
        private OldPrimary() {}

        static List<Case> cases() {
            return List.of(
                    Case.harsh("old-primary-reboots-before-fence", InCi.NEVER, OldPrimary::beforeFence),
                    Case.harsh("old-primary-reboots-in-pause", InCi.SECOND_TURN, OldPrimary::inPause),
                    Case.harsh("old-primary-reboots-after-promotion", InCi.FIRST_TURN, OldPrimary::afterPromotion),
                    Case.harsh("old-primary-reboots-as-rollback-replica", InCi.NEVER, OldPrimary::asReplica),
                    Case.harsh("old-primary-frozen-in-pause", InCi.NEVER, OldPrimary::frozenInPause),
                    Case.harsh("target-frozen-while-copying", InCi.NEVER, OldPrimary::targetFrozen));
        }

        private static MoveId beforeFence(Scene scene) {
            MoveId move = scene.startMove(APPROVED);
            scene.await(move, MoveState.READY);
            reboot(scene, "before the fence", is(scene, move, MoveState.READY));
            scene.awaitHealthy();
            scene.awaitWrites();
            scene.rest().act(move, "approve");
            scene.await(move, MoveState.BAKING);
            return move;
        }

        private static MoveId inPause(Scene scene) throws Exception {
            AutoCloseable slow = scene.watch().slowParticipant();
            try (slow) {
                MoveId move = scene.startMove(LONG_PAUSE);
                scene.watch().await(TopologyState.FENCED, SOON);
                reboot(scene, "in the pause", scene.watch().last().state() == TopologyState.FENCED);
                scene.await(move, MoveState.BAKING, MoveState.ABORTED);
                return move;
            }
        }

        private static MoveId afterPromotion(Scene scene) {
            MoveId move = scene.startMove("");
            scene.watch().awaitOtherPrimary(SOON);
            reboot(scene, "after the promotion", !scene.watch().last().primary().equals(scene.source()));
            scene.awaitWayBack(move);
            return move;
        }

        private static MoveId asReplica(Scene scene) {
            MoveId move = scene.startMove("");
            scene.awaitWayBack(move);
            reboot(scene, "as rollback replica", is(scene, move, MoveState.BAKING));
            scene.awaitWrites();
            return scene.rollBack(move).id();
        }

        /** Its power is cut, and given back when the agent would have missed it. */
        private static void reboot(Scene scene, String when, boolean isThen) {
            Fault cut = Fault.powerCut(scene.machine(scene.source()));
            try (cut) {
                scene.fault("host " + scene.source() + " loses its power " + when, isThen);
                Waiting.pause(AWAY);
            }
        }

        private static MoveId frozenInPause(Scene scene) throws Exception {
            AutoCloseable slow = scene.watch().slowParticipant();
            try (slow) {
                MoveId move = scene.startMove(LONG_PAUSE);
                scene.watch().await(TopologyState.FENCED, SOON);
                Fault frozen = Fault.freeze(scene.machine(scene.source()));
                try (frozen) {
                    scene.fault(
                            "host " + scene.source() + " frozen",
                            scene.watch().last().state() == TopologyState.FENCED);
                    Waiting.pause(Duration.ofSeconds(20));
                }
                scene.await(move, MoveState.BAKING, MoveState.ABORTED);
                return move;
            }
        }

        private static MoveId targetFrozen(Scene scene) {
            MoveId move = scene.startMove(", \"bootstrap\": {\"maxRate\": \"4MiB\"}");
            scene.await(move, MoveState.COPYING);
            Fault frozen = Fault.freeze(scene.machine(scene.target()));
            try (frozen) {
                scene.fault("host " + scene.target() + " frozen while copying", is(scene, move, MoveState.COPYING));
                Waiting.pause(Duration.ofSeconds(15));
            }
            scene.await(move, MoveState.BAKING, MoveState.ABORTED);
            return move;
        }
    }
}
