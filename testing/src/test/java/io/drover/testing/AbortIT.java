/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.WorldSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A move that is given up before the point of no return leaves the source as it was, whatever it was doing. */
class AbortIT {
    private static final Duration STATE_LIMIT = Duration.ofSeconds(60);
    private static final Duration BUDGET_AND_UNDO = Duration.ofSeconds(5);

    @Test
    void undoesEverythingWhenAbortedInPreparing() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId target = scene.other();
            Map<String, String> before = scene.traces();
            Move move = scene.start(target, "");
            scene.rest().act(move.id(), "abort");
            assertAbortedIn(scene, move, 0, 30);
            assertUndone(scene, move, before);
        }
    }

    @Test
    void undoesEverythingWhenAbortedInCopying() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"bootstrap\":{\"maxRate\":\"512KiB\"}");
            scene.rest().await(move.id(), "copied a part", STATE_LIMIT, AbortIT::hasCopied, seen -> {});
            Move aborting = scene.rest().act(move.id(), "abort");
            assertThat(aborting.state()).isIn(MoveState.ABORTING, MoveState.ABORTED);
            scene.rest().act(move.id(), "abort");
            assertAbortedIn(scene, move, 40, 40);
            assertUndone(scene, move, before);
        }
    }

    @Test
    void undoesEverythingWhenAbortedInCatchingUp() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId target = scene.other();
            Map<String, String> before = scene.traces();
            Move move = scene.start(target, "\"cutover\":\"approve\"");
            Path dataRoot = scene.cluster().node(target).dataRoot();
            long startup = Waiting.untilPresent(
                    "the target replays",
                    STATE_LIMIT,
                    () -> ProcessTable.belongingTo(dataRoot).stream()
                            .filter(pid -> ProcessTable.commandLine(pid).contains(": startup"))
                            .findFirst());
            ProcessTable.signal(startup, "STOP");
            try {
                scene.rest().act(move.id(), "abort");
                // an immediate stop ends a frozen process too; a fast one has to wait for it
                Waiting.within(Duration.ofSeconds(3), () -> !ProcessTable.isAlive(startup));
            } finally {
                ProcessTable.signal(startup, "CONT");
            }
            assertAbortedIn(scene, move, 50, 50);
            assertUndone(scene, move, before);
        }
    }

    @Test
    void undoesEverythingWhenAbortedInVerifying() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"verify\":{\"canaries\":[\"select pg_sleep(4)\"]}");
            scene.await(move, MoveState.VERIFYING);
            scene.rest().act(move.id(), "abort");
            assertAbortedIn(scene, move, 60, 60);
            assertUndone(scene, move, before);
        }
    }

    @Test
    void undoesEverythingWhenAbortedInReady() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);
            scene.rest().act(move.id(), "abort");
            assertAbortedIn(scene, move, 70, 70);
            assertUndone(scene, move, before);
            assertPurged(scene, move.target());
        }
    }

    @Test
    void undoesEverythingWhenAbortedInCuttingOver() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId source = scene.primary();
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);
            try (Connection blocker = scene.cluster().connect(source, Map.of());
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("create temporary table blocking (id integer)");
                // a transaction counts as long after five seconds
                Waiting.pause(Duration.ofSeconds(6));
                scene.rest().act(move.id(), "approve");
                scene.await(move, MoveState.CUTTING_OVER);
                scene.rest().act(move.id(), "abort");
                assertAbortedIn(scene, move, 75, 95);
                assertUndone(scene, move, before);
                blocker.rollback();
            }
        }
    }

    @Test
    void undoesEverythingWhenAbortedWhileWritesAreHeld() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"cutover\":\"approve\",\"drainTimeout\":\"5s\"");
            scene.await(move, MoveState.READY);
            // what is in flight holds the drain up, so that there is time for a person
            try (Connection inFlight = scene.kit().getConnection();
                    Connection idle = scene.cluster().connectToPrimary()) {
                scene.rest().act(move.id(), "approve");
                Waiting.until(
                        "the fence is raised",
                        Scene.MOVE_LIMIT,
                        () -> probe.seen().contains(TopologyState.FENCED));
                // it was idle while the files were loaded in row 80, and written in row 95
                assertThat(written(idle, "show synchronous_standby_names")).contains("drover_fence_");
                scene.rest().act(move.id(), "abort");
                written(inFlight, "select 1");
            }
            assertAbortedIn(scene, move, 95, 130);
            assertUndone(scene, move, before);
        }
    }

    /** With the settings of the seal on disk it hears nobody; with them taken back it has to. */
    @Test
    void aSourceThatSomebodyRestartedUnderThePreparedSealServesAgain() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            scene.expectErrors();
            NodeId source = scene.primary();
            Psql psql = scene.cluster().psql(source);
            String addresses = psql.run("postgres", "show listen_addresses");
            Path data = scene.cluster().dataDirectory(source);
            Move move = scene.start(scene.other(), "\"cutover\":\"approve\",\"drainTimeout\":\"5s\"");
            scene.await(move, MoveState.READY);
            try (Connection inFlight = scene.kit().getConnection()) {
                assertThat(inFlight.isValid(0)).isTrue();
                scene.rest().act(move.id(), "approve");
                Waiting.until(
                        "the fence is raised",
                        Scene.MOVE_LIMIT,
                        () -> probe.seen().contains(TopologyState.FENCED));
                Command.run(scene.cluster()
                        .osUser()
                        .command(List.of(
                                "/usr/lib/postgresql/15/bin/pg_ctl",
                                "--pgdata=" + data,
                                "--log=" + data.resolveSibling("postgresql.log"),
                                "--mode=fast",
                                "--wait",
                                "restart")));
            }
            scene.await(move, MoveState.ABORTED);
            scene.awaitWrites(100);
            assertThat(scene.primary()).isEqualTo(source);
            assertThat(psql.run("postgres", "show listen_addresses"))
                    .isEqualTo(addresses)
                    .isNotEmpty();
        }
    }

    @Test
    void abortsByItselfWhenTheBudgetOfThePauseIsSpent() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            String target = scene.other().value();
            long epoch = scene.topology().epoch().value();
            Map<String, String> before = scene.traces();
            Set<String> sessions = sessions(scene, source);
            assertThat(sessions).isNotEmpty();
            // without the target's agent nobody can prove that the target has replayed everything
            probe.onNext(TopologyState.FENCED, () -> scene.cluster().freeze(target));
            Move move = scene.start(scene.other(), "\"maxWritePause\":\"1s\"");
            try {
                Waiting.until(
                        "the fence was raised",
                        Scene.MOVE_LIMIT,
                        () -> probe.seen().contains(TopologyState.FENCED));
                long acked = scene.ledger().acked();
                Waiting.until(
                        "writes go on", BUDGET_AND_UNDO, () -> scene.ledger().acked() > acked + 50);
            } finally {
                scene.cluster().thaw(target);
            }
            Move aborted = assertUndone(scene, move, before);
            assertThat(aborted.error()).isNotNull();
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            assertThat(scene.topology().epoch().value()).isEqualTo(epoch + 2);
            assertThat(sessions(scene, source)).as("sessions that went on").containsAnyElementsOf(sessions);
        }
    }

    @Test
    void undoesItselfWhenTheTargetAnswersOtherwise() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"verify\":{\"canaries\":[\"select pg_is_in_recovery()\"]}");
            Move aborted = assertUndone(scene, move, before);
            assertThat(aborted.error()).isNotNull();
            assertThat(aborted.error().code()).isEqualTo(ErrorCode.VERIFICATION_FAILED.name());
        }
    }

    @Test
    void throwsADamagedCopyAwayAndMakesAnother() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            NodeId target = scene.other();
            Path root = scene.cluster().node(target).dataRoot();
            Move move = scene.start(target, "\"cutover\":\"approve\",\"bootstrap\":{\"maxRate\":\"8MiB\"}");
            Path copied = Waiting.untilPresent("a file is copied", STATE_LIMIT, () -> copiedFile(root));
            Files.writeString(copied, "51\n");
            scene.await(move, MoveState.READY);
            assertThat(Files.readString(scene.cluster().controlDirectory().resolve(target + ".log")))
                    .containsPattern("data.staging-" + move.id().shortId() + " does not match its manifest");
            assertThat(root.resolve("shard_01/data/base/1/PG_VERSION")).hasContent("15\n");
            scene.rest().act(move.id(), "abort");
            assertUndone(scene, move, before);
        }
    }

    private static Optional<Path> copiedFile(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file ->
                            file.endsWith("base/1/PG_VERSION") && file.toFile().length() == 3)
                    .filter(file -> !file.toString().contains("set-aside"))
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            // it changes under our hands
            return Optional.empty();
        }
    }

    @Test
    void refusesToAbortWhatIsOver() throws SQLException {
        try (Scene scene = Scene.open()) {
            Move move = scene.moveTo(scene.other());
            DroverRest.Answer answer = scene.rest().post("/v1/moves/" + move.id() + "/abort", "");
            assertThat(answer.status()).isEqualTo(409);
        }
    }

    /** Writes, then asks. */
    private static String written(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table written_in_the_pause (id integer)");
            statement.execute("drop table written_in_the_pause");
            try (ResultSet answer = statement.executeQuery(question)) {
                answer.next();
                return answer.getString(1);
            }
        }
    }

    /** What a move sets aside goes only when a person says so, and nothing else goes with it. */
    private static void assertPurged(Scene scene, NodeId node) {
        Path root = scene.cluster().node(node).dataRoot();
        assertThat(setAside(root)).isNotEmpty();
        Map<String, String> before = scene.traces();
        DroverRest.Answer purged =
                scene.rest().post("/v1/shards/" + LocalCluster.SHARD + "/purge", "{\"node\":\"" + node + "\"}");
        assertThat(purged.status()).as(purged.body()).isEqualTo(200);
        assertThat(setAside(root)).isEmpty();
        assertThat(WorldSnapshot.differences(before, scene.traces())).isEmpty();
        scene.awaitWrites(50);
    }

    private static List<Path> setAside(Path root) {
        try (Stream<Path> instances = Files.walk(root, 2)) {
            return instances
                    .filter(path -> path.getFileName().toString().startsWith("data.set-aside-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The line of the order tells at which step it was given. */
    private static void assertAbortedIn(Scene scene, Move move, int first, int last) {
        assertThat(scene.rest().move(move.id()).history())
                .filteredOn(line -> line.event().equals("aborted by a person"))
                .first()
                .satisfies(line -> assertThat(line.step()).isBetween(first, last));
    }

    private static Set<String> sessions(Scene scene, NodeId node) {
        return Set.of(scene.cluster()
                .psql(node)
                .run(
                        "postgres",
                        "select pid from pg_stat_activity where datname = '" + LocalCluster.DATABASE
                                + "' and backend_type = 'client backend'")
                .split("\\s+"));
    }

    private static boolean hasCopied(Move move) {
        return move.progress() != null && move.progress().bytesDone() > 0;
    }

    private static Move assertUndone(Scene scene, Move move, Map<String, String> before) {
        Move aborted = scene.await(move, MoveState.ABORTED);
        scene.awaitWrites(50);
        assertThat(scene.topology().state()).isEqualTo(TopologyState.SERVING);
        assertThat(scene.topology().move()).isNull();
        assertThat(scene.topology().replicas()).isEmpty();
        assertThat(WorldSnapshot.differences(before, scene.traces())).isEmpty();
        return aborted;
    }
}
