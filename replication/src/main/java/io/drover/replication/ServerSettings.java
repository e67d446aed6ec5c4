/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Settings of a running server. A reload is proven, since {@code pg_reload_conf()} says true for a file with an error and loads
 * nothing (hazard H9).
 */
public final class ServerSettings implements RunningSettings {
    private static final String AUTO_CONF_VALUE = """
            SELECT setting FROM pg_file_settings
            WHERE name = ? AND sourcefile LIKE '%/postgresql.auto.conf' ORDER BY seqno DESC LIMIT 1""";
    /** What only waits for a restart is shown with an error, too; it keeps no other line from being loaded. */
    private static final String ERRORS = """
            SELECT coalesce(sourcefile, '') || ':' || coalesce(sourceline, 0) || ' ' || coalesce(name, '') || ': ' || error
            FROM pg_file_settings f
            WHERE error IS NOT NULL
              AND NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = f.name AND s.pending_restart)""";

    private static final Duration POLL = Duration.ofMillis(5);

    private final Connection connection;

    /** With a superuser's connection. */
    public ServerSettings(Connection connection) {
        this.connection = connection;
    }

    /** What postgresql.auto.conf says; absent when it does not name the setting. */
    @Override
    public Optional<String> autoConfValue(ManagedSetting setting) {
        return Sql.nullableText(connection, AUTO_CONF_VALUE, setting.parameter());
    }

    /** The value in force in this session. */
    @Override
    public String current(ManagedSetting setting) {
        return Sql.text(connection, "SELECT current_setting(?)", setting.parameter());
    }

    /** Writes a value to postgresql.auto.conf; it is not loaded yet. */
    @Override
    public void set(ManagedSetting setting, String value) {
        write(setting, setting.checked(value));
    }

    private void write(ManagedSetting setting, String value) {
        // PostgreSQL refuses a line break here itself
        String statement = "ALTER SYSTEM SET " + setting.parameter() + " = " + Quoting.literal(value);
        // that of somebody else's standby, which goes back to where it was
        if (value.equals(ConnectionString.withoutPassword(value))) {
            Sql.execute(connection, statement);
        } else {
            UnloggedStatement.execute(connection, statement);
        }
    }

    /** Removes a setting from postgresql.auto.conf; that is not loaded yet. */
    public void reset(ManagedSetting setting) {
        Sql.execute(connection, "ALTER SYSTEM RESET " + setting.parameter());
    }

    /** Puts back what {@link #autoConfValue} said; that is not loaded yet. */
    @Override
    public void restore(ManagedSetting setting, Optional<String> autoConfValue) {
        autoConfValue.ifPresentOrElse(value -> write(setting, value), () -> reset(setting));
    }

    /** Makes the server read its files again. {@link #awaitVisible} proves that a value has come into force. */
    @Override
    public void reload() {
        List<String> errors = Sql.list(connection, ERRORS, row -> row.getString(1));
        if (!errors.isEmpty()) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    "the settings files have errors, so a reload would load nothing: " + String.join("; ", errors),
                    "mend these lines and try again");
        }
        if (!Sql.truth(connection, "SELECT pg_reload_conf()")) {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "pg_reload_conf() could not signal the postmaster");
        }
    }

    /**
     * Proves in a new connection that a value is in force: then the postmaster has it, and has told all its children.
     *
     * @param connect opens a new connection
     * @throws DroverException TIMEOUT with the value that is in force instead
     */
    public static void awaitVisible(
            Supplier<Connection> connect, ManagedSetting setting, String value, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        while (true) {
            String current = inNewConnection(connect, setting);
            if (current.equals(value)) {
                return;
            }
            if (waiting.isOver()) {
                throw new DroverException(
                        ErrorCode.TIMEOUT,
                        setting.parameter() + " did not become '" + ConnectionString.withoutPassword(value)
                                + "' within " + limit.toMillis() + " ms; it is '"
                                + ConnectionString.withoutPassword(current) + "'",
                        "look for another file, a command line option or a role setting that overrides it");
            }
            waiting.pause(POLL);
        }
    }

    private static String inNewConnection(Supplier<Connection> connect, ManagedSetting setting) {
        try (Connection fresh = connect.get()) {
            return new ServerSettings(fresh).current(setting);
        } catch (SQLException e) {
            throw Sql.failed("closing a connection", e);
        }
    }
}
