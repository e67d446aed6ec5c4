/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.plain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A Python program that connects as its documentation says and runs what it is told to. */
public final class PythonClient implements PlainClient {
    /** Debian's own: another one that comes first in PATH does not see Debian's modules. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final String CONNECT = "connect";
    private static final String CONNECTION_FAILURE = "08006";
    private static final String FAILED = "!";

    /** psycopg2 calls the SQLSTATE pgcode, psycopg 3 sqlstate. */
    private static final String LOOP = """


            import sys

            driver = sys.modules.get("psycopg2") or sys.modules["psycopg"]
            connection = None
            for line in sys.stdin:
                try:
                    if line.strip() == "connect":
                        connection = connect()
                        connection.autocommit = True
                        columns = ["hello", "python"]
                    else:
                        with connection.cursor() as cursor:
                            cursor.execute(line)
                            columns = [str(column) for column in cursor.fetchone()]
                    print("\\x1f".join(columns), flush=True)
                except driver.Error as error:
                    state = getattr(error, "pgcode", None) or getattr(error, "sqlstate", None) or "08006"
                    print("!" + state + " " + " ".join(str(error).split()), flush=True)
            """;

    private final String name;
    private final Child python;

    private PythonClient(String name, Child python) {
        this.name = name;
        this.python = python;
    }

    /**
     * Starts the program.
     *
     * @param connect Python code that defines {@code connect()}
     * @param directory where the program's file is put
     */
    public static PythonClient start(String name, String connect, Path directory, String password) {
        // not the name of the module that it imports
        Path file = directory.resolve(name.replace(' ', '-') + "-client.py");
        try {
            Files.writeString(file, connect + LOOP);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        return new PythonClient(
                name, new Child(List.of(PYTHON, "-u", file.toString()), Map.of("PGPASSWORD", password)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Session connect() throws SQLException {
        List<String> unused = ask(CONNECT);
        return new Session() {
            @Override
            public List<String> ask(String sql) throws SQLException {
                return PythonClient.this.ask(sql);
            }

            @Override
            public void close() {
                // the program drops its connection when it opens the next
            }
        };
    }

    private List<String> ask(String line) throws SQLException {
        python.tell(line);
        String answer = python.answer().orElseThrow(() -> new IllegalStateException(name + " has ended"));
        if (answer.contains(Child.SEPARATOR)) {
            return Arrays.asList(answer.split(Child.SEPARATOR, -1));
        }
        if (!answer.startsWith(FAILED)) {
            throw new IllegalStateException(name + " complains: " + answer + " " + python.answer());
        }
        int end = answer.indexOf(' ');
        throw new SQLException(answer.substring(end + 1), state(answer, end));
    }

    private static String state(String answer, int end) {
        String state = answer.substring(FAILED.length(), end);
        return state.isEmpty() ? CONNECTION_FAILURE : state;
    }

    @Override
    public void close() {
        python.close();
    }
}
