/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs PostgreSQL's programs: an argument vector, never a shell line, in the C locale, with a limit. Secrets go through a
 * password file only, since arguments and environment can be read by others.
 */
public final class Commands {
    private static final int SHOWN_LINES = 5;
    private static final Duration GRACE = Duration.ofSeconds(2);
    /** How long what a program has printed may take to be read once it has ended: on a machine that stands still for a while. */
    private static final Duration READING = Duration.ofSeconds(60);

    /** Who the process is, which time it is there, and what the loader has done to the agent itself already. */
    private static final Set<String> INHERITED = Set.of("USER", "LOGNAME", "TZ", "LD_LIBRARY_PATH", "LD_PRELOAD");

    private static final Map<String, String> FIXED =
            Map.of("LC_ALL", "C", "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

    private Commands() {}

    /** How a program ended. */
    public record Result(int exitCode, String stdout, String stderr) {}

    /**
     * Runs a program that has to succeed.
     *
     * @throws DroverException POSTGRES_FAILED with the last lines of its error output, TIMEOUT when it took too long
     */
    public static Result run(List<String> argv, Duration limit) {
        return run(argv, Map.of(), limit);
    }

    /** The same with additions to the environment. */
    public static Result run(List<String> argv, Map<String, String> environment, Duration limit) {
        Result result = attempt(argv, environment, limit);
        if (result.exitCode() != 0) {
            throw failed(argv, result.exitCode(), result.stderr());
        }
        return result;
    }

    /**
     * Runs a program whose exit status is the answer.
     *
     * @throws DroverException TIMEOUT when it took too long; then it has been ended
     */
    public static Result attempt(List<String> argv, Map<String, String> environment, Duration limit) {
        return attempt(builder(argv, environment), limit);
    }

    static Result attempt(ProcessBuilder builder, Duration limit) {
        StringBuilder stdout = new StringBuilder();
        Result result = stream(builder, limit, line -> stdout.append(line).append('\n'));
        return new Result(result.exitCode(), stdout.toString(), result.stderr());
    }

    /**
     * Runs a program whose output may be too long to be kept; every line goes to the reader instead. It returns when the whole output
     * has been read: half of it would look like all of it.
     *
     * @throws DroverException TIMEOUT when the program took too long, or its output has no end because a child of it holds the pipe
     */
    static Result stream(ProcessBuilder builder, Duration limit, Consumer<String> reader) {
        List<String> argv = builder.command();
        Process process = start(builder);
        CompletableFuture<Void> stdout = drain(process.getInputStream(), reader);
        Queue<String> errors = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> stderr = drain(process.getErrorStream(), errors::add);
        try {
            process.getOutputStream().close();
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly().waitFor(GRACE.toNanos(), TimeUnit.NANOSECONDS);
                throw new DroverException(
                        ErrorCode.TIMEOUT, name(argv) + " was ended after " + limit.toMillis() + " ms, its limit");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.TIMEOUT, name(argv) + " was interrupted", null, e);
        } catch (IOException e) {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, name(argv) + " could not be run", null, e);
        }
        awaitWhole(stdout, argv);
        // words for people: a grandchild may keep the pipe open after its parent has ended
        stderr.completeOnTimeout(null, GRACE.toMillis(), TimeUnit.MILLISECONDS).join();
        String words = errors.stream().map(line -> line + "\n").collect(Collectors.joining());
        return new Result(process.exitValue(), "", words);
    }

    static ProcessBuilder builder(List<String> argv, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(argv);
        // neither a PGHOST of whoever started the daemon nor his PATH decides what a program does; and what he keeps
        // secret in his environment would be for everybody to read in that of a server that lives for years
        builder.environment().keySet().retainAll(INHERITED);
        builder.environment().putAll(FIXED);
        // Whoever has started the daemon under another user's account may have left his own: libpq looks for
        // certificates there
        builder.environment().put("HOME", System.getProperty("user.home", "/"));
        builder.environment().putAll(environment);
        return builder;
    }

    static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    name(builder.command()) + " could not be started: " + e.getMessage(),
                    null,
                    e);
        }
    }

    static DroverException failed(List<String> argv, int exitCode, String stderr) {
        return new DroverException(
                Storage.codeOf(stderr), name(argv) + " failed with exit status " + exitCode + ": " + lastLines(stderr));
    }

    static String lastLines(String text) {
        List<String> lines =
                new ArrayList<>(text.lines().filter(line -> !line.isBlank()).toList());
        int from = Math.max(0, lines.size() - SHOWN_LINES);
        return lines.subList(from, lines.size()).stream().map(String::strip).collect(Collectors.joining("; "));
    }

    static String name(List<String> argv) {
        Path file = Path.of(argv.get(0)).getFileName();
        return file == null ? argv.get(0) : file.toString();
    }

    private static void awaitWhole(CompletableFuture<Void> output, List<String> argv) {
        try {
            output.get(READING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    name(argv) + " has ended, and its output has no end after " + READING.toSeconds()
                            + " s; none of it is used",
                    "look for a process that it has left behind",
                    e);
        } catch (ExecutionException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED, "the output of " + name(argv) + " could not be read", null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(
                    ErrorCode.TIMEOUT, "reading the output of " + name(argv) + " was interrupted", null, e);
        }
    }

    private static CompletableFuture<Void> drain(InputStream stream, Consumer<String> reader) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader lines =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        lines.lines().forEach(reader);
                        end.complete(null);
                    } catch (IOException | RuntimeException e) {
                        end.completeExceptionally(e);
                    }
                },
                "command-output");
        thread.setDaemon(true);
        thread.start();
        return end;
    }
}
