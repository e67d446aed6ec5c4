/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Reads {@code /proc}: which processes belong to a cluster, and whether one is still the one that it was. */
public final class ProcessTable {
    private static final Path PROC = Path.of("/proc");
    private static final int HEX = 16;
    private static final Set<String> OWN_PROGRAMS = Set.of(
            "java",
            "postgres",
            "initdb",
            "pg_basebackup",
            "pg_verifybackup",
            "pg_rewind",
            "pg_waldump",
            "pg_controldata",
            "pg_ctl",
            "haproxy",
            "etcd",
            "pg_autoctl",
            "repmgr",
            "sshd",
            DelaySwitch.PROGRAM);
    /** Patroni and its command; their program is an interpreter. */
    private static final String PATRONI = "/usr/bin/patroni";

    private ProcessTable() {}

    /**
     * When the process started, in clock ticks since the machine did; together with the pid it names a process for ever.
     * Empty when there is no such process, or only its remains (a zombie).
     */
    public static OptionalLong startTicks(long pid) {
        Optional<List<String>> stat = stat(pid);
        if (stat.isEmpty()
                || stat.orElseThrow().get(0).equals("Z")
                || stat.orElseThrow().get(0).equals("X")) {
            return OptionalLong.empty();
        }
        // proc(5) counts from 1 and the first two fields are cut off: starttime is number 22
        return OptionalLong.of(Long.parseLong(stat.orElseThrow().get(19)));
    }

    /** Whether the process lives; a zombie does not. */
    public static boolean isAlive(long pid) {
        return startTicks(pid).isPresent();
    }

    /** Whether the process is stopped by a signal. */
    public static boolean isFrozen(long pid) {
        return stat(pid).map(fields -> fields.get(0).equals("T")).orElse(false);
    }

    /** Whether the process has been sent the signal and has not taken it, as one that is frozen cannot. */
    public static boolean isPending(long pid, int signal) {
        try (Stream<String> lines = Files.lines(PROC.resolve(pid + "/status"))) {
            return lines.filter(line -> line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring(line.indexOf(':') + 1).strip(), HEX))
                    .anyMatch(set -> (set >>> (signal - 1) & 1) == 1);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    /** The pid of the parent; empty when there is no such process. */
    public static OptionalLong parent(long pid) {
        return stat(pid)
                .map(fields -> OptionalLong.of(Long.parseLong(fields.get(1))))
                .orElse(OptionalLong.empty());
    }

    /** The arguments of the process, separated by blanks; empty text when there is no such process. */
    public static String commandLine(long pid) {
        try {
            byte[] raw = Files.readAllBytes(PROC.resolve(pid + "/cmdline"));
            return new String(raw, StandardCharsets.UTF_8).replace('\0', ' ').strip();
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * The processes that belong to the directory: programs of Drover or PostgreSQL that run in it or name it in their
     * arguments. The directory's name is random, so nobody else's process does.
     */
    public static List<Long> belongingTo(Path directory) {
        List<Long> found = new ArrayList<>();
        for (long pid : all()) {
            if (pid != ProcessHandle.current().pid() && isAlive(pid) && belongs(pid, directory)) {
                found.add(pid);
            }
        }
        return found;
    }

    /** The processes whose parent is the given one. */
    public static List<Long> childrenOf(long parent) {
        return all().stream()
                .filter(pid -> parent(pid).orElse(-1) == parent && isAlive(pid))
                .toList();
    }

    /**
     * Sends a signal.
     *
     * @param signal its name, such as {@code KILL}
     * @return whether there was such a process
     */
    public static boolean signal(long pid, String signal) {
        if (signal.equals("KILL")) {
            // at once: some tests kill within a pause of milliseconds
            return ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
        }
        return Command.run(List.of("kill", "-" + signal, Long.toString(pid))).exitCode() == 0;
    }

    private static boolean belongs(long pid, Path directory) {
        return (program(pid).filter(OWN_PROGRAMS::contains).isPresent()
                        || commandLine(pid).contains(PATRONI))
                && (workingDirectory(pid)
                                .filter(path -> path.startsWith(directory))
                                .isPresent()
                        || names(commandLine(pid), directory.toString()));
    }

    private static boolean names(String commandLine, String directory) {
        return commandLine.contains(directory + "/") || commandLine.endsWith(directory);
    }

    private static Optional<String> program(long pid) {
        // the link is readable for the owner and root only; the name of the main thread is readable for all
        try {
            // a process of another mount namespace may seem to run the root directory, which has no name
            return Optional.ofNullable(PROC.resolve(pid + "/exe").toRealPath().getFileName())
                    .map(Path::toString);
        } catch (IOException e) {
            try {
                return Optional.of(Files.readString(PROC.resolve(pid + "/comm")).strip());
            } catch (IOException gone) {
                return Optional.empty();
            }
        }
    }

    private static Optional<Path> workingDirectory(long pid) {
        try {
            return Optional.of(Files.readSymbolicLink(PROC.resolve(pid + "/cwd")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<List<String>> stat(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            // the program's name stands in parentheses and may hold blanks and parentheses itself
            return Optional.of(
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<Long> all() {
        List<Long> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            entries.forEach(entry -> pids.add(Long.parseLong(entry.getFileName().toString())));
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + PROC, e);
        }
        return pids;
    }
}
