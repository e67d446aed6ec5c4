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
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The old primary wrote WAL past the fork in which nobody committed: it is rewound, and is a way back that works (H57, H89). */
class RewindIT {
    @Test
    void anOldPrimaryWithHarmlessWalPastTheForkIsRewoundAndCanTakeTheShardBack() throws SQLException, IOException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            LocalCluster cluster = scene.cluster();
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Path data = cluster.dataDirectory(source);
            long postmaster = Postmasters.of(data).orElseThrow();
            // its agent would stop the source when the target serves
            Move move = scene.startAndBehindTheSeal(target, probe, () -> cluster.kill(source.value()));
            awaitServing(scene, target);
            ProcessTable.signal(postmaster, "CONT");
            Waiting.until(
                    "the old primary has written a checkpoint",
                    Scene.WRITING_LIMIT,
                    () -> cluster.psql(source).succeeds("postgres", "checkpoint"));
            Move ready;
            try (RewindWatch watch = new RewindWatch(data)) {
                cluster.restart(source.value());
                ready = scene.awaitRollbackReady(move);
                assertThat(watch.commands())
                        .as("commands of pg_rewind")
                        .isNotEmpty()
                        .allMatch(command -> command.contains(data + ".rewinding-"));
                assertThat(watch.startable())
                        .as("a start finds a data directory that is half rewound")
                        .isFalse();
            }
            assertThat(ready.cutover()).isNotNull();
            assertThat(ready.cutover().commitsPastFork()).isZero();
            assertThat(ready.cutover().rewound()).isTrue();
            try (Stream<Path> beside = Files.list(data.getParent())) {
                assertThat(beside.map(path -> path.getFileName().toString()))
                        .as("a name that nothing starts is left over")
                        .noneMatch(name -> name.contains("rewinding"));
            }
            assertThat(cluster.psql(target)
                            .run("postgres", "select rolcanlogin from pg_roles where rolname = 'drover_rewind'"))
                    .as("the login of the rewind is closed again")
                    .isEqualTo("f");

            scene.rest().act(move.id(), "rollback");
            Move back = scene.await(move, MoveState.ROLLED_BACK);
            assertThat(back.rollback()).isNotNull();
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            scene.awaitWrites(50);
        }
    }

    private static void awaitServing(Scene scene, NodeId node) {
        Waiting.until("the target serves", Scene.MOVE_LIMIT, () -> {
            var topology = scene.topology();
            return topology.state() == TopologyState.SERVING
                    && topology.primary().node().equals(node);
        });
    }
}
