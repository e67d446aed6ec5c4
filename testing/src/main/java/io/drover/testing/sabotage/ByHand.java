/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.testing.cluster.OsUser;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A server that something else than Drover starts, as a unit of the system or a person does who knows nothing of moves.
 *
 * @param argv how it was started before
 */
record ByHand(OsUser user, List<String> argv) {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** The way in which a running server was started. */
    static ByHand like(OsUser user, Path dataDirectory) {
        long postmaster = postmaster(dataDirectory);
        try {
            String raw =
                    Files.readString(Path.of("/proc", Long.toString(postmaster), "cmdline"), StandardCharsets.UTF_8);
            return new ByHand(user, List.of(raw.split("\0")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read how process " + postmaster + " was started", e);
        }
    }

    /** Kills a server and what belongs to it, as the end of its machine would. */
    static void kill(Path dataDirectory) {
        long postmaster = postmaster(dataDirectory);
        List<Long> children = ProcessTable.childrenOf(postmaster);
        ProcessTable.signal(postmaster, "KILL");
        children.forEach(child -> ProcessTable.signal(child, "KILL"));
        children.forEach(child -> Waiting.until("its child is dead", LIMIT, () -> !ProcessTable.isAlive(child)));
        // as long as its remains are there, no other can be started in the directory
        Waiting.until("the server is gone", LIMIT, () -> !Files.exists(Path.of("/proc", Long.toString(postmaster))));
    }

    /** Starts it; whether it comes up, and for how long it lives, is another thing. */
    Process start(Path log) {
        try {
            return new ProcessBuilder(user.command(argv))
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + argv, e);
        }
    }

    private static long postmaster(Path dataDirectory) {
        return Postmasters.of(dataDirectory)
                .orElseThrow(() -> new IllegalStateException("no server runs in " + dataDirectory));
    }
}
