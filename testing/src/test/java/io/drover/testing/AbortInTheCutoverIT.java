/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static io.drover.testing.Undone.assertAbortedIn;
import static io.drover.testing.Undone.assertUndone;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A move that is given up between its first act on live clients and the point of no return. */
class AbortInTheCutoverIT {
    /** Five seconds and what the undo takes, and that a machine may stand still for a while. */
    private static final Duration BUDGET_AND_UNDO = Duration.ofSeconds(25);
    /** What is in flight holds the drain up, so that there is time for a person. */
    private static final String TIME_IN_THE_PAUSE =
            "\"cutover\":\"approve\",\"maxWritePause\":\"30s\",\"drainTimeout\":\"20s\"";

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
            Move move = scene.start(scene.other(), TIME_IN_THE_PAUSE);
            scene.await(move, MoveState.READY);
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
            Move move = scene.start(scene.other(), TIME_IN_THE_PAUSE);
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
            scene.awaitWrites(50);
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
            NodeId target = scene.other();
            long epoch = scene.topology().epoch().value();
            Map<String, String> before = scene.traces();
            Set<String> sessions = sessions(scene, source);
            assertThat(sessions).isNotEmpty();
            // without the target's agent nobody can prove that the target has replayed everything
            Runnable freeze = () -> scene.cluster().freeze(target.value());
            String pause = "\"maxWritePause\":\"5s\",\"drainTimeout\":\"5s\"";
            Move move = scene.startAndAtTheFence(target, pause, probe, freeze);
            try {
                long acked = scene.ledger().acked();
                Waiting.until(
                        "writes go on", BUDGET_AND_UNDO, () -> scene.ledger().acked() > acked + 50);
            } finally {
                scene.cluster().thaw(target.value());
            }
            Move aborted = assertUndone(scene, move, before);
            assertThat(aborted.error()).isNotNull();
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            assertThat(scene.topology().epoch().value()).isEqualTo(epoch + 2);
            assertThat(sessions(scene, source)).as("sessions that went on").containsAnyElementsOf(sessions);
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

    private static Set<String> sessions(Scene scene, NodeId node) {
        return Set.of(scene.cluster()
                .psql(node)
                .run(
                        "postgres",
                        "select pid from pg_stat_activity where datname = '" + LocalCluster.DATABASE
                                + "' and backend_type = 'client backend'")
                .split("\\s+"));
    }
}
