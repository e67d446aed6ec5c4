/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The thread of a client's process on which it hears of everything, while the process is alive and does not stand still. */
final class FakeProcess {
    private final FakeZooKeeper world;
    private final ScheduledExecutorService timer;

    // Guarded by the world.
    private final List<Runnable> held = new ArrayList<>();
    private boolean frozen;
    private long frozenSince;
    private boolean crashed;

    FakeProcess(FakeZooKeeper world, Scheduler scheduler, String name) {
        this.world = world;
        this.timer = EventLoop.timerOf(scheduler, name);
    }

    /** Runs something on the thread after a while. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing waits for it
    void after(Duration delay, Runnable task) {
        try {
            timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: nothing reaches the process any more.
            return;
        }
    }

    /** Runs something in the process: not when it is gone, and later while it stands still. */
    void alive(Runnable task) {
        boolean[] now = new boolean[1];
        world.atomically(() -> {
            now[0] = !crashed && !frozen;
            if (frozen && !crashed) {
                held.add(task);
            }
        });
        if (now[0]) {
            task.run();
        }
    }

    void freeze() {
        frozen = true;
        frozenSince = world.nanoTime();
    }

    /** Goes on; answers how long it stood still. */
    Duration thaw() {
        frozen = false;
        List<Runnable> late = List.copyOf(held);
        held.clear();
        late.forEach(task -> world.afterwards(() -> after(Duration.ZERO, () -> alive(task))));
        return Duration.ofNanos(world.nanoTime() - frozenSince);
    }

    void crash() {
        crashed = true;
        held.clear();
    }

    void close() {
        timer.shutdown();
    }
}
