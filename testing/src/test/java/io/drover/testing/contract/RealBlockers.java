/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.Blocker;
import io.drover.api.Blocker.Kind;
import io.drover.api.agent.Reports.StopMode;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.replication.Waiting;
import io.drover.testing.contract.ThreeNodes.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Every kind of blocker is made on PostgreSQL, is seen as what it is, and is not seen any more when it is over. */
abstract class RealBlockers extends PostgresSteps {
    @Override
    abstract RealNodes open();

    /** Longer than a transaction may be open. */
    private static final Duration LONG = Duration.ofSeconds(7);

    private RealNodes real() {
        return (RealNodes) nodes;
    }

    private List<BlockerView> blockers() {
        return nodes.monitors().blockers(endpoint(Side.ONE));
    }

    private List<Kind> kinds() {
        return blockers().stream().map(view -> view.blocker().kind()).toList();
    }

    private Blocker awaitOne(Kind kind) {
        awaitFact(() -> kinds().equals(List.of(kind)));
        BlockerView view = blockers().get(0);
        assertThat(view.session() != null).isEqualTo(kind.terminable());
        return view.blocker();
    }

    private void restartWith(Map<String, String> settings) {
        settings.forEach((name, value) -> real().tell(Side.ONE, "ALTER SYSTEM SET " + name + " = '" + value + "'"));
        server(Side.ONE).stop(StopMode.FAST, LIMIT);
        server(Side.ONE).start(LIMIT);
    }

    private Connection session() {
        return real().connect(Side.ONE);
    }

    private static void in(Connection session, String sql) {
        RealNodes.execute(session, sql);
    }

    private static CompletableFuture<Void> beside(Connection session, String sql) {
        return CompletableFuture.runAsync(() -> in(session, sql));
    }

    @Test
    final void aQuietServerHasNone() {
        assertThat(blockers()).isEmpty();
    }

    @Test
    final void aStatementThatRunsForLong() throws SQLException {
        try (Connection client = session()) {
            CompletableFuture<Void> slow = beside(client, "SELECT pg_sleep(20)");

            Blocker blocker = awaitOne(Kind.LONG_TRANSACTION);
            assertThat(blocker.what()).isEqualTo("active, waits for Timeout PgSleep");
            assertThat(blocker.owner()).contains(" in app (");

            ask(
                    Side.ONE,
                    superuser -> superuser.endSessions(List.of(blockers().get(0).session())));
            awaitFact(() -> blockers().isEmpty());
            awaitFact(slow::isCompletedExceptionally);
        }
    }

    @Test
    final void aTransactionThatDoesNothing() throws SQLException {
        try (Connection client = session()) {
            in(client, "BEGIN");
            in(client, "INSERT INTO operations (name) VALUES ('one')");

            Blocker blocker = awaitOne(Kind.IDLE_IN_TRANSACTION);
            assertThat(blocker.what()).isEqualTo("idle in transaction");

            in(client, "ROLLBACK");
            assertThat(blockers()).isEmpty();
        }
    }

    /** One that failed has rolled back already, and holds nothing. */
    @Test
    final void aTransactionThatHasFailedIsNone() throws SQLException {
        try (Connection client = session()) {
            in(client, "BEGIN");
            in(client, "INSERT INTO operations (name) VALUES ('one')");
            assertThatThrownBy(() -> in(client, "SELECT 1 / 0")).hasMessageContaining("division by zero");
            assertThat(Waiting.until(LONG, POLL, () -> !blockers().isEmpty())).isFalse();
        }
    }

    /** It is one blocker, and sooner than others, although its transaction also does nothing. */
    @Test
    final void aTableThatIsBeingChanged() throws SQLException {
        try (Connection client = session()) {
            in(client, "BEGIN");
            in(client, "ALTER TABLE operations ADD COLUMN more int");

            assertThat(awaitOne(Kind.DDL).ageMillis()).isLessThan(5_000);
            awaitFact(() -> blockers().get(0).blocker().ageMillis() > 5_500);
            assertThat(kinds()).containsExactly(Kind.DDL);
        }
    }

    @Test
    final void anIndexThatIsBuiltConcurrently() throws SQLException {
        try (Connection writer = session();
                Connection builder = session()) {
            in(writer, "BEGIN");
            in(writer, "INSERT INTO operations (name) VALUES ('one')");
            CompletableFuture<Void> built =
                    beside(builder, "CREATE INDEX CONCURRENTLY operations_name ON operations (name)");

            awaitFact(() -> kinds().contains(Kind.CONCURRENT_INDEX));
            BlockerView view = blockers().get(0);
            assertThat(view.blocker().kind()).isEqualTo(Kind.CONCURRENT_INDEX);
            assertThat(view.session()).isNull();
            assertThat(view.blocker().what()).startsWith("create index concurrently, waiting for writers");
            // the writer that it waits for stands in the way, too
            awaitFact(() -> kinds().equals(List.of(Kind.CONCURRENT_INDEX, Kind.IDLE_IN_TRANSACTION)));

            in(writer, "COMMIT");
            assertThat(built).succeedsWithin(LIMIT);
            awaitFact(() -> blockers().isEmpty());
        }
    }

