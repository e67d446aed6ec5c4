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
     * @param session what each child runs, in the shell; its number is in {@code $i}
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

    /** All are there, and their parent is no shell any more, which would reap them. */
    private boolean runs(int count) {
        return children().size() == count && ProcessTable.title(pid()).equals("sleep 60");
    }

    @Override
    public void close() {
        children().forEach(Signals.KILL::send);
        process.destroyForcibly();
    }
}
