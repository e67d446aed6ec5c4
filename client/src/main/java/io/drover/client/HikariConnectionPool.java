package io.drover.client;

import com.zaxxer.hikari.HikariDataSource;
import io.drover.client.PoolFactory.Purpose;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A HikariCP pool. For writes it hands out no session of a server in recovery: sessions of the warm pool were opened on a hot standby
 * and become writable by its promotion. HikariCP asks a session that was idle for half a second whether it lives, and servers from
 * version 14 on report {@code in_hot_standby} with that answer, so that the proof costs no round trip of its own.
 */
final class HikariConnectionPool implements ConnectionPool {
    private static final Logger LOG = LoggerFactory.getLogger(HikariConnectionPool.class);
    private static final Duration RECOVERY_PAUSE = Duration.ofMillis(5);

    private final HikariDataSource hikari;
    private final Purpose purpose;
    /** Sessions of servers before version 14 that have been asked. */
    private final Set<PGConnection> proven = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    HikariConnectionPool(HikariDataSource hikari, Purpose purpose) {
        this.hikari = hikari;
        this.purpose = purpose;
    }

    @Override
    public Connection borrow() throws SQLException {
        while (true) {
            Connection connection = hikari.getConnection();
            Boolean writable = purpose == Purpose.READ ? Boolean.TRUE : isWritable(connection);
            if (Boolean.TRUE.equals(writable)) {
                return connection;
            }
            if (writable == null) {
                // Dead since it was last seen: the next one, or a new one.
                hikari.evictConnection(connection);
                continue;
            }
            connection.close();
            Waiting.pause(RECOVERY_PAUSE);
            throw new SQLTransientConnectionException("the server of pool " + hikari.getPoolName() + " is in recovery");
        }
    }

    /** Whether the session may write as far as the server's state goes; null when it does not answer. */
    private @Nullable Boolean isWritable(Connection connection) throws SQLException {
        PGConnection session = connection.unwrap(PGConnection.class);
        String standby = session.getParameterStatus("in_hot_standby");
        if ("off".equals(standby) || (standby == null && proven.contains(session))) {
            return Boolean.TRUE;
        }
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("SELECT NOT pg_is_in_recovery()")) {
            answer.next();
            boolean writable = answer.getBoolean(1);
            if (writable && standby == null) {
                proven.add(session);
            }
            return writable;
        } catch (SQLException e) {
            LOG.debug("a session of pool {} does not answer", hikari.getPoolName(), e);
            return null;
        }
    }

    @Override
    public int idle() {
        return hikari.getHikariPoolMXBean().getIdleConnections();
    }

    @Override
    public void retire() {
        hikari.getHikariConfigMXBean().setMinimumIdle(0);
        hikari.getHikariPoolMXBean().softEvictConnections();
    }

    @Override
    public void close() {
        hikari.close();
    }
}
