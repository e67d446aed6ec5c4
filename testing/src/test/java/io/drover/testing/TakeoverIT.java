/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.MoveProbe;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The leading controller is killed in every state in which the shard serves, up to the cutover and in the undo; the other one
 * finishes the move or undoes it, and no client notices.
 *
 * @see TakeoverInTheCutoverIT
 */
class TakeoverIT {
    private static final int STANDBY_ROW = 50;
    private static final int GUARD_ROW = 80;
    private static final int BAKE_ROW = 170;
    private static final int CLOSE_ROW = 180;

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
            try (MoveProbe stored = MoveProbe.open(probe, move.id())) {
                for (MoveState state : List.of(
                        MoveState.PREPARING,
                        MoveState.COPYING,
                        MoveState.CATCHING_UP,
                        MoveState.VERIFYING,
                        MoveState.READY)) {
                    Takeover.killLeaderIn(scene, probe, stored, state);
                }
                scene.await(move, MoveState.READY);
                scene.rest().act(move.id(), "approve");
                Takeover.killLeaderIn(scene, probe, stored, MoveState.CUTTING_OVER);
                scene.awaitRollbackReady(move);
                assertThat(scene.topology().primary().node()).isEqualTo(target);

                // the last row is not begun in the record; without the old primary's agent it cannot end
                scene.cluster().freeze(source.value());
                try {
                    scene.rest().complete(move.id());
                    Takeover.killLeaderWhen(scene, probe, () -> stored.isDone(BAKE_ROW) && !stored.isDone(CLOSE_ROW));
                } finally {
                    scene.cluster().thaw(source.value());
                }
                scene.await(move, MoveState.COMPLETED);
                assertThat(Takeover.slots(scene, target)).isEmpty();
            }
            Takeover.assertServing(scene, target);
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
                    Takeover.CONTROLLERS.stream().map(scene.cluster()::pid).toList();
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
                Takeover.CONTROLLERS.forEach(scene.cluster()::restart);
            }
            scene.await(move, MoveState.ABORTED);
            assertThat(Takeover.slots(scene, source)).isEmpty();
            Takeover.assertServing(scene, source);
        }
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
                Takeover.killLeaderIn(scene, probe, stored, MoveState.ABORTING);
                scene.await(move, MoveState.ABORTED);
            }
            assertThat(Takeover.slots(scene, source)).isEmpty();
            Takeover.assertServing(scene, source);
        }
    }
}
