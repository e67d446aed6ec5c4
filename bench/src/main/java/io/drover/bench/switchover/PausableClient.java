/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.drover.api.NodeId;
import io.drover.bench.Load;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The client of the recipe by hand. It does what an application can do without Drover, and is given what the kit has where that is
 * possible, so that the recipe is what differs:
 *
 * <ul>
 *   <li>The same pool library with the same sizes, a connection for each write, the same statements to warm new sessions.
 *   <li>Its writers wait while the recipe runs, and those that are in the middle of a write finish it first: no error.
 *   <li>A full pool of sessions on the standby is open before the switch. Hardly any application has that; without it logins would add
 *       to the pause.
 * </ul>
 *
 * It does not take part in a fence: it is one process, and knows of no other client. Nothing keeps a client that was forgotten from
 * writing to the old primary, nobody proves that the old primary has stopped, nothing is done about a recipe that fails in the
 * middle, and there is no way back.
 */
final class PausableClient implements HandClient {
    private static final Duration OPEN_LIMIT = Duration.ofMinutes(1);

    /** Fair: else the one who wants to stop all writers might never get his turn. */
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);

    private final HikariDataSource primary;
    private final HikariDataSource standby;
    private volatile HikariDataSource current;

    PausableClient(Ground ground, NodeId primary, NodeId standby) {
        LocalCluster cluster = ground.cluster();
        int sessions = ground.sessions();
        this.primary = open(cluster, primary, sessions);
        this.standby = open(cluster, standby, sessions);
        this.current = this.primary;
        Waiting.until("the pool of the standby is open", OPEN_LIMIT, () -> isFull(sessions));
    }

    @Override
    public void switchOver(Recipe recipe) throws SQLException {
        gate.writeLock().lock();
        try {
            recipe.run();
            current = standby;
        } finally {
            gate.writeLock().unlock();
        }
    }

    @Override
    public void write(int writer, Write write) throws SQLException {
        gate.readLock().lock();
        try (Connection connection = current.getConnection()) {
            write.on(connection);
        } finally {
            gate.readLock().unlock();
        }
    }

    @Override
    public void close() {
        primary.close();
        standby.close();
    }

    private boolean isFull(int sessions) {
        return standby.getHikariPoolMXBean().getIdleConnections() == sessions;
    }

    private static HikariDataSource open(LocalCluster cluster, NodeId node, int sessions) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(cluster.jdbcUrl(node));
        config.setUsername(LocalCluster.USER);
        config.setPassword(cluster.password());
        config.setMaximumPoolSize(sessions);
        config.setMinimumIdle(sessions);
        config.setConnectionInitSql(String.join(";", Load.WARMUP));
        return new HikariDataSource(config);
    }
}
