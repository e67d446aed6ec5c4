/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.RowTally;
import io.drover.testing.checker.Rows;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.RestoredInstance;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The archive has no gap at the fork (R11, H78): a backup from before the move can be restored to a point after it. */
class ArchiveIT {
    private static final int SEGMENTS_OF_BACKLOG = 8;
    private static final Duration ARCHIVE_LIMIT = Duration.ofMinutes(1);
    private static final Duration RESTART_LIMIT = Duration.ofMinutes(1);

    @Test
    void aBackupFromBeforeTheMoveIsRestoredToAPointAfterIt() throws SQLException, IOException {
        LocalCluster cluster = SharedCluster.get();
        NodeId source = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        Path archive = cluster.osUser().directory(cluster.directory().resolve("archive"), "rwx------");
        Path backup = cluster.directory().resolve("backup");
        archiveInto(cluster, source, archive);
        try (Scene scene = Scene.open();
                RestoredInstance restored = new RestoredInstance(cluster, backup)) {
            restored.takeBackup(source);
            NodeId target = scene.other();
            Move move = scene.start(target, "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);
            leaveABacklog(scene, source);
            scene.rest().act(move.id(), "approve");
            scene.awaitRollbackReady(move);
            scene.awaitWrites(50);
            scene.ledger().stop();

            Psql primary = cluster.psql(target);
            primary.run(LocalCluster.DATABASE, "select pg_create_restore_point('after_the_move')");
            String last = primary.run(LocalCluster.DATABASE, "select pg_walfile_name(pg_switch_wal())");
            Waiting.until(last + " is archived", ARCHIVE_LIMIT, () -> Files.exists(archive.resolve(last)));
            restored.restoreTo("after_the_move", archive);
            try (Connection connection = restored.connect()) {
                RowTally check = RowTally.of(scene.ledger().logs(), Rows.read(connection, scene.run(), When.FIRST));
                assertThat(check.isClean()).as(check.toString()).isTrue();
                assertThat(check.acked()).isPositive();
            }
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
        } catch (Throwable e) {
            SharedCluster.discard();
            throw e;
        }
        archiveNoMore(cluster);
    }

    /** Archives slowly, so that segments wait when the source is stopped. */
    private static void archiveInto(LocalCluster cluster, NodeId node, Path archive) {
        Psql psql = cluster.psql(node);
        psql.run("postgres", "alter system set archive_mode = on");
        psql.run(
                "postgres",
                "alter system set archive_command = 'sleep 0.5; if test -f %1$s/%%f; then cmp -s %%p %1$s/%%f;"
                                .formatted(archive)
                        + " else cp %%p %1$s/%%f.new && mv %1$s/%%f.new %1$s/%%f; fi'".formatted(archive));
        restart(cluster, node);
        assertThat(psql.run("postgres", "show archive_mode")).isEqualTo("on");
    }

    private static void archiveNoMore(LocalCluster cluster) {
        NodeId node = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        Psql psql = cluster.psql(node);
        psql.run("postgres", "alter system reset archive_mode");
        psql.run("postgres", "alter system reset archive_command");
        restart(cluster, node);
    }

    /** The mode of archiving needs a restart: the agent starts what ends. */
    private static void restart(LocalCluster cluster, NodeId node) {
        Path data = cluster.dataDirectory(node);
        long postmaster = Postmasters.of(data).orElseThrow();
        ProcessTable.signal(postmaster, "INT");
        Waiting.until(
                "PostgreSQL runs again",
                RESTART_LIMIT,
                () -> Postmasters.of(data).filter(pid -> pid != postmaster).isPresent()
                        && cluster.psql(node).succeeds("postgres", "select 1"));
    }

    private static void leaveABacklog(Scene scene, NodeId source) {
        // in one go: a segment is archived every half second
        String segment = "select pg_logical_emit_message(true, 'backlog', 'x'); select pg_switch_wal();\n";
        scene.cluster().psql(source).run("postgres", segment.repeat(SEGMENTS_OF_BACKLOG));
        Path status = scene.cluster().dataDirectory(source).resolve("pg_wal/archive_status");
        try (Stream<Path> files = Files.list(status)) {
            assertThat(files.filter(file -> file.toString().endsWith(".ready")))
                    .as("segments that wait to be archived")
                    .isNotEmpty();
        } catch (IOException e) {
            throw new IllegalStateException("cannot list " + status, e);
        }
    }
}
