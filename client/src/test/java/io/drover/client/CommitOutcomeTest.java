/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.codahale.metrics.MetricRegistry;
import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.time.Scheduler;
import io.drover.client.ScriptedServer.Answer;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.PoolFactory.Purpose;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The production pool and the PostgreSQL driver, on a server that answers as the test says. */
@Timeout(60)
class CommitOutcomeTest {
    private static final String UNKNOWN = "drover.client.ledger.shard_01.outcome.unknown";
    private static final String INSERT = "insert into t values (1)";

    private final MetricRegistry registry = new MetricRegistry();
    private final KitMetrics metrics = new KitMetrics(registry, "ledger", "shard_01");
    private ScriptedServer server;
    private ConnectionPool pool;
    private Grant grant;
    private Connection connection;

    @BeforeEach
    void borrow() throws Exception {
        server = new ScriptedServer();
        ShardDataSourceConfig config = ShardDataSourceConfig.builder("zookeeper", Topologies.SHARD)
                .credentials("app", "secret")
                .poolSize(1)
                .rampUp(Duration.ZERO)
                .driverProperties(Map.of(
                        "preferQueryMode",
                        "simple",
                        "sslmode",
                        "disable",
                        "assumeMinServerVersion",
                        "12",
                        "socketTimeout",
                        "2"))
                .build();
        Endpoint endpoint = new Endpoint(new NodeId("node_a"), "127.0.0.1", server.port());
        pool = new HikariPoolFactory(config, Scheduler.system(), ThreadLocalRandom::current, metrics)
                .open(Topologies.SERVING, endpoint, Purpose.WRITE);
        grant = new Grant(new FenceEpoch(7), endpoint, pool, drained -> {});
        Gate gate = new Gate(Scheduler.system(), 1, 1, () -> "", metrics);
        gate.open(grant);
        connection = new Lane(gate, new UnknownOutcomes(Topologies.SHARD, metrics))
                .borrow(new Deadline(Scheduler.system(), Duration.ofSeconds(10)));
    }

    @AfterEach
    void end() throws SQLException, IOException {
        if (connection != null) {
            connection.close();
        }
        pool.close();
        server.close();
    }

    private void insert() throws SQLException {
        run(INSERT);
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void assertUnknown(ThrowingCallable commit) {
        assertThatThrownBy(commit)
                .isInstanceOfSatisfying(CommitOutcomeUnknownException.class, e -> {
                    assertThat(e.shard()).isEqualTo(Topologies.SHARD);
                    assertThat(e.epoch()).isEqualTo(new FenceEpoch(7));
                    assertThat(e.getSQLState()).isEqualTo("08007");
                })
                .isNotInstanceOf(SQLTransientException.class)
                .hasMessageContainingAll(
                        "shard shard_01 at epoch 7 on node_a", "nothing was repeated", "pg_xact_status()");
        assertThat(registry.counter(UNKNOWN).getCount()).isEqualTo(1);
    }

    private void assertFailed(ThrowingCallable call, String state) {
        assertThatThrownBy(call)
                .isInstanceOf(SQLException.class)
                .isNotInstanceOf(CommitOutcomeUnknownException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo(state);
        assertThat(registry.counter(UNKNOWN).getCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "SILENCE", "FATAL_57P01", "PANIC"})
    void autocommittedStatementWithoutAnAnswerIsUnknown(Answer answer) {
        server.answer("insert", answer);

        assertUnknown(this::insert);
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "SILENCE", "FATAL_57P01", "PANIC"})
    void commitWithoutAnAnswerIsUnknown(Answer answer) throws SQLException {
        server.answer("COMMIT", answer);
        connection.setAutoCommit(false);
        insert();

        assertUnknown(connection::commit);
    }

    @Test
    void refusedStatementHasSurelyFailed() {
        server.answer("insert", Answer.ERROR);

        assertFailed(this::insert, "23505");
    }

    @Test
    void codeThatAFunctionOfTheServerRaisedIsNoBrokenSession() {
        server.answer("insert", Answer.ERROR_08006);

        assertFailed(this::insert, "08006");
    }

    @Test
    void refusedCommitHasSurelyFailed() throws SQLException {
        server.answer("COMMIT", Answer.ERROR);
        connection.setAutoCommit(false);
        insert();

        assertFailed(connection::commit, "23505");
    }

    @Test
    void sessionThatIdledForTooLongHasReadNoCommit() throws SQLException {
        server.answer("COMMIT", Answer.FATAL_25P03);
        connection.setAutoCommit(false);
        insert();

        assertFailed(connection::commit, "25P03");
    }

    @Test
    void statementOfAnOpenTransactionHasSurelyNotCommitted() throws SQLException {
        server.answer("insert", Answer.CUT);
        connection.setAutoCommit(false);

        assertFailed(this::insert, "08006");
        assertThatThrownBy(connection::commit)
                .isInstanceOf(SQLException.class)
                .isNotInstanceOf(CommitOutcomeUnknownException.class);
    }

    @Test
    void statementBehindABeginInWordsHasSurelyNotCommitted() throws SQLException {
        server.answer("insert", Answer.CUT);
        run("BEGIN");

        assertFailed(this::insert, "08006");
    }

    @Test
    void commitInWordsIsUnknown() throws SQLException {
        server.answer("COMMIT", Answer.CUT);
        connection.setAutoCommit(false);
        insert();

        assertUnknown(() -> run("COMMIT"));
    }

    @Test
    void turningAutocommitOnCommits() throws SQLException {
        server.answer("COMMIT", Answer.CUT);
        connection.setAutoCommit(false);
        insert();

        assertUnknown(() -> connection.setAutoCommit(true));
    }

    @Test
    void commitOfNothingIsNotSent() throws SQLException {
        server.answer("COMMIT", Answer.CUT);
        connection.setAutoCommit(false);

        assertThatCode(connection::commit).doesNotThrowAnyException();
    }

    @Test
    void batchWithoutAnAnswerIsUnknown() throws SQLException {
        server.answer("insert", Answer.CUT);
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.addBatch();
            statement.addBatch();

            assertUnknown(statement::executeBatch);
        }
    }

