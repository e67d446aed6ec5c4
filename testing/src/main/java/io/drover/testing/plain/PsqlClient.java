/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.plain;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** psql, started again whenever it has ended: it does so when its connection is lost, and at each error. */
public final class PsqlClient implements PlainClient {
    private static final Pattern STATE = Pattern.compile("(?:ERROR|FATAL|PANIC): +([0-9A-Z]{5}):");
    private static final String CONNECTION_FAILURE = "08006";
    private static final String HELLO = "select 'hello', 'psql'";

    private final String conninfo;
    private final String password;

    /** For a connection string of libpq. */
    public PsqlClient(String conninfo, String password) {
        this.conninfo = conninfo;
        this.password = password;
    }

    @Override
    public String name() {
        return "psql";
    }

    @Override
    public Session connect() throws SQLException {
        Session session = new PsqlSession(new Child(
                List.of(
                        "psql",
                        "-XqAt",
                        "--field-separator=" + Child.SEPARATOR,
                        "--set=ON_ERROR_STOP=1",
                        "--set=VERBOSITY=verbose",
                        conninfo),
                Map.of("PGPASSWORD", password)));
        try {
            session.ask(HELLO);
            return session;
        } catch (SQLException e) {
            session.close();
            throw e;
        }
    }

    @Override
    public void close() {
        // between sessions there is nothing
    }

    private record PsqlSession(Child psql) implements Session {
        @Override
        public List<String> ask(String sql) throws SQLException {
            psql.tell(sql + ";");
            StringBuilder complaints = new StringBuilder();
            while (true) {
                Optional<String> line = psql.answer();
                if (line.isEmpty()) {
                    throw failure(complaints.toString());
                }
                if (line.orElseThrow().contains(Child.SEPARATOR)) {
                    return Arrays.asList(line.orElseThrow().split(Child.SEPARATOR, -1));
                }
                complaints.append(line.orElseThrow()).append(' ');
            }
        }

        private static SQLException failure(String text) {
            Matcher state = STATE.matcher(text);
            return new SQLException(text.strip(), state.find() ? state.group(1) : CONNECTION_FAILURE);
        }

        @Override
        public void close() {
            psql.close();
        }
    }
}
