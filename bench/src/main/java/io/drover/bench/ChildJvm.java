/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.Waiting;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process with a {@link ChildMain}, on this JVM's class path. Used by one thread at a time. */
final class ChildJvm implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(10);
    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final Path log;
    private final Process process;
    private final Writer orders;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    private ChildJvm(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.orders = new BufferedWriter(process.outputWriter(StandardCharsets.UTF_8));
        Thread reader = new Thread(this::listen, "output-of-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts it; returns before it is ready.
     *
     * @param options of the JVM
     * @param arguments of {@link ChildMain}
     */
    static ChildJvm start(String name, Path directory, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Dfile.encoding=UTF-8"));
        command.addAll(options);
        // under a test the class path of this JVM is a jar that only names it
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, ChildMain.class.getName()));
        command.addAll(arguments);
        Path log = directory.resolve(name + ".log");
        try {
            return new ChildJvm(
                    name,
                    log,
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter kept = Files.newBufferedWriter(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(ChildMain.MARK)) {
                    said.add(line.substring(ChildMain.MARK.length()));
                } else {
                    kept.write(line);
                    kept.newLine();
                    kept.flush();
                }
            }
        } catch (IOException e) {
            said.add("its output cannot be read: " + e);
        }
    }

    /** Waits until it is ready. */
    ChildJvm ready() {
        hear(START_LIMIT, ChildMain.READY);
        return this;
    }

    /**
     * Gives it an order.
     *
     * @throws IllegalStateException when it ends, or does not answer in time
     */
    String ask(String order, Duration limit) {
        try {
            orders.write(order + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("no order reaches " + name + ": see " + log, e);
        }
        return hear(limit, order);
    }

    private String hear(Duration limit, String what) {
        return Waiting.untilPresent(name + " has answered '" + what + "', see " + log, limit, () -> {
            String answer = said.poll();
            if (answer == null && !process.isAlive() && said.isEmpty()) {
                throw new IllegalStateException(name + " has ended with " + process.exitValue()
                        + " before it answered '" + what + "': see " + log);
            }
            return Optional.ofNullable(answer);
        });
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(name + " does not end, process " + process.pid());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
