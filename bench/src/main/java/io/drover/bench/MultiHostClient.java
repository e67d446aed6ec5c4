/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.LocalCluster;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Knows nothing of Drover: the PostgreSQL driver with the addresses of all nodes and {@code targetServerType=primary}, one
 * connection for each writer. After an error the connection is closed, and the next call connects at once, with no pause in
 * between. A call that cannot connect is an error, too.
 */
public final class MultiHostClient implements WriteClient {
    private final LocalCluster cluster;
    private final String url;
    /** Each element belongs to one writer's thread, and to the closer when those have ended. */
    private final @Nullable Connection[] connections;

    public MultiHostClient(LocalCluster cluster, int writers) {
        this.cluster = cluster;
        this.url = cluster.nodes().stream()
                .map(node -> node.host() + ":" + cluster.shardPort())
                .collect(Collectors.joining(
                        ",", "jdbc:postgresql://", "/" + LocalCluster.DATABASE + "?targetServerType=primary"));
        this.connections = new Connection[writers];
    }

    @Override
    public void write(int writer, Write write) throws SQLException {
        Connection connection = connections[writer];
        if (connection == null) {
            connection = DriverManager.getConnection(url, LocalCluster.USER, cluster.password());
            connections[writer] = connection;
        }
        try {
            write.on(connection);
        } catch (SQLException e) {
            connections[writer] = null;
            closeAfter(connection, e);
            throw e;
        }
    }

    @Override
    public void close() {
        SQLException failures = new SQLException("connections did not close");
        for (Connection connection : connections) {
            if (connection != null) {
                closeAfter(connection, failures);
            }
        }
    }

    private static void closeAfter(Connection connection, SQLException failure) {
        try {
            connection.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }
}
