/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import com.zaxxer.hikari.HikariDataSource;
import io.drover.api.time.Scheduler;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.PoolFactory.Purpose;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A HikariCP pool that asks a session once in each grant, before it hands it out, whether it lives, and for writes whether its server
 * is out of recovery. HikariCP itself trusts a session that was used within the last half second, which a fence may have outlasted.
 *
 * <p>Sessions of the warm pool were opened on a hot standby and become writable by its promotion. They need no question of ours: as no
 * fence has passed over this pool yet, HikariCP's own is enough, and with its answer servers from version 14 on report
 * {@code in_hot_standby}.
 */
final class HikariConnectionPool implements ConnectionPool {
    private static final Logger LOG = LoggerFactory.getLogger(HikariConnectionPool.class);
    private static final Duration RECOVERY_PAUSE = Duration.ofMillis(5);
    private static final String OUT_OF_RECOVERY = "off";
    private static final int PROBE_TIMEOUT_MILLIS = 2_000;

    private final HikariDataSource hikari;
    private final Purpose purpose;
    private final Scheduler scheduler;
    private final LoginRamp ramp;
    private final AtomicInteger generation = new AtomicInteger();

    /**
     * @param hikari hands out {@link Session}s
     * @param ramp of its logins
     */
    HikariConnectionPool(HikariDataSource hikari, Purpose purpose, Scheduler scheduler, LoginRamp ramp) {
        this.hikari = hikari;
        this.purpose = purpose;
        this.scheduler = scheduler;
        this.ramp = ramp;
    }

    private enum Answer {
        GOOD,
        IN_RECOVERY,
        DEAD
    }

    @Override
    public Connection borrow() throws SQLException {
        Connection connection = hikari.getConnection();
        return switch (prove(connection)) {
            case GOOD -> connection;
            case DEAD -> {
                hikari.evictConnection(connection);
                // a dead session may have cost two seconds: whether there is time for another, the caller knows
                throw new SQLTransientConnectionException(
                        "a session of pool " + hikari.getPoolName() + " does not answer");
            }
            case IN_RECOVERY -> {
                connection.close();
                Waiting.pause(scheduler, RECOVERY_PAUSE);
                throw new SQLTransientConnectionException(
                        "the server of pool " + hikari.getPoolName() + " is in recovery");
            }
        };
    }

    private Answer prove(Connection connection) throws SQLException {
        // The driver's own connection: HikariCP would close one whose probe fails behind our back.
        Session session = connection.unwrap(Session.class);
        int current = generation.get();
        if (session.isProven(current)) {
            return Answer.GOOD;
        }
        boolean told = current == 0 && OUT_OF_RECOVERY.equals(session.driver().getParameterStatus("in_hot_standby"));
        Answer answer = told ? Answer.GOOD : ask(session.driver());
        if (answer == Answer.GOOD) {
            session.prove(current);
        }
        return answer;
    }

    private Answer ask(PgConnection session) {
        try {
            Executor direct = Runnable::run;
            int before = session.getNetworkTimeout();
            session.setNetworkTimeout(direct, PROBE_TIMEOUT_MILLIS);
            try (Statement statement = session.createStatement();
                    ResultSet answer = statement.executeQuery("SELECT pg_is_in_recovery()")) {
                answer.next();
                return answer.getBoolean(1) && purpose == Purpose.WRITE ? Answer.IN_RECOVERY : Answer.GOOD;
            } finally {
                session.setNetworkTimeout(direct, before);
            }
        } catch (SQLException e) {
            LOG.debug("a session of pool {} does not answer", hikari.getPoolName(), e);
            return Answer.DEAD;
        }
    }

    @Override
    public int idle() {
        return hikari.getHikariPoolMXBean().getIdleConnections();
    }

    @Override
    public int open() {
        return hikari.getHikariPoolMXBean().getTotalConnections();
    }

    @Override
    public void rest() {
        hikari.getHikariConfigMXBean().setMinimumIdle(0);
        hikari.getHikariPoolMXBean().softEvictConnections();
    }

    @Override
    public void renew() {
        ramp.begin();
        generation.incrementAndGet();
        hikari.getHikariConfigMXBean().setMinimumIdle(hikari.getMaximumPoolSize());
    }

    @Override
    public void close() {
        hikari.close();
    }
}
