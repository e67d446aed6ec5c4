/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.plain;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** PostgreSQL's JDBC driver. */
public record JdbcClient(String name, String url, String user, String password) implements PlainClient {
    @Override
    public Session connect() throws SQLException {
        return new JdbcSession(DriverManager.getConnection(url, user, password));
    }

    @Override
    public void close() {
        // between sessions there is nothing
    }

    @Override
    public String toString() {
        return name;
    }

    private record JdbcSession(Connection connection) implements Session {
        @Override
        public List<String> ask(String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.add(row.getString(i));
                }
                return columns;
            }
        }

        @Override
        public void close() {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                throw new IllegalStateException("a connection cannot be dropped", e);
            }
        }
    }
}
