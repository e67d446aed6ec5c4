/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.time.Scheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;

/** Time that a test sets; whoever pauses lets it pass and goes on at once. Threads and locks are the machine's. */
final class ManualScheduler implements Scheduler {
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private final AtomicLong now = new AtomicLong(1_000);

    void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** How long each pause was. */
    List<Duration> pauses() {
        return pauses;
    }

    @Override
    public Clock clock() {
        return Clock.fixed(Instant.EPOCH.plusNanos(now.get()), ZoneOffset.UTC);
    }

    @Override
    public long nanoTime() {
        return now.get();
    }

    @Override
    public Lock newLock() {
        return Scheduler.system().newLock();
    }

    @Override
    public ExecutorService newThreads(String name) {
        return Scheduler.system().newThreads(name);
    }

    @Override
    public ScheduledExecutorService newTimer(String name) {
        return Scheduler.system().newTimer(name);
    }

    @Override
    public void pause(Duration time) {
        pauses.add(time);
        pass(time);
    }

    @Override
    public <T> T await(CompletableFuture<T> answer, Duration limit)
            throws TimeoutException, ExecutionException, InterruptedException {
        return Scheduler.system().await(answer, limit);
    }
}
