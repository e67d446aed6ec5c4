/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.MoveProbe;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * The leading controller, or every one of them, is killed while writes are held, and in every state after that; the shard ends
 * with one primary that serves, and no client notices.
 */
class TakeoverInTheCutoverIT {
    @Test
    void theFenceIsLoweredOrTheMoveIsFinishedWhenTheLeaderDiesInThePause() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move move = killLeaderAtOnceIn(
                    scene, probe, TopologyState.FENCED, harm -> scene.startAndAtTheFence(target, "", probe, harm));
            Move ended = scene.awaitRollbackReadyOrUndone(move);
            Takeover.assertServing(scene, ended.state() == MoveState.BAKING ? target : source);
        }
    }

    @Test
    void theTargetServesAndTheWayBackStaysOpenWhenLeadersDieAfterThePointOfNoReturn() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move move = killLeaderAtOnceIn(
                    scene, probe, TopologyState.PROMOTING, harm -> startAndAtThePromotion(scene, target, probe, harm));
            try (MoveProbe stored = MoveProbe.open(scene.cluster(), move.id())) {
                Takeover.killLeaderIn(scene, probe, stored, MoveState.REVERSING);
                Move ready = scene.awaitRollbackReady(move);
                assertThat(scene.topology().primary().node()).isEqualTo(target);
                assertThat(ready.cutover()).isNotNull();
                assertThat(ready.cutover().commitsPastFork()).isZero();

                Takeover.killLeaderIn(scene, probe, stored, MoveState.BAKING);
                scene.awaitRollbackReady(move);
                scene.rest().act(move.id(), "rollback");
                Takeover.killLeaderIn(scene, probe, stored, MoveState.ROLLING_BACK);

                // frozen, it wakes when another has finished (F41): all that it still wants to do is refused
                String second = probe.leader();
                probe.onNext(TopologyState.PROMOTING, () -> scene.cluster().freeze(second));
                try {
                    // read from ZooKeeper: who asks the frozen one for it waits
                    Waiting.until("it is rolled back", Scene.MOVE_LIMIT, () -> stored.state() == MoveState.ROLLED_BACK);
                } finally {
                    scene.cluster().thaw(second);
                }
            }
            Takeover.assertServing(scene, source);
        }
    }

    /** Each agent does its own write of the topology when no controller is there to ask for it. */
    @Test
    void agentsLowerTheFenceAndFinishThePromotionWithoutAnyController() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            long epoch = scene.topology().epoch().value();
            Move first = killAtOnceIn(
                    scene,
                    probe,
                    TopologyState.FENCED,
                    Takeover.CONTROLLERS,
                    harm -> scene.startAndAtTheFence(
                            target, "\"maxWritePause\":\"5s\",\"drainTimeout\":\"5s\"", probe, harm),
                    () -> awaitServing(scene, probe));
            scene.await(first, MoveState.ABORTED);
            Takeover.assertServing(scene, source);
            assertThat(scene.topology().epoch().value()).isEqualTo(epoch + 2);

            Move second = killAtOnceIn(
                    scene,
                    probe,
                    TopologyState.PROMOTING,
                    Takeover.CONTROLLERS,
                    harm -> startAndAtThePromotion(scene, target, probe, harm),
                    () -> awaitServing(scene, probe));
            scene.awaitRollbackReady(second);
            Takeover.assertServing(scene, target);
        }
    }

    private static void awaitServing(Scene scene, TopologyProbe probe) {
        Waiting.until("the shard serves", Scene.MOVE_LIMIT, () -> probe.stored() == TopologyState.SERVING);
        scene.awaitWrites(50);
    }

    /** Starts a move, and does harm at once when it is in a state. */
    private interface Start {
        Move with(Runnable harm) throws SQLException;
    }

    private static Move startAndAtThePromotion(Scene scene, NodeId target, TopologyProbe probe, Runnable harm) {
        probe.onNext(TopologyState.PROMOTING, harm);
        return scene.start(target, "");
    }

    private static Move killLeaderAtOnceIn(Scene scene, TopologyProbe probe, TopologyState state, Start start)
            throws SQLException {
        return killAtOnceIn(scene, probe, state, List.of(probe.leader()), start, () -> {});
    }

    /**
     * In the pause everything happens within milliseconds. The controllers are killed first: by itself the target's agent waits a
     * second before it publishes, and is frozen by then.
     *
     * @param meanwhile what has to happen before they are started again
     */
    private static Move killAtOnceIn(
            Scene scene,
            TopologyProbe probe,
            TopologyState state,
            List<String> controllers,
            Start start,
            Runnable meanwhile)
            throws SQLException {
        String target = scene.other().value();
        List<Long> pids = controllers.stream().map(scene.cluster()::pid).toList();
        CountDownLatch frozen = new CountDownLatch(1);
        Move move = start.with(() -> {
            pids.forEach(pid -> ProcessTable.signal(pid, "KILL"));
            scene.cluster().freeze(target);
            frozen.countDown();
        });
        try {
            Waiting.until(
                    "they are dead, and the agent is frozen",
                    Scene.MOVE_LIMIT,
                    // else it could be thawed before it is frozen, and stay so
                    () -> frozen.getCount() == 0 && controllers.stream().noneMatch(scene.cluster()::isAlive));
            assertThat(probe.stored()).isEqualTo(state);
            scene.cluster().thaw(target);
            meanwhile.run();
        } finally {
            scene.cluster().thaw(target);
            controllers.forEach(scene.cluster()::restart);
        }
        return move;
    }
}
