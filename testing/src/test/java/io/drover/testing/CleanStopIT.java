/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.Move.Cutover;
import io.drover.api.Move.Phase;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The mode that shuts the source down in order before the target promotes. */
class CleanStopIT {
    private static final Duration RESTART_LIMIT = Duration.ofMinutes(1);
    private static final Duration ARCHIVE_LIMIT = Duration.ofMinutes(1);

    @Test
    void movesThereAndBackWithoutARewind() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move baking = scene.awaitRollbackReady(scene.start(target, "\"mode\":\"clean-stop\""));
            assertThat(baking.mode()).isEqualTo(MoveRequest.Mode.CLEAN_STOP);
            assertShutDownInOrder(baking.cutover());
            assertThat(scene.topology().primary().node()).isEqualTo(target);

            scene.rest().act(baking.id(), "rollback");
            Move back = scene.await(baking, MoveState.ROLLED_BACK);
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            assertShutDownInOrder(back.rollback().cutover());
            scene.awaitWrites(50);
        }
    }

    private static void assertShutDownInOrder(Cutover cutover) {
        assertThat(cutover.commitsPastFork()).isZero();
        assertThat(cutover.rewound()).isFalse();
        assertThat(cutover.phases()).extracting(Phase::name).contains("clean stop", "tail and archive");
    }

    /** A stop that has begun cannot be taken back: the source is brought down and up again, and no client notices more than a wait. */
    @Test
    void aShutdownThatHangsEndsWithTheBudgetAndTheSourceServesAgain() throws SQLException {
        LocalCluster cluster = SharedCluster.get();
        NodeId source = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        // a server that shuts down waits for its archiver
        archive(cluster, source, "alter system set archive_command = 'sleep 8'");
        try (Scene scene = Scene.open()) {
            long postmaster = Postmasters.of(cluster.dataDirectory(source)).orElseThrow();
            Move move = scene.start(
                    scene.other(), "\"mode\":\"clean-stop\",\"maxWritePause\":\"3s\",\"drainTimeout\":\"1s\"");
            Move aborted = scene.await(move, MoveState.ABORTED);
            assertThat(aborted.error().code()).as(aborted.toString()).isEqualTo(ErrorCode.PAUSE_BUDGET_SPENT.name());
            assertThat(aborted.error().detail()).contains("stop");
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            assertThat(ProcessTable.isAlive(postmaster)).isFalse();
            scene.awaitWrites(50);
        } catch (Throwable e) {
            SharedCluster.discard();
            throw e;
        }
        archiveNoMore(cluster);
    }

    /** What a server archives with a library nobody else can archive for it. */
    @Test
    void isChosenForAnArchiveLibraryAndLeavesNoHoleInTheArchive() throws SQLException, IOException {
        LocalCluster cluster = SharedCluster.get();
        NodeId source = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        Path archive = cluster.osUser().directory(cluster.directory().resolve("library-archive"), "rwx------");
        archive(
                cluster,
                source,
                "alter system set archive_library = 'basic_archive'",
                "load 'basic_archive'; alter system set basic_archive.archive_directory = '" + archive + "'");
        assertThat(cluster.psql(source).run("postgres", "show archive_library")).isEqualTo("basic_archive");
        try (Scene scene = Scene.open()) {
            NodeId target = scene.other();
            String first = currentSegment(cluster, source);
            Move baking = scene.awaitRollbackReady(scene.start(target, ""));
            assertThat(baking.mode()).isEqualTo(MoveRequest.Mode.CLEAN_STOP);
            assertShutDownInOrder(baking.cutover());
            scene.awaitWrites(50);
            String last = cluster.psql(target).run(LocalCluster.DATABASE, "select pg_walfile_name(pg_switch_wal())");
            Waiting.until(last + " is archived", ARCHIVE_LIMIT, () -> Files.exists(archive.resolve(last)));
            assertThat(numbers(archive, first, last)).isEqualTo(between(first, last));

            scene.rest().act(baking.id(), "rollback");
            Move back = scene.await(baking, MoveState.ROLLED_BACK);
            assertShutDownInOrder(back.rollback().cutover());
            scene.awaitWrites(50);
        } catch (Throwable e) {
            SharedCluster.discard();
            throw e;
        }
        archiveNoMore(cluster);
    }

    private static String currentSegment(LocalCluster cluster, NodeId node) {
        return cluster.psql(node).run(LocalCluster.DATABASE, "select pg_walfile_name(pg_current_wal_lsn())");
    }

    /** The segments in the archive, whichever timeline they are of. */
    private static List<String> numbers(Path archive, String first, String last) throws IOException {
        try (Stream<Path> files = Files.list(archive)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[0-9A-F]{24}"))
                    .map(CleanStopIT::number)
                    .filter(number -> number.compareTo(number(first)) >= 0 && number.compareTo(number(last)) <= 0)
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    private static String number(String file) {
        return file.substring(8);
    }

    private static List<String> between(String first, String last) {
        long from = Long.parseLong(number(first).substring(8), 16);
        long to = Long.parseLong(number(last).substring(8), 16);
        String high = number(first).substring(0, 8);
        assertThat(number(last)).startsWith(high);
        return Stream.iterate(from, number -> number <= to, number -> number + 1)
                .map(number -> high + "%08X".formatted(number))
                .toList();
    }

    private static void archive(LocalCluster cluster, NodeId node, String... settings) {
        Psql psql = cluster.psql(node);
        psql.run("postgres", "alter system set archive_mode = on");
        for (String setting : settings) {
            psql.run("postgres", setting);
        }
        restart(cluster, node);
    }

    private static void archiveNoMore(LocalCluster cluster) {
        NodeId node = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        Psql psql = cluster.psql(node);
        psql.run("postgres", "load 'basic_archive'; alter system reset basic_archive.archive_directory");
        psql.run("postgres", "alter system reset archive_library");
        // so that the archiver, which a shutdown waits for, soon has nothing left to do
        psql.run("postgres", "alter system set archive_command = 'true'");
        psql.run("postgres", "select pg_reload_conf()");
        psql.run("postgres", "alter system reset archive_mode");
        restart(cluster, node);
        psql.run("postgres", "alter system reset archive_command");
        psql.run("postgres", "select pg_reload_conf()");
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
}
