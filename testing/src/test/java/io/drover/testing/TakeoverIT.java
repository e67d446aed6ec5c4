/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The leading controller is killed in every state; the other one finishes the move or undoes it, and no client notices. */
class TakeoverIT {
    private static final Duration TAKEOVER_LIMIT = Duration.ofMinutes(3);

    @Test
    void anotherControllerGoesOnInEveryStateBeforeTheCutover() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId target = scene.other();
            Move move = scene.start(
                    target,
                    "\"cutover\":\"approve\",\"bootstrap\":{\"maxRate\":\"4MiB\"},"
                            + "\"verify\":{\"canaries\":[\"select pg_sleep(2)\"]}");
            killLeader(scene, probe);
            for (MoveState state :
                    new MoveState[] {MoveState.COPYING, MoveState.CATCHING_UP, MoveState.VERIFYING, MoveState.READY}) {
                scene.rest()
                        .await(
                                move.id(),
                                "at least in " + state,
                                Scene.MOVE_LIMIT,
                                seen -> seen.state().ordinal() >= state.ordinal(),
                                seen -> {});
                killLeader(scene, probe);
            }
            scene.await(move, MoveState.READY);
            scene.rest().act(move.id(), "approve");
            scene.rest()
                    .await(
                            move.id(),
                            "in the cutover",
                            Scene.MOVE_LIMIT,
                            seen -> seen.state().ordinal() >= MoveState.CUTTING_OVER.ordinal(),
                            seen -> {});
            killLeader(scene, probe);
            Move ended = awaitOutcome(scene, move);
            finish(scene, ended, target);
        }
    }

    @Test
    void theFenceIsLoweredOrTheMoveIsFinishedWhenTheLeaderDiesInThePause() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId target = scene.other();
            String leader = probe.leader();
            probe.onNext(TopologyState.FENCED, () -> scene.cluster().kill(leader));
            Move move = scene.start(target, "");
            Move ended = awaitOutcome(scene, move);
            scene.cluster().restart(leader);
            finish(scene, ended, target);
        }
    }

    @Test
    void theTargetServesAndTheOldPrimaryFollowsItWhenTheLeaderDiesAfterThePointOfNoReturn() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            String leader = probe.leader();
            probe.onNext(TopologyState.PROMOTING, () -> scene.cluster().kill(leader));
            Move move = scene.start(target, "");
            Move ready = scene.awaitRollbackReady(move);
            scene.cluster().restart(leader);
            scene.cluster().waitHealthy();
            assertThat(scene.topology().primary().node()).isEqualTo(target);
            assertThat(ready.cutover()).isNotNull();
            assertThat(ready.cutover().commitsPastFork()).isZero();

            killLeader(scene, probe);
            assertThat(scene.awaitRollbackReady(move).state()).isEqualTo(MoveState.BAKING);

            // frozen, it wakes when another has finished (F41): all that it still wants to do is refused
            String second = probe.leader();
            probe.onNext(TopologyState.PROMOTING, () -> scene.cluster().freeze(second));
            scene.rest().act(move.id(), "rollback");
            try {
                scene.await(move, MoveState.ROLLED_BACK);
            } finally {
                scene.cluster().thaw(second);
            }
            scene.cluster().waitHealthy();
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            scene.awaitWrites(100);
        }
    }

    @Test
    void theUndoIsFinishedWhenTheLeaderDiesInAborting() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            Move move = scene.start(scene.other(), "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);
            scene.rest().act(move.id(), "abort");
            killLeader(scene, probe);
            scene.await(move, MoveState.ABORTED);
            scene.awaitWrites(100);
            assertThat(scene.cluster()
                            .psql(scene.primary())
                            .run(LocalCluster.DATABASE, "select slot_name from pg_replication_slots"))
                    .isEmpty();
        }
    }

    private static Move awaitOutcome(Scene scene, Move move) {
        return scene.rest()
                .await(
                        move.id(),
                        "in its bake or undone",
                        Scene.MOVE_LIMIT,
                        seen -> seen.state() == MoveState.ABORTED
                                || (seen.state() == MoveState.BAKING
                                        && seen.rollback() != null
                                        && seen.rollback().ready()),
                        seen -> {});
    }

    private static void finish(Scene scene, Move ended, NodeId target) {
        scene.cluster().waitHealthy();
        scene.awaitWrites(100);
        assertThat(scene.topology().state()).isEqualTo(TopologyState.SERVING);
        if (ended.state() == MoveState.BAKING) {
            assertThat(scene.topology().primary().node()).isEqualTo(target);
            scene.rest().complete(ended.id());
            scene.await(ended, MoveState.COMPLETED);
        }
    }

    private static void killLeader(Scene scene, TopologyProbe probe) {
        String leader = probe.leader();
        scene.cluster().kill(leader);
        Waiting.until(
                "another controller than " + leader + " leads",
                TAKEOVER_LIMIT,
                () -> !probe.leader().equals(leader));
        scene.cluster().restart(leader);
    }
}
