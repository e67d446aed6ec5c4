/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.StandbyInstance;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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
            Move move = divergeWithoutAnAgent(scene, probe);
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

    /** To try it again for the whole limit of the row would only keep a person waiting. */
    @Test
    void anOldPrimaryThatCanNeverBeRewoundNeedsAPersonAtOnce() throws SQLException {
        removeWhatARewindNeeds(SharedCluster.get());
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            LocalCluster cluster = scene.cluster();
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Path data = cluster.dataDirectory(source);
            Move move = divergeWithoutAnAgent(scene, probe);
            cluster.restart(source.value());

            Move stopped = scene.await(move, MoveState.NEEDS_OPERATOR);

            assertThat(stopped.error()).isNotNull();
            assertThat(stopped.error().code()).as(stopped.error().detail()).isEqualTo("NOT_REWINDABLE");
            assertThat(stopped.error().detail()).contains("shard_01", source.value(), "past the fork", "wal_log_hints");
            assertThat(stopped.cutover()).isNotNull();
            assertThat(stopped.cutover().commitsPastFork()).isZero();
            assertThat(stopped.cutover().rewound()).isFalse();
            assertThat(data).as("left as it is").isDirectory();
            assertThat(Postmasters.of(data)).as("postmaster of the old primary").isEmpty();
            assertThat(cluster.psql(target)
                            .run("postgres", "select rolcanlogin from pg_roles where rolname = 'drover_rewind'"))
                    .isEqualTo("f");
            scene.awaitWrites(50);

            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
            assertThat(data).doesNotExist();
            assertThat(scene.topology().primary().node()).isEqualTo(target);
            assertThat(scene.topology().move()).isNull();
        } finally {
            SharedCluster.discard();
        }
    }

    /** As of a cluster that was made without data checksums, and runs with the settings of PostgreSQL itself. */
    private static void removeWhatARewindNeeds(LocalCluster cluster) {
        NodeId node = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        String data = cluster.dataDirectory(node).toString();
        cluster.psql(node).run("postgres", "alter system set wal_log_hints = off");
        cluster.kill(node.value());
        runAsOwner(cluster, "pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata=" + data);
        runAsOwner(cluster, "pg_checksums", "--disable", "--pgdata=" + data);
        cluster.restart(node.value());
        Waiting.until(
                "its agent has started it",
                Scene.WRITING_LIMIT,
                () -> cluster.psql(node).succeeds("postgres", "select 1"));
    }

    private static void runAsOwner(LocalCluster cluster, String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(StandbyInstance.programs() + "/" + program));
        command.addAll(List.of(arguments));
        Command.Result result = Command.run(cluster.osUser().command(command));
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    /**
     * The agent is away, which would stop the source when the target serves; somebody lets the postmaster and the checkpointer go on, and
     * a checkpoint of the source lies past the fork.
     */
    private static Move divergeWithoutAnAgent(Scene scene, TopologyProbe probe) throws SQLException {
        LocalCluster cluster = scene.cluster();
        NodeId source = scene.primary();
        NodeId target = scene.other();
        long postmaster = Postmasters.of(cluster.dataDirectory(source)).orElseThrow();
        Move move = scene.startAndBehindTheSeal(target, probe, () -> cluster.kill(source.value()));
        awaitServing(scene, target);
        ProcessTable.childrenOf(postmaster).stream()
                .filter(pid -> ProcessTable.commandLine(pid).endsWith("checkpointer"))
                .forEach(pid -> ProcessTable.signal(pid, "CONT"));
        ProcessTable.signal(postmaster, "CONT");
        Waiting.until(
                "the old primary has written a checkpoint",
                Scene.WRITING_LIMIT,
                () -> cluster.psql(source).succeeds("postgres", "checkpoint"));
        return move;
    }

    private static void awaitServing(Scene scene, NodeId node) {
        Waiting.until("the target serves", Scene.MOVE_LIMIT, () -> {
            var topology = scene.topology();
            return topology.state() == TopologyState.SERVING
                    && topology.primary().node().equals(node);
        });
    }
}
