/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.WorldSnapshot;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The mode that stops the source before the target promotes. */
class StrictModeIT {
    @Test
    void movesThereAndBackWithTheSourceStoppedFirst() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move baking = scene.awaitRollbackReady(scene.start(target, "\"mode\":\"strict\""));
            assertThat(baking.mode()).isEqualTo(MoveRequest.Mode.STRICT);
            assertThat(baking.cutover()).isNotNull();
            assertThat(baking.cutover().commitsPastFork()).isZero();
            assertThat(scene.topology().primary().node()).isEqualTo(target);

            scene.rest().act(baking.id(), "rollback");
            Move back = scene.await(baking, MoveState.ROLLED_BACK);
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            assertThat(back.rollback()).isNotNull();
            assertThat(back.rollback().cutover()).isNotNull();
            assertThat(back.rollback().cutover().commitsPastFork()).isZero();
            scene.awaitWrites(50);
        }
    }

    /** The source is stopped only when the target has said that it has all of its WAL: one that does not answer costs a pause. */
    @Test
    void theSourceIsNotStoppedAndServesAgainWhenTheTargetDoesNotAnswerWithinTheBudget() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            // what was in flight ends with the source
            scene.expectErrors();
            NodeId source = scene.primary();
            NodeId target = scene.other();
            long postmaster =
                    Postmasters.of(scene.cluster().dataDirectory(source)).orElseThrow();
            Map<String, String> before = scene.traces();
            // without the target's agent nobody can prove that the target has replayed everything
            Runnable freeze = () -> scene.cluster().freeze(target.value());
            String strict = "\"mode\":\"strict\",\"maxWritePause\":\"5s\",\"drainTimeout\":\"5s\"";
            Move move = scene.startAndAtTheFence(target, strict, probe, freeze);
            try {
                scene.awaitWrites(50);
                assertThat(ProcessTable.isAlive(postmaster)).isTrue();
            } finally {
                scene.cluster().thaw(target.value());
            }
            Move aborted = scene.await(move, MoveState.ABORTED);
            assertThat(aborted.error()).isNotNull();
            assertThat(aborted.error().code()).isEqualTo(ErrorCode.PAUSE_BUDGET_SPENT.name());
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            scene.awaitWrites(50);
            assertThat(WorldSnapshot.differences(ofAnyProcess(before), ofAnyProcess(scene.traces())))
                    .isEmpty();
        }
    }

    /** Without what tells which process the server is. */
    private static Map<String, String> ofAnyProcess(Map<String, String> traces) {
        Map<String, String> kept = new TreeMap<>(traces);
        kept.keySet().removeIf(name -> name.startsWith("process ") || name.contains("/socket/"));
        return kept;
    }
}
