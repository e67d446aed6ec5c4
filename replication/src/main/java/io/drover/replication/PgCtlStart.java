/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The agent starts the server itself, with {@code pg_ctl}, which gives it a session of its own.
 *
 * @param options for the server
 */
record PgCtlStart(PostgresBinaries binaries, Path dataDir, List<String> options, Path logFile) implements ServerStart {
    private static final Duration GRACE = Duration.ofSeconds(5);

    @Override
    public Commands.Result order(Duration limit) {
        List<String> command = List.of(
                binaries.tool("pg_ctl"),
                "start",
                "--silent",
                "--wait",
                "--timeout=" + Math.max(1, limit.toSeconds()),
                "--pgdata=" + dataDir,
                "--log=" + logFile,
                "-p",
                binaries.tool("postgres"),
                "-o",
                options.stream().map(PgCtlStart::shellQuoted).collect(Collectors.joining(" ")));
        return Commands.attempt(command, Map.of(), limit.plus(GRACE));
    }

    static String shellQuoted(String argument) {
        return "'" + argument.replace("'", "'\\''") + "'";
    }
}
