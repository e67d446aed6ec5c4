/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One thread for what is to happen later, in the order in which it becomes due. */
final class SimTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private final SimCore core;
    private final SimProcess process;
    private final String name;
    private final boolean inPlace;
    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final Set<Later<?>> planned = new LinkedHashSet<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable Strand active;
    private boolean shut;

    SimTimer(SimCore core, SimProcess process, String name, boolean inPlace) {
        this.core = core;
        this.process = process;
        this.name = name;
        this.inPlace = inPlace;
    }

    /** A task with a time. */
    private final class Later<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long period;
        private final boolean fixedRate;
        private long at;

        Later(Callable<V> task, long delay, long period, boolean fixedRate) {
            super(task);
            this.at = core.now() + Math.max(0, delay);
            this.period = period;
            this.fixedRate = fixedRate;
        }

        void plan() {
            planned.add(this);
            core.at(Duration.ofNanos(at - core.now()), () -> {
                if (!isCancelled()) {
                    becomeReady(this);
                }
            });
        }

        @Override
        public void run() {
            planned.remove(this);
            if (period == 0) {
                super.run();
            } else if (runAndReset() && !shut) {
                at = (fixedRate ? at : core.now()) + period;
                plan();
            }
        }

        @Override
        protected void setException(Throwable failure) {
            super.setException(failure);
            if (inPlace) {
                core.fail(failure);
            }
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            planned.remove(this);
            boolean cancelled = super.cancel(mayInterrupt);
            endWhenIdle();
            return cancelled;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - core.now(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    private void becomeReady(Runnable task) {
        ready.add(task);
        if (active == null) {
            begin();
        }
    }

    private void begin() {
        Strand next = new Strand(process, name, inPlace ? this::runOne : this::runAll, inPlace);
        active = next;
        core.add(next);
    }

    private void runAll() {
        try {
            Runnable task = ready.poll();
            while (task != null) {
                task.run();
                task = ready.poll();
            }
        } finally {
            active = null;
            if (!ready.isEmpty()) {
                begin();
            }
            endWhenIdle();
        }
    }

    /** In place others may come in between. */
    private void runOne() {
        Runnable task = ready.poll();
        active = null;
        if (!ready.isEmpty()) {
            begin();
        }
        if (task != null) {
            task.run();
        }
        endWhenIdle();
    }

    private void endWhenIdle() {
        if (shut && active == null && ready.isEmpty() && planned.isEmpty()) {
            ended.complete(null);
        }
    }

    @Override
    public void execute(Runnable task) {
        requireOpen();
        becomeReady(task);
    }

    private void requireOpen() {
        if (shut) {
            throw new RejectedExecutionException(name + " has been shut down");
        }
    }

    private <V> ScheduledFuture<V> plan(Later<V> later) {
        requireOpen();
        later.plan();
        return later;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return plan(new Later<>(Executors.callable(command), unit.toNanos(delay), 0, false));
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return plan(new Later<>(callable, unit.toNanos(delay), 0, false));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initial, long period, TimeUnit unit) {
        return plan(new Later<>(Executors.callable(command), unit.toNanos(initial), unit.toNanos(period), true));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initial, long delay, TimeUnit unit) {
        return plan(new Later<>(Executors.callable(command), unit.toNanos(initial), unit.toNanos(delay), false));
    }

    /** What is due still happens, and nothing that is for later. */
    @Override
    public void shutdown() {
        shut = true;
        new ArrayList<>(planned)
                .stream().filter(later -> !ready.contains(later)).forEach(later -> later.cancel(false));
        endWhenIdle();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shut = true;
        new ArrayList<>(planned).forEach(later -> later.cancel(false));
        List<Runnable> left = List.copyOf(ready);
        ready.clear();
        Strand running = active;
        if (running != null && running.worker != null) {
            running.worker.interrupt();
        }
        endWhenIdle();
        return left;
    }

    @Override
    public boolean isShutdown() {
        return shut;
    }

    @Override
    public boolean isTerminated() {
        return ended.isDone();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return core.await(ended, unit.toNanos(timeout));
    }
}
