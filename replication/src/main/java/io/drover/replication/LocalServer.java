/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;

/**
 * A server on this node, reached as its superuser over the Unix socket.
 *
 * @param socketDir directory of the socket
 * @param port number in the socket's name
 */
public record LocalServer(Path socketDir, int port) {
    /** The database that every instance has, for what concerns the whole instance. */
    public static final String MAINTENANCE_DATABASE = "postgres";

    /** A connection to the maintenance database. */
    public Connection connect() {
        return connect(MAINTENANCE_DATABASE);
    }

    /** A connection to a database. */
    public Connection connect(String database) {
        return Connections.local(socketDir, port, database);
    }

    /** Another role's connection to a database, with its password. */
    public Connection connect(String database, String user, String password, Duration socketTimeout) {
        return Connections.local(socketDir, port, database, user, password, socketTimeout);
    }

    /** A connection whose statements may take long, such as a checkpoint. */
    public Connection connect(String database, Duration socketTimeout) {
        return Connections.local(socketDir, port, database, Connections.APPLICATION_NAME, socketTimeout);
    }
}
