/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.time;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** The machine's own time and threads. */
final class SystemScheduler implements Scheduler {
    static final SystemScheduler INSTANCE = new SystemScheduler();

    private SystemScheduler() {}

    @Override
    public Clock clock() {
        return Clock.tickMillis(ZoneOffset.UTC);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Lock newLock() {
        return new ReentrantLock();
    }

    @Override
    public ExecutorService newThreads(String name) {
        return Executors.newCachedThreadPool(daemon(name));
    }

    @Override
    public ScheduledExecutorService newTimer(String name) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemon(name));
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    @Override
    public <T> T await(CompletableFuture<T> answer, Duration limit)
            throws TimeoutException, ExecutionException, InterruptedException {
        return answer.get(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
    }

    /** Never in the way of the process's end. */
    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
