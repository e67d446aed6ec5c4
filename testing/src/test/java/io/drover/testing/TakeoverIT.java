/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.MoveProbe;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The leading controller is killed in every state; the other one finishes the move or undoes it, and no client notices. That it
 * died in the very state is read from ZooKeeper before another can lead.
 */
class TakeoverIT {
    private static final Duration TAKEOVER_LIMIT = Duration.ofMinutes(3);
    private static final int STANDBY_ROW = 50;
    private static final int GUARD_ROW = 80;
    private static final int BAKE_ROW = 170;
    private static final int CLOSE_ROW = 180;
    private static final List<String> CONTROLLERS = List.of("c1", "c2");

    @Test
    void anotherControllerGoesOnInEveryStateUpToTheCutoverAndInTheLastRow() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move move = scene.start(
                    target,
                    "\"cutover\":\"approve\",\"bootstrap\":{\"maxRate\":\"16MiB\"},"
                            + "\"verify\":{\"canaries\":[\"select pg_sleep(1)\"]}");
            try (MoveProbe stored = MoveProbe.open(scene.cluster(), move.id())) {
                for (MoveState state : List.of(
                        MoveState.PREPARING,
                        MoveState.COPYING,
                        MoveState.CATCHING_UP,
                        MoveState.VERIFYING,
                        MoveState.READY)) {
                    killLeaderIn(scene, probe, stored, state);
                }
                scene.await(move, MoveState.READY);
                scene.rest().act(move.id(), "approve");
                killLeaderIn(scene, probe, stored, MoveState.CUTTING_OVER);
                scene.awaitRollbackReady(move);
                assertThat(scene.topology().primary().node()).isEqualTo(target);

                // the last row is not begun in the record; without the old primary's agent it cannot end
                scene.cluster().freeze(source.value());
                try {
                    scene.rest().complete(move.id());
                    killLeaderWhen(scene, probe, () -> stored.isDone(BAKE_ROW) && !stored.isDone(CLOSE_ROW));
                } finally {
                    scene.cluster().thaw(source.value());
                }
                scene.await(move, MoveState.COMPLETED);
                assertThat(slots(scene, target)).isEmpty();
            }
            assertServing(scene, target);
        }
    }

    @Test
    void theFenceIsLoweredOrTheMoveIsFinishedWhenTheLeaderDiesInThePause() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move move = killLeaderAtOnceIn(scene, probe, TopologyState.FENCED, () -> scene.start(target, ""));
            Move ended = scene.awaitRollbackReadyOrUndone(move);
            assertServing(scene, ended.state() == MoveState.BAKING ? target : source);
        }
    }

    @Test
    void theTargetServesAndTheWayBackStaysOpenWhenLeadersDieAfterThePointOfNoReturn() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move move = killLeaderAtOnceIn(scene, probe, TopologyState.PROMOTING, () -> scene.start(target, ""));
            try (MoveProbe stored = MoveProbe.open(scene.cluster(), move.id())) {
                killLeaderIn(scene, probe, stored, MoveState.REVERSING);
                Move ready = scene.awaitRollbackReady(move);
                assertThat(scene.topology().primary().node()).isEqualTo(target);
                assertThat(ready.cutover()).isNotNull();
                assertThat(ready.cutover().commitsPastFork()).isZero();

                killLeaderIn(scene, probe, stored, MoveState.BAKING);
                scene.awaitRollbackReady(move);
                scene.rest().act(move.id(), "rollback");
                killLeaderIn(scene, probe, stored, MoveState.ROLLING_BACK);

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
            assertServing(scene, source);
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
                    CONTROLLERS,
                    () -> scene.start(target, "\"maxWritePause\":\"1s\""),
                    () -> awaitServing(scene, probe));
            scene.await(first, MoveState.ABORTED);
            assertServing(scene, source);
            assertThat(scene.topology().epoch().value()).isEqualTo(epoch + 2);

            Move second = killAtOnceIn(
                    scene,
                    probe,
                    TopologyState.PROMOTING,
                    CONTROLLERS,
                    () -> scene.start(target, ""),
                    () -> awaitServing(scene, probe));
            scene.awaitRollbackReady(second);
            assertServing(scene, target);
        }
    }

    /** Commits wait for a standby that is gone, and nobody is there to undo that: the source's agent does, by itself (I5, V21). */
    @Test
    void theAgentTakesTheGuardBackWhenItsStandbyAndTheControllersAreGone() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move move = scene.start(target, "");
            Psql sql = scene.cluster().psql(source);
            List<Long> controllers =
                    CONTROLLERS.stream().map(scene.cluster()::pid).toList();
            try (MoveProbe stored = MoveProbe.open(scene.cluster(), move.id())) {
                Waiting.until("there is a standby", Scene.MOVE_LIMIT, () -> stored.isDone(STANDBY_ROW));
                Path data = scene.cluster().dataDirectory(target);
                Waiting.until("the guard is armed", Scene.MOVE_LIMIT, () -> stored.isDone(GUARD_ROW));
                controllers.forEach(pid -> ProcessTable.signal(pid, "KILL"));
                assertThat(probe.stored()).isEqualTo(TopologyState.SERVING);
                scene.cluster().kill(target.value());
                ProcessTable.signal(Postmasters.of(data).orElseThrow(), "KILL");
                long acked = scene.ledger().acked();
                Waiting.until(
                        "commits are acknowledged again",
                        Scene.MOVE_LIMIT,
                        () -> scene.ledger().acked() > acked + 100);
                assertThat(sql.run("postgres", "show synchronous_standby_names"))
                        .isEmpty();
            } finally {
                scene.cluster().restart(target.value());
                CONTROLLERS.forEach(scene.cluster()::restart);
            }
            scene.await(move, MoveState.ABORTED);
            assertThat(slots(scene, source)).isEmpty();
            assertServing(scene, source);
        }
    }

    private static void awaitServing(Scene scene, TopologyProbe probe) {
        Waiting.until("the shard serves", Scene.MOVE_LIMIT, () -> probe.stored() == TopologyState.SERVING);
        scene.awaitWrites(100);
    }

    @Test
    void theUndoIsFinishedWhenTheLeaderDiesInAborting() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            Move move = scene.start(scene.other(), "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);
            try (MoveProbe stored = MoveProbe.open(scene.cluster(), move.id())) {
                scene.rest().act(move.id(), "abort");
                killLeaderIn(scene, probe, stored, MoveState.ABORTING);
                scene.await(move, MoveState.ABORTED);
            }
            assertThat(slots(scene, source)).isEmpty();
            assertServing(scene, source);
        }
    }

    private static String slots(Scene scene, NodeId node) {
        return scene.cluster().psql(node).run(LocalCluster.DATABASE, "select slot_name from pg_replication_slots");
    }

    private static void assertServing(Scene scene, NodeId node) {
        scene.cluster().waitHealthy();
        scene.awaitWrites(100);
        assertThat(scene.topology().state()).isEqualTo(TopologyState.SERVING);
        assertThat(scene.topology().primary().node()).isEqualTo(node);
    }

    private static Move killLeaderAtOnceIn(
            Scene scene, TopologyProbe probe, TopologyState state, Supplier<Move> start) {
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
            Supplier<Move> start,
            Runnable meanwhile) {
        String target = scene.other().value();
        List<Long> pids = controllers.stream().map(scene.cluster()::pid).toList();
        probe.onNext(state, () -> {
            pids.forEach(pid -> ProcessTable.signal(pid, "KILL"));
            scene.cluster().freeze(target);
        });
        Move move = start.get();
        try {
            Waiting.until(
                    "they are dead",
                    Scene.MOVE_LIMIT,
                    () -> controllers.stream().noneMatch(scene.cluster()::isAlive));
            assertThat(probe.stored()).isEqualTo(state);
            scene.cluster().thaw(target);
            meanwhile.run();
        } finally {
            scene.cluster().thaw(target);
            controllers.forEach(scene.cluster()::restart);
        }
        return move;
    }

    /** Kills it in a state of the move in which the shard serves: before the fence, or behind the switch. */
    private static void killLeaderIn(Scene scene, TopologyProbe probe, MoveProbe stored, MoveState state) {
        killLeaderWhen(scene, probe, () -> stored.state() == state && probe.stored() == TopologyState.SERVING);
    }

    /** The session of a dead leader lasts for seconds, in which nobody leads: what is stored right after its death stays so. */
    private static void killLeaderWhen(Scene scene, TopologyProbe probe, BooleanSupplier moment) {
        Waiting.until("the moment to die", Scene.MOVE_LIMIT, moment);
        String leader = probe.leader();
        scene.cluster().kill(leader);
        assertThat(moment.getAsBoolean()).as("it died in that moment").isTrue();
        Waiting.until(
                "another controller than " + leader + " leads",
                TAKEOVER_LIMIT,
                () -> !probe.leader().equals(leader));
        scene.cluster().restart(leader);
    }
}
