/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.testing.cluster.ClusterNetwork;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckFile;
import io.drover.testing.ledger.AckLog;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The harness's hold on a {@link LoadProcess}. */
final class LoadHandle implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration END_LIMIT = Duration.ofSeconds(10);
    /** Writers of a process that was started again have numbers of their own. */
    private static final int NUMBERS = 100;

    private final String member;
    private final List<String> command;
    private final Path log;
    private final int firstNumber;
    private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
    private @Nullable Process process;
    private int starts;
    private int run;
    private Path acks = Path.of("");

    private LoadHandle(String member, List<String> command, Path log, int firstNumber) {
        this.member = member;
        this.command = command;
        this.log = log;
        this.firstNumber = firstNumber;
    }

    /** Starts a load process as a member of the network; its writers are numbered from the first number on. */
    static LoadHandle start(ClusterNetwork network, String member, Path log, int firstNumber, List<String> arguments) {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                LoadProcess.class.getName()));
        java.addAll(arguments);
        LoadHandle handle = new LoadHandle(member, network.inside(member, java), log, firstNumber);
        handle.startProcess();
        return handle;
    }

    long pid() {
        return running().pid();
    }

    boolean isAlive() {
        return ProcessTable.isAlive(pid());
    }

    /** Begins to write rows of the run; starts the process again when it is dead. */
    void begin(int run, Path directory) {
        if (!isAlive()) {
            startProcess();
        }
        this.run = run;
        this.acks = directory;
        int first = firstNumber + starts * NUMBERS;
        starts++;
        tell("begin " + run + " " + first + " " + directory);
        hear("begun");
    }

    /** Ends the writers of the run; a dead process has none. */
    String end() {
        starts = 0;
        return hold();
    }

    /** Goes on with the run whose writers were held. */
    void resume() {
        begin(run, acks);
    }

    /** Ends the writers, others of the same run may follow. */
    String hold() {
        if (!isAlive()) {
            return "dead";
        }
        tell("end");
        return hear("ended");
    }

    /** The logs of every writer of a run, also of processes that have died since. */
    static List<AckLog> logs(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(AckFile::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the logs in " + directory, e);
        }
    }

    @Override
    public void close() {
        Process running = running();
        ProcessTable.signal(running.pid(), "CONT");
        running.destroyForcibly();
        Waiting.within(END_LIMIT, () -> !running.isAlive());
    }

    private Process running() {
        Process now = process;
        if (now == null) {
            throw new IllegalStateException(member + " was never started");
        }
        return now;
    }

    private void startProcess() {
        said.clear();
        try {
            Process started = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process = started;
            BufferedReader reader = started.inputReader(StandardCharsets.UTF_8);
            Thread thread = new Thread(() -> reader.lines().forEach(said::add), "load-" + member);
            thread.setDaemon(true);
            thread.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + member, e);
        }
        hear("ready");
    }

    private void tell(String line) {
        try {
            running().getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            running().getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(member + " cannot be told '" + line + "'", e);
        }
    }

    private String hear(String what) {
        try {
            String line = said.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (line == null || !line.startsWith(what)) {
                throw new IllegalStateException(member + " says '" + line + "' and not '" + what + "', see " + log);
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while listening to " + member, e);
        }
    }

    private static String absolute(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
