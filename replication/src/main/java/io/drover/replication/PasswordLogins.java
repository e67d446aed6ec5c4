/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology.Endpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Logins with a password over TCP. */
public final class PasswordLogins implements PoolerLogins {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    /** Shorter ones end by themselves while the fence waits. */
    private static final String IDLE = """
            SELECT client_port, pid, usename, round(extract(epoch from now() - state_change))
              FROM pg_stat_activity
             WHERE state LIKE 'idle in transaction%' AND datname = current_database()
               AND state_change < now() - interval '1 second' AND pid <> pg_backend_pid()
             ORDER BY state_change""";

    private final String user;
    private final String password;

    public PasswordLogins(String user, String password) {
        this.user = user;
        this.password = password;
    }

    @Override
    public Optional<String> refused(Endpoint server, String database) {
        try (Connection connection = connect(server, database)) {
            return connection.isValid((int) LIMIT.toSeconds()) ? Optional.empty() : Optional.of("it does not answer");
        } catch (DroverException | SQLException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Connection connect(Endpoint server, String database) {
        return Connections.tcp(server.host(), server.port(), database, user, password, ServerTls.NONE, LIMIT);
    }

    @Override
    public List<String> idleInTransaction(Endpoint server, String database, Set<Integer> ports) {
        List<String> idle = new ArrayList<>();
        try (Connection connection = connect(server, database);
                PreparedStatement statement = connection.prepareStatement(IDLE);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                if (ports.contains(rows.getInt(1))) {
                    idle.add("process " + rows.getInt(2) + " of " + rows.getString(3) + ", idle in transaction for "
                            + rows.getLong(4) + " s");
                }
            }
            return idle;
        } catch (SQLException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE,
                    "the sessions on " + server.host() + ":" + server.port() + " could not be read",
                    null,
                    e);
        }
    }
}
