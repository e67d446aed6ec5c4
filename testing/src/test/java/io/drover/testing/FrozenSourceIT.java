/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The source is frozen, and both controllers and its own agent die: its next agent lets it go on (H80, R6). */
class FrozenSourceIT {
    @Test
    void theNextAgentThawsASourceThatNobodyElseThaws() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            long postmaster =
                    Postmasters.of(scene.cluster().dataDirectory(source)).orElseThrow();
            List<Long> controllers =
                    Takeover.CONTROLLERS.stream().map(scene.cluster()::pid).toList();
            // without its answer the final sync has no end, and the source stays sealed
            Runnable freeze = () -> scene.cluster().freeze(target.value());
            String pause = "\"maxWritePause\":\"8s\",\"drainTimeout\":\"5s\"";
            Move move = scene.startAndAtTheFence(target, pause, probe, freeze);
            try {
                Waiting.until("the source is frozen", Scene.MOVE_LIMIT, () -> ProcessTable.isFrozen(postmaster));
                controllers.forEach(pid -> ProcessTable.signal(pid, "KILL"));
                scene.cluster().kill(source.value());
                assertThat(ProcessTable.isFrozen(postmaster)).isTrue();

                scene.cluster().restart(source.value());

                Waiting.until("it goes on", Scene.MOVE_LIMIT, () -> !ProcessTable.isFrozen(postmaster));
                Waiting.until("SERVING", Scene.MOVE_LIMIT, () -> probe.stored() == TopologyState.SERVING);
                scene.awaitWrites(100);
            } finally {
                scene.cluster().thaw(target.value());
                Takeover.CONTROLLERS.forEach(scene.cluster()::restart);
            }
            scene.await(move, MoveState.ABORTED);
            Takeover.assertServing(scene, source);
        }
    }
}
