/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.util.List;
import java.util.Map;

/** Runs SQL as PostgreSQL's superuser over the Unix socket of an instance, as an administrator on its node would. */
public final class Psql {
    private final OsUser user;
    private final String socketDirectory;
    private final int port;

    /** For the instance with this socket. */
    public Psql(OsUser user, String socketDirectory, int port) {
        this.user = user;
        this.socketDirectory = socketDirectory;
        this.port = port;
    }

    /**
     * Runs statements and returns what they print, without headings.
     *
     * @throws IllegalStateException when one fails
     */
    public String run(String database, String sql) {
        Command.Result result = tryRun(database, sql);
        if (result.exitCode() != 0) {
            throw new IllegalStateException("psql ended with " + result.exitCode() + ": " + result.output());
        }
        return result.output().strip();
    }

    /** Whether all the statements succeed. */
    public boolean succeeds(String database, String sql) {
        return tryRun(database, sql).exitCode() == 0;
    }

    private Command.Result tryRun(String database, String sql) {
        List<String> psql = List.of(
                "psql",
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                socketDirectory,
                "-p",
                Integer.toString(port),
                "-U",
                user.name(),
                "-d",
                database,
                "-f",
                "-");
        return Command.run(user.command(psql), Map.of("PGOPTIONS", "", "LC_ALL", "C.UTF-8"), sql);
    }
}
