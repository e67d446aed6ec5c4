/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.LocalCluster;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL driver without a pool: one connection for each writer. After an error the connection is closed, and the next call
 * connects at once, with no pause in between. A call that cannot connect is an error, too.
 */
public class SessionClient implements WriteClient {
    private static final int ALIVE_SECONDS = 5;

    private final String url;
    private final String password;
    /** Each element belongs to one writer's thread, and to the closer when those have ended. */
    private final @Nullable Connection[] connections;
    /** Nobody uses them; they are there while a switch goes on. */
    private final @Nullable Connection[] idle;

    /**
     * Opens nothing yet.
     *
     * @param url of the driver
     * @param password of the application's role
     * @param idle sessions besides those of the writers
     */
    public SessionClient(String url, String password, int writers, int idle) {
        this.url = url;
        this.password = password;
        this.connections = new Connection[writers];
        this.idle = new Connection[idle];
    }

    /** Opens the idle sessions, and those again that a switch has ended. */
    @Override
    public void prepare() {
        try {
            for (int i = 0; i < idle.length; i++) {
                Connection connection = idle[i];
                if (connection == null || !connection.isValid(ALIVE_SECONDS)) {
                    close(connection);
                    idle[i] = connect();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("an idle session cannot be opened", e);
        }
    }

    @Override
    public void write(int writer, Write write) throws SQLException {
        Connection connection = connections[writer];
        if (connection == null) {
            connection = connect();
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
        Arrays.stream(connections).forEach(SessionClient::close);
        Arrays.stream(idle).forEach(SessionClient::close);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, LocalCluster.USER, password);
    }

    private static void close(@Nullable Connection connection) {
        if (connection != null) {
            closeAfter(connection, new SQLException("a connection did not close"));
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
