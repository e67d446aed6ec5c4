/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.ShardTopology.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connections of the role {@code drover}, which reads views and changes nothing. They are kept open between questions, so that
 * asking is one round trip, and thrown away when a question fails.
 */
public final class InstanceMonitors implements AutoCloseable {
    private static final int VALIDATION_SECONDS = 2;

    private final String user;
    private final String password;
    private final Map<String, Deque<Connection>> idle = new ConcurrentHashMap<>();

    /** Monitors that log in as this role. */
    public InstanceMonitors(String user, String password) {
        this.user = user;
        this.password = password;
    }

    /**
     * A monitor on an instance; closing it keeps the connection for the next one.
     *
     * @throws io.drover.api.DroverException POSTGRES_UNREACHABLE when it cannot log in
     */
    public InstanceMonitor open(Endpoint endpoint, String database) {
        String key = endpoint.host() + ":" + endpoint.port() + "/" + database;
        Deque<Connection> connections = idle.computeIfAbsent(key, unused -> new ArrayDeque<>());
        Connection kept;
        synchronized (connections) {
            kept = connections.poll();
        }
        if (kept != null && isAlive(kept)) {
            return new InstanceMonitor(endpoint, kept, connections);
        }
        return new InstanceMonitor(
                endpoint, Connections.tcp(endpoint.host(), endpoint.port(), database, user, password), connections);
    }

    /** A seal and a stop end sessions, so one that was kept may be dead. */
    private static boolean isAlive(Connection connection) {
        try {
            if (connection.isValid(VALIDATION_SECONDS)) {
                return true;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("BUG: isValid fails for a negative limit only", e);
        }
        InstanceMonitor.closeQuietly(connection);
        return false;
    }

    @Override
    public void close() {
        idle.values().forEach(connections -> {
            synchronized (connections) {
                connections.forEach(InstanceMonitor::closeQuietly);
                connections.clear();
            }
        });
    }
}
