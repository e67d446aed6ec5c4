/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.PoolFactory.Purpose;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the production pool asks of a server before anybody writes there. */
@Timeout(60)
class SessionProofTest {
    private static final int SIZE = 4;
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final MetricRegistry registry = new MetricRegistry();
    private final KitMetrics metrics = new KitMetrics(registry, "ledger", "shard_01");
    private final ManualScheduler time = new ManualScheduler();
    private final Random random = new Random(1);
    private ScriptedServer server;
    private ConnectionPool pool;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws IOException {
        if (pool != null) {
            pool.close();
        }
        server.close();
    }

    private void open() {
        ShardDataSourceConfig config = ShardDataSourceConfig.builder("zookeeper", Topologies.SHARD)
                .credentials("app", "secret")
                .poolSize(SIZE)
                .rampUp(WINDOW)
                .driverProperties(
                        Map.of("preferQueryMode", "simple", "sslmode", "disable", "assumeMinServerVersion", "12"))
                .build();
        pool = new HikariPoolFactory(config, time, () -> random, metrics)
                .open(
                        Topologies.SERVING,
                        new Endpoint(new NodeId("node_a"), "127.0.0.1", server.port()),
                        Purpose.WRITE);
    }

    @Test
    void serverOutOfRecoveryOfTheRightInstanceIsWrittenTo() throws SQLException {
        open();

        try (Connection connection = borrowed()) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    /** HikariCP waits a quarter of a second, in which a machine that stands still opens nothing. */
    private Connection borrowed() throws SQLException {
        Eventually.until(() -> pool.idle() > 0);
        return pool.borrow();
    }

    @Test
    void serverInRecoveryIsNotWrittenToUntilItIsPromoted() throws SQLException {
        server.recover(true);
        open();
        assertThatThrownBy(this::borrowed)
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("in recovery");
        server.recover(false);

        borrowed().close();
    }

    @Test
    void anotherInstanceAtTheSameAddressIsRefusedByName() {
        server.becomeInstance("8");
        open();

        Eventually.until(() ->
                registry.counter("drover.client.ledger.shard_01.login.failed").getCount() > 0);
        assertThatThrownBy(pool::borrow)
                .isInstanceOf(SQLTransientConnectionException.class)
                .rootCause()
                .hasMessageContainingAll("shard_01", "is instance 8", "lies in 7", "nothing was sent");
        assertThat(pool.open()).isZero();
    }

    @Test
    void loginsAreSpreadOverTheWindowAndAgainAfterAFence() throws SQLException {
        open();
        Eventually.until(() -> pool.idle() == SIZE);
        List<Duration> first = List.copyOf(time.pauses());
        time.pass(WINDOW);
        pool.renew();
        server.answer("SELECT pg_is_in_recovery", ScriptedServer.Answer.CUT);
        assertThatThrownBy(this::borrowed).hasMessageContaining("does not answer");
        Eventually.until(() -> time.pauses().size() > SIZE);

        assertThat(first).hasSize(SIZE).allMatch(pause -> pause.compareTo(WINDOW.dividedBy(5)) < 0);
        assertThat(sum(first))
                .isBetween(
                        WINDOW.multipliedBy(3).dividedBy(10),
                        WINDOW.multipliedBy(4).dividedBy(10));
        assertThat(time.pauses().get(SIZE)).isPositive();
        assertThat(registry.timer("drover.client.ledger.shard_01.login").getCount())
                .isGreaterThanOrEqualTo(SIZE);
    }

    private static Duration sum(List<Duration> pauses) {
        return pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }
}
