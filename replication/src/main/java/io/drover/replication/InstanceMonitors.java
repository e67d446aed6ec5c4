/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.ShardTopology.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Connections of the role {@code drover}, which reads views and changes nothing. They are kept open between questions, so that
 * asking is one round trip, and thrown away when a question fails.
 */
public final class InstanceMonitors implements AutoCloseable {
    private static final int VALIDATION_SECONDS = 2;

    private final String user;
    private final String password;
    private final ServerTls tls;
    private final Map<String, Deque<Connection>> idle = new ConcurrentHashMap<>();

    /** Monitors that log in as this role and take what a server offers. */
    public InstanceMonitors(String user, String password) {
        this(user, password, ServerTls.NONE);
    }

    /** Monitors that log in as this role, over connections that are protected so. */
    public InstanceMonitors(String user, String password, ServerTls tls) {
        this.user = user;
        this.password = password;
        this.tls = tls;
    }

    /**
     * A monitor on an instance; closing it keeps the connection for the next one.
     *
     * @throws io.drover.api.DroverException POSTGRES_UNREACHABLE when it cannot log in
     */
    public InstanceMonitor open(Endpoint endpoint, String database) {
        String key = endpoint.host() + ":" + endpoint.port() + "/" + database;
        Deque<Connection> connections = idle.computeIfAbsent(key, unused -> new ArrayDeque<>());
        for (Connection kept = take(connections); kept != null; kept = take(connections)) {
            if (isAlive(kept)) {
                return new InstanceMonitor(endpoint, kept, connections);
            }
            InstanceMonitor.closeQuietly(kept);
        }
        return new InstanceMonitor(
                endpoint,
                Connections.tcp(endpoint.host(), endpoint.port(), database, user, password, tls),
                connections);
    }

    /**
     * Logs in anew and out again: a session that is kept does not notice that the role or its password has changed.
     *
     * @throws io.drover.api.DroverException POSTGRES_UNREACHABLE when it cannot log in
     */
    public void checkLogin(Endpoint endpoint, String database) {
        InstanceMonitor.closeQuietly(Connections.tcp(endpoint.host(), endpoint.port(), database, user, password, tls));
    }

    private static @Nullable Connection take(Deque<Connection> connections) {
        synchronized (connections) {
            return connections.poll();
        }
    }

    /** A seal, a restart or a changed role ends the sessions of an instance while nobody looks. */
    private static boolean isAlive(Connection connection) {
        try {
            return connection.isValid(VALIDATION_SECONDS);
        } catch (SQLException e) {
            return false;
        }
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
