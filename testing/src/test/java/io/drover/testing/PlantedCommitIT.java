/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Somebody commits on the sealed source after the point of no return (F77): found before any start, and nothing is thrown away. */
class PlantedCommitIT {
    @Test
    void aCommitPlantedOnTheSealedSourceIsFoundAndStopsTheRejoin() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            LocalCluster cluster = scene.cluster();
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Path data = cluster.dataDirectory(source);
            long postmaster = Postmasters.of(data).orElseThrow();
            Psql sourcePsql = cluster.psql(source);
            // its agent would stop the source when the target serves
            Move move = scene.startAndBehindTheSeal(target, probe, () -> cluster.kill(source.value()));
            Waiting.until("the target serves", Scene.MOVE_LIMIT, () -> {
                var topology = scene.topology();
                return topology.state() == TopologyState.SERVING
                        && topology.primary().node().equals(target);
            });
            assertThat(ProcessTable.isAlive(postmaster))
                    .as("the source is sealed, not stopped")
                    .isTrue();

            ProcessTable.signal(postmaster, "CONT");
            Waiting.until(
                    "the planted commit is there",
                    Scene.WRITING_LIMIT,
                    () -> sourcePsql.succeeds(
                            LocalCluster.DATABASE,
                            "set synchronous_commit = local; begin read write;"
                                    + " insert into account values (-1, 0, 'planted'); commit;"));
            cluster.restart(source.value());

            Move stopped = scene.await(move, MoveState.NEEDS_OPERATOR);
            assertThat(stopped.cutover()).isNotNull();
            assertThat(stopped.cutover().commitsPastFork()).isEqualTo(1);
            assertThat(stopped.error()).isNotNull();
            assertThat(stopped.error().code()).isEqualTo("COMMITS_PAST_FORK");
            assertThat(Postmasters.of(data)).as("postmaster of the old primary").isEmpty();
            assertThat(Files.exists(data.resolve("standby.signal"))).isFalse();
            // its clients are served all the time
            scene.awaitWrites(50);

            // what the operations page says: a person saves what matters, then sets the copy aside
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
            assertThat(data).doesNotExist();
            assertThat(data.resolveSibling(
                            data.getFileName() + ".set-aside-" + move.id().shortId()))
                    .as("the planted commit is still there to be read")
                    .isDirectory();
            assertThat(scene.topology().primary().node()).isEqualTo(target);
            assertThat(scene.topology().move()).isNull();
        }
    }
}
