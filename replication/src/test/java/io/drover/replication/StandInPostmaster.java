/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** A process with children that it never reaps, as a frozen postmaster has them. */
final class StandInPostmaster implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Process process;

    /**
     * Starts it.
     *
     * @param session what each child does in the shell, with its number in {@code $i}, before it becomes another program by exec
     */
    StandInPostmaster(int children, String session) throws IOException {
        process = new ProcessBuilder(
                        "/bin/bash",
                        "-c",
                        "for i in $(seq " + children + "); do (" + session + ") & done; exec sleep 60")
                .start();
        if (!Waiting.until(LIMIT, Duration.ofMillis(2), () -> runs(children))) {
            throw new IllegalStateException("its children are " + children());
        }
    }

    int pid() {
        return (int) process.pid();
    }

    List<Integer> children() {
        return Arrays.stream(ProcessTable.children(pid())).boxed().toList();
    }

    /** All are there and have got past their preparations, and their parent is no shell any more, which would reap them. */
    private boolean runs(int count) {
        List<Integer> children = children();
        return children.size() == count
                && ProcessTable.title(pid()).equals("sleep 60")
                && children.stream()
                        .noneMatch(child -> ProcessTable.title(child).startsWith("/bin/bash"));
    }

    @Override
    public void close() {
        children().forEach(Signals.KILL::send);
        process.destroyForcibly();
    }
}