    @Test
    final void aPreparedTransaction() throws SQLException {
        restartWith(Map.of("max_prepared_transactions", "4"));
        try (Connection client = session()) {
            in(client, "BEGIN");
            in(client, "INSERT INTO operations (name) VALUES ('one')");
            in(client, "PREPARE TRANSACTION 'order 7'");
        }
        Blocker blocker = awaitOne(Kind.PREPARED_TRANSACTION);
        assertThat(blocker.what()).isEqualTo("prepared as order 7");
        assertThat(blocker.owner()).endsWith(" in app");
        assertThat(blocker.pid()).isNull();

        real().tell(Side.ONE, "COMMIT PREPARED 'order 7'");
        assertThat(blockers()).isEmpty();
    }

    @Test
    final void aBaseBackup() {
        Process backup = real().run(
                        Side.ONE,
                        "pg_basebackup",
                        "--pgdata",
                        real().root().resolve("backup").toString(),
                        "--max-rate=1M",
                        "--checkpoint=fast",
                        "--wal-method=none");
        try {
            awaitFact(() -> kinds().equals(List.of(Kind.BASE_BACKUP))
                    && blockers().get(0).blocker().delayMillis() != null);
            Blocker blocker = blockers().get(0).blocker();
            assertThat(blocker.owner()).contains("pg_basebackup");
            assertThat(blocker.what()).isEqualTo("streaming database files");
            assertThat(blocker.delayMillis()).isPositive();
            assertThat(blockers().get(0).session()).isNull();
        } finally {
            backup.destroy();
            assertThat(backup.onExit()).succeedsWithin(LIMIT);
        }
        awaitFact(() -> blockers().isEmpty());
    }

    @Test
    final void aSlowLogicalConsumer() {
        restartWith(Map.of("wal_level", "logical"));
        real().tell(Side.ONE, "SELECT pg_create_logical_replication_slot('feed', 'pgoutput')");
        assertThat(blockers()).isEmpty();
        real().tell(Side.ONE, "SELECT pg_logical_emit_message(false, 'load', repeat('x', 17 * 1024 * 1024))");

        Blocker blocker = awaitOne(Kind.LOGICAL_CONSUMER);
        assertThat(blocker.what()).startsWith("slot feed is 17").endsWith(" bytes behind");
        assertThat(blocker.owner()).isEqualTo("nobody in app");
        assertThat(blocker.delayMillis()).isNull();

        real().tell(Side.ONE, "SELECT pg_drop_replication_slot('feed')");
        assertThat(blockers()).isEmpty();
    }

    @Test
    final void anArchiveThatDoesNotKeepUp() {
        restartWith(Map.of("archive_mode", "on", "archive_command", "false"));
        for (int i = 0; i < 16; i++) {
            switchWal();
        }
        assertThat(blockers()).isEmpty();
        switchWal();
        Blocker blocker = awaitOne(Kind.ARCHIVE_BACKLOG);
        assertThat(blocker.what()).isEqualTo("17 segments wait to be archived");
        assertThat(blocker.delayMillis()).isEqualTo(blocker.ageMillis());

        real().tell(Side.ONE, "ALTER SYSTEM SET archive_command = 'true'");
        real().tell(Side.ONE, "SELECT pg_reload_conf()");
        awaitFact(() -> blockers().isEmpty());
    }

    private void switchWal() {
        real().tell(Side.ONE, "SELECT pg_logical_emit_message(false, 'load', 'x')");
        real().tell(Side.ONE, "SELECT pg_switch_wal()");
    }

    /** Of a table that is large for how little its vacuum is allowed to do, and that nothing but its age has it vacuumed for. */
    @Test
    final void aVacuumAgainstWraparound() {
        restartWith(Map.of("autovacuum_naptime", "1s"));
        real().tell(
                        Side.ONE,
                        "CREATE TABLE old (filler text) WITH (autovacuum_freeze_max_age = 100000,"
                                + " autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 1000000,"
                                + " autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)");
        real().tell(Side.ONE, "INSERT INTO old SELECT repeat('x', 1000) FROM generate_series(1, 5000)");
        real().tell(
                        Side.ONE,
                        "DO $$ BEGIN FOR i IN 1..100100 LOOP"
                                + " BEGIN PERFORM pg_logical_emit_message(true, 'x', 'x'); EXCEPTION WHEN division_by_zero THEN NULL; END;"
                                + " END LOOP; END $$");

        awaitFact(() ->
                kinds().contains(Kind.WRAPAROUND_VACUUM) && vacuum().blocker().delayMillis() != null);
        assertThat(vacuum().blocker().what()).contains("old", "to prevent wraparound");
        assertThat(vacuum().blocker().owner()).isEqualTo("autovacuum in app");
        assertThat(vacuum().session()).isNull();
    }

    private BlockerView vacuum() {
        return blockers().stream()
                .filter(view -> view.blocker().kind() == Kind.WRAPAROUND_VACUUM)
                .findFirst()
                .orElseThrow();
    }

    /** Drover's own roles may see all of it. */
    @Test
    final void everyQuestionCanBeAskedOfAStandbyToo() {
        makeStandby();
        assertThat(nodes.monitors().blockers(endpoint(Side.OTHER))).isEmpty();
    }
}
