/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.fault.FaultLine;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Daemons that are held at fault points while something is done. */
final class Holds implements AutoCloseable {
    private final LocalCluster cluster;
    private final Saboteur saboteur;
    private final List<FaultLine> lines = new ArrayList<>();
    private final Map<String, List<Hold>> holds = new HashMap<>();

    private volatile @Nullable IllegalStateException failure;

    Holds(LocalCluster cluster, Saboteur saboteur) {
        this.cluster = cluster;
        this.saboteur = saboteur;
    }

    private record Hold(String point, Runnable action) {}

    /** Of several points of one daemon each is waited for when the one before it was reached. */
    void add(String daemon, String point, Runnable action) {
        List<Hold> later = holds.computeIfAbsent(daemon, key -> new ArrayList<>());
        later.add(new Hold(point, action));
        if (later.size() == 1) {
            CompletableFuture<FaultLine> opened = new CompletableFuture<>();
            FaultLine line = saboteur.line(cluster.pid(daemon), hit -> {
                act(later.remove(0));
                // answered on another thread: this one hears the answers
                Thread next = new Thread(() -> goOn(opened.join(), later), "hold-" + daemon);
                next.start();
            });
            opened.complete(line);
            lines.add(line);
            line.arm(point, 1);
        }
    }

    private void act(Hold hold) {
        try {
            hold.action().run();
        } catch (IllegalStateException | UncheckedIOException e) {
            failure = new IllegalStateException("at " + hold.point() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Tells what went wrong while a daemon was held.
     *
     * @throws IllegalStateException when something did
     */
    void requireNoFailure() {
        IllegalStateException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }

    private static void goOn(FaultLine line, List<Hold> later) {
        line.release();
        if (!later.isEmpty()) {
            line.arm(later.get(0).point(), 1);
        }
    }

    @Override
    public void close() {
        lines.forEach(FaultLine::close);
    }
}
