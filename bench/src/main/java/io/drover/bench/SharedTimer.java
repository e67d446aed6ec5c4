/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A timer that has no thread of its own: its tasks run on one that it shares with others. A client with twenty shards would have
 * forty threads that wait, a thousand of them more than the machine has.
 */
final class SharedTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private final ScheduledExecutorService shared;
    private volatile boolean closed;

    SharedTimer(ScheduledExecutorService shared) {
        this.shared = shared;
    }

    private Runnable unlessClosed(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
        return () -> {
            if (!closed) {
                task.run();
            }
        };
    }

    @Override
    public void execute(Runnable task) {
        shared.execute(unlessClosed(task));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return shared.schedule(unlessClosed(task), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
        return shared.schedule(task, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
        return shared.scheduleAtFixedRate(unlessClosed(task), first, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
        return shared.scheduleWithFixedDelay(unlessClosed(task), first, delay, unit);
    }

    @Override
    public void shutdown() {
        closed = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        closed = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return closed;
    }

    @Override
    public boolean isTerminated() {
        return closed;
    }

    @Override
    public boolean awaitTermination(long limit, TimeUnit unit) {
        return closed;
    }
}
