/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One daemon of the cluster as a process of its own, started by the command that anybody can repeat. */
final class DaemonProcess {
    private static final Duration END_LIMIT = Duration.ofSeconds(15);
    private static final Duration PID_LIMIT = Duration.ofSeconds(20);

    private final String id;
    private final List<String> command;
    private final Path projectRoot;
    private final Path log;
    private final Path pidFile;
    private @Nullable Process process;

    DaemonProcess(String id, List<String> command, Path projectRoot, Path controlDirectory) {
        this.id = id;
        this.command = List.copyOf(command);
        this.projectRoot = projectRoot;
        this.log = controlDirectory.resolve(id + ".log");
        this.pidFile = controlDirectory.resolve(id + ".pid");
    }

    String id() {
        return id;
    }

    /** The command, to be run in the project's root. */
    List<String> command() {
        return command;
    }

    Path log() {
        return log;
    }

    /** Starts it; a session of its own keeps the interrupt of a terminal away, so that the cluster ends in order. */
    void start() {
        List<String> whole = new ArrayList<>(List.of("setsid"));
        whole.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(whole)
                .directory(projectRoot.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            process = builder.start();
            Files.writeString(pidFile, process.pid() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + id, e);
        }
    }

    /** The pid: of the process that was started here, or that somebody else has started in its place since. */
    long pid() {
        return Waiting.untilPresent("there is a process id of " + id, PID_LIMIT, this::writtenPid);
    }

    /** Empty for a moment: the script that it is started by writes the file once more. */
    private Optional<Long> writtenPid() {
        try {
            String text = Files.readString(pidFile).strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(text));
        } catch (IOException e) {
            throw new UncheckedIOException("no process id of " + id, e);
        }
    }

    boolean isAlive() {
        return ProcessTable.isAlive(pid());
    }

    /** Ends it as a machine's failure would. */
    void kill() {
        end("KILL");
    }

    /** Asks it to end, and makes it when it does not. */
    void terminate() {
        end("TERM");
    }

    void freeze() {
        ProcessTable.signal(pid(), "STOP");
    }

    void thaw() {
        ProcessTable.signal(pid(), "CONT");
    }

    private void end(String signal) {
        if (process == null || !isAlive()) {
            return;
        }
        long pid = pid();
        ProcessTable.signal(pid, signal);
        ProcessTable.signal(pid, "CONT");
        if (!Waiting.within(END_LIMIT, () -> !ProcessTable.isAlive(pid))) {
            ProcessTable.signal(pid, "KILL");
            Waiting.until(id + " has ended", END_LIMIT, () -> !ProcessTable.isAlive(pid));
        }
    }
}
