/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The little JDBC that this module needs, with failures that have a code. */
final class Sql {
    private Sql() {}

    /** Reads one row. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    static <T> List<T> list(Connection connection, String sql, Row<T> reader, Object... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<T> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
                return found;
            }
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    static <T> Optional<T> first(Connection connection, String sql, Row<T> reader, Object... parameters) {
        return list(connection, sql, reader, parameters).stream().findFirst();
    }

    /** The only value of the only row. */
    static String text(Connection connection, String sql, Object... parameters) {
        return nullableText(connection, sql, parameters)
                .orElseThrow(
                        () -> new DroverException(ErrorCode.POSTGRES_FAILED, "PostgreSQL answered null to: " + sql));
    }

    static Optional<String> nullableText(Connection connection, String sql, Object... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    static long number(Connection connection, String sql, Object... parameters) {
        return Long.parseLong(text(connection, sql, parameters));
    }

    static boolean truth(Connection connection, String sql, Object... parameters) {
        return text(connection, sql, parameters).equals("t");
    }

    static void execute(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    static DroverException failed(String sql, SQLException cause) {
        @Nullable String state = cause.getSQLState();
        boolean gone = state != null && (state.startsWith("08") || state.startsWith("57P"));
        ErrorCode code = Storage.failed(state) ? ErrorCode.STORAGE_FAILED : ErrorCode.POSTGRES_FAILED;
        return new DroverException(
                gone ? ErrorCode.POSTGRES_UNREACHABLE : code,
                shortened(sql) + " failed: " + cause.getMessage(),
                null,
                cause);
    }

    private static String shortened(String sql) {
        String line = sql.strip().replaceAll("\\s+", " ");
        String shown = line;
        // what follows may be a verifier of a password, or a connection string with one
        for (String last : List.of(" PASSWORD ", "ALTER SYSTEM SET ")) {
            int secret = line.indexOf(last);
            int from = last.endsWith("SET ") ? line.indexOf(" = ", secret) : secret + last.length() - 1;
            shown = secret < 0 || from < 0 ? shown : line.substring(0, from) + " ...";
        }
        return shown.length() <= 120 ? shown : shown.substring(0, 120) + "...";
    }
}
