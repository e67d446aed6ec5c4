/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import java.sql.Connection;
import java.sql.SQLException;

/** Tries whether drover_repl may log in for replication, before a copy depends on it. */
public final class ReplicationLogin {
    private ReplicationLogin() {}

    /** Empty when it may, else why not. */
    public static String probe(String host, int port, String password, ServerTls tls) {
        try (Connection connection = Connections.replication(host, port, RoleSetup.REPLICATION, password, tls)) {
            return Sql.text(connection, "IDENTIFY_SYSTEM").isEmpty() ? "the server did not identify itself" : "";
        } catch (DroverException | SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