    @Test
    void commitWithinABatchIsUnknown() throws SQLException {
        server.answer("COMMIT", Answer.CUT);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.addBatch(INSERT);
            statement.addBatch("COMMIT");

            assertUnknown(statement::executeBatch);
        }
    }

    @Test
    void whatIsDeclaredToReadOnlyHasNothingToCommit() throws SQLException {
        server.answer("select", Answer.CUT);
        connection.setReadOnly(true);

        assertFailed(() -> run("select 1"), "08006");
    }

    @Test
    void commitWhoseStandbyIsNoLongerWaitedForIsUnknown() throws SQLException {
        server.answer("COMMIT", Answer.WAIT_CANCELLED);
        connection.setAutoCommit(false);
        insert();

        assertUnknown(connection::commit);
    }

    @Test
    void warningOfAnEarlierCommitIsNotTheNextOnes() throws SQLException {
        server.answer("COMMIT", Answer.WAIT_CANCELLED);
        connection.setAutoCommit(false);
        insert();
        assertUnknown(connection::commit);
        server.answer("COMMIT", null);
        insert();

        assertThatCode(connection::commit).doesNotThrowAnyException();
    }

    @Test
    void autocommittedStatementWhoseStandbyIsNoLongerWaitedForIsUnknown() {
        server.answer("insert", Answer.WAIT_CANCELLED);

        assertUnknown(this::insert);
    }

    @Test
    void namesTheTransactionThatWasNotedAndAsksForNone() throws SQLException {
        server.answer("COMMIT", Answer.CUT);
        connection.setAutoCommit(false);
        insert();
        connection.unwrap(ShardConnection.class).noteTransactionId("4711");

        assertThatThrownBy(connection::commit)
                .isInstanceOfSatisfying(
                        CommitOutcomeUnknownException.class,
                        e -> assertThat(e.transactionId()).contains("4711"))
                .hasMessageContaining("transaction 4711");
        assertThat(server.asked()).noneMatch(query -> query.contains("xact"));
    }

    @Test
    void transactionIsForgottenAtItsEnd() throws SQLException {
        connection.setAutoCommit(false);
        insert();
        connection.unwrap(ShardConnection.class).noteTransactionId("4711");
        connection.commit();
        insert();
        connection.unwrap(ShardConnection.class).noteTransactionId("4712");
        connection.rollback();
        server.answer("COMMIT", Answer.CUT);
        insert();

        assertThatThrownBy(connection::commit)
                .isInstanceOfSatisfying(
                        CommitOutcomeUnknownException.class,
                        e -> assertThat(e.transactionId()).isEmpty());
    }

    @Test
    void transactionOfAStatementThatCommittedByItselfIsNotNoted() throws SQLException {
        insert();
        connection.unwrap(ShardConnection.class).noteTransactionId("4710");
        assertThat(noted()).isEmpty();
    }

    @Test
    void transactionThatEndedInWordsIsForgotten() throws SQLException {
        run("BEGIN");
        insert();
        connection.unwrap(ShardConnection.class).noteTransactionId("4711");
        run("COMMIT");
        assertThat(noted()).isEmpty();
    }

    /** What a statement that gets no answer now says of its transaction. */
    private Optional<String> noted() {
        server.answer("insert", Answer.CUT);
        return catchThrowableOfType(CommitOutcomeUnknownException.class, this::insert)
                .transactionId();
    }

    @Test
    void connectionOfAStatementIsTheOneThatTheFenceWaitsFor() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThat(Set.of(statement)).contains(statement);
            statement.getConnection().close();
        }

        assertThat(grant.borrowed()).isZero();
    }
}
