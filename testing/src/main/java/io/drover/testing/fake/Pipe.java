/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One direction of a connection: what is sent arrives after its time, and never before what was sent earlier. */
final class Pipe {
    /** Runs something after a while, on the thread at the far end; what is due at the same time in the order of planning. */
    @FunctionalInterface
    interface Timer {
        void after(Duration delay, Runnable task);
    }

    private final FakeZooKeeper world;
    private final Timer timer;

    // Guarded by the world.
    private final Queue<Runnable> travelling = new ArrayDeque<>();
    private long lastArrival = Long.MIN_VALUE;
    /** On which something arrives just now: elsewhere nothing may overtake it. */
    private @Nullable Thread receiving;

    Pipe(FakeZooKeeper world, Timer timer) {
        this.world = world;
        this.timer = timer;
    }

    /**
     * Sends something, under the world's monitor.
     *
     * @param inPlace whether it may arrive on this very thread, when nothing is before it
     */
    void send(Duration time, boolean inPlace, Runnable arrival) {
        if (inPlace && time.isZero() && travelling.isEmpty() && !arrivesElsewhere()) {
            world.afterwards(arrival);
            return;
        }
        long now = world.nanoTime();
        lastArrival = travelling.isEmpty() ? now + time.toNanos() : Math.max(lastArrival, now + time.toNanos());
        travelling.add(arrival);
        Duration delay = Duration.ofNanos(lastArrival - now);
        world.afterwards(() -> timer.after(delay, this::arrive));
    }

    private boolean arrivesElsewhere() {
        return receiving != null && receiving != Thread.currentThread();
    }

    private void arrive() {
        Runnable[] first = new Runnable[1];
        world.atomically(() -> {
            first[0] = travelling.remove();
            receiving = Thread.currentThread();
        });
        try {
            first[0].run();
        } finally {
            world.atomically(() -> receiving = null);
        }
    }
}
