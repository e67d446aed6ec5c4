/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.testing.cluster.OsUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a peer's programs as PostgreSQL's user, in the peer's directory, with nothing of this process's environment. */
final class PeerPrograms {
    /** Where Debian has PostgreSQL 15, which the peers' packages are made for. */
    static final Path POSTGRES = Path.of("/usr/lib/postgresql/15/bin");

    private static final int TAIL_LINES = 5;

    private final OsUser user;
    private final Path directory;
    private final Path logs;
    private final Map<String, String> environment;

    PeerPrograms(OsUser user, Path directory, Path logs, Map<String, String> environment) {
        this.user = user;
        this.directory = directory;
        this.logs = user.directory(logs, "rwxr-xr-x");
        this.environment = Map.copyOf(environment);
    }

    /** A program of PostgreSQL. */
    static String postgres(String name) {
        return POSTGRES.resolve(name).toString();
    }

    /** Starts one that stays, or whose end somebody else waits for. */
    Process start(String name, List<String> command) {
        try {
            return builder(name, command)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.get(0), e);
        }
    }

    /**
     * Runs one that has to succeed.
     *
     * @return its standard output
     * @throws IllegalStateException when it does not, or not in time
     */
    String succeed(String name, Duration limit, List<String> command) {
        Path output = logs.resolve(name + ".out");
        try {
            Process process =
                    builder(name, command).redirectOutput(output.toFile()).start();
            await(name, process, limit);
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0), e);
        }
    }

    /**
     * Waits for the end of a program that was started, and ends it when that takes too long.
     *
     * @throws IllegalStateException when it does not succeed, or not in time
     */
    void await(String name, Process process, Duration limit) {
        try {
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(name + " did not end within " + limit + ": " + tail(name));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " ran", e);
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(name + " ended with " + process.exitValue() + ": " + tail(name));
        }
    }

    /** Where a program's messages go. */
    Path log(String name) {
        return logs.resolve(name + ".log");
    }

    /** The end of what a program said. */
    String tail(String name) {
        try {
            List<String> lines = Files.exists(log(name)) ? Files.readAllLines(log(name)) : List.of();
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    private ProcessBuilder builder(String name, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(user.command(command))
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
        // a PGHOST or a proxy of the caller's would lead the programs astray
        builder.environment().clear();
        builder.environment().put("PATH", POSTGRES + ":/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        return builder;
    }
}
