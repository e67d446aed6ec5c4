/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads arguments and environment of every process of the machine, again and again: most programs that a move runs live for milliseconds,
 * and what they are started with others can read meanwhile.
 */
final class ProcessWatch implements AutoCloseable {
    private static final Path PROC = Path.of("/proc");
    private static final Duration PAUSE = Duration.ofMillis(2);

    private final SecretHunt hunt;
    private final Set<String> found = new ConcurrentSkipListSet<>();
    private final Set<String> programs = new ConcurrentSkipListSet<>();
    private final Set<String> environments = new ConcurrentSkipListSet<>();
    private final Set<String> denied = new ConcurrentSkipListSet<>();
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong rounds = new AtomicLong();
    private final Thread thread = new Thread(this::run, "process-watch");
    private volatile boolean closed;

    ProcessWatch(SecretHunt hunt) {
        this.hunt = hunt;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            round();
            rounds.incrementAndGet();
            Waiting.pause(PAUSE);
        }
    }

    private void round() {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : entries) {
                String arguments = look(process, "cmdline");
                boolean hasEnvironment = !look(process, "environ").isEmpty();
                if (!arguments.isEmpty()) {
                    String path = arguments.split("[\\x00 ]", 2)[0];
                    String program = path.substring(path.lastIndexOf('/') + 1);
                    programs.add(program);
                    if (hasEnvironment) {
                        environments.add(program);
                    }
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + PROC, e);
        }
    }

    private String look(Path process, String what) {
        byte[] content;
        try {
            content = Files.readAllBytes(process.resolve(what));
        } catch (AccessDeniedException e) {
            denied.add(what + " of process " + process.getFileName());
            return "";
        } catch (IOException e) {
            // it has ended
            return "";
        }
        read.incrementAndGet();
        found.addAll(hunt.in(what + " of process " + process.getFileName(), content));
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    /** What was found, by now. */
    Set<String> found() {
        return new TreeSet<>(found);
    }

    /** The names of the programs that were seen. */
    Set<String> programs() {
        return new TreeSet<>(programs);
    }

    /** The names of those whose environment was read, and was not empty. */
    Set<String> environments() {
        return new TreeSet<>(environments);
    }

    /** What this user may not read. */
    Set<String> denied() {
        return new TreeSet<>(denied);
    }

    /** How many argument lists and environments were read. */
    long read() {
        return read.get();
    }

    /** Waits until every process that lives now has been read. */
    void awaitRound() {
        long seen = rounds.get();
        Waiting.until("the processes are read", Duration.ofMinutes(1), () -> rounds.get() > seen + 1);
    }

    @Override
    public void close() {
        closed = true;
    }
}
