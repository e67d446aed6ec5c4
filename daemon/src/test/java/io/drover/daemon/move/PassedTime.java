/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.time.Scheduler;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;

/** The machine's threads by a clock of its own: time passes when a test says so, and when somebody only lets it pass. */
final class PassedTime implements Scheduler {
    private final Scheduler machine = Scheduler.system();
    private final AtomicLong nanos = new AtomicLong();

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    long millis() {
        return Duration.ofNanos(nanos.get()).toMillis();
    }

    @Override
    public Clock clock() {
        return machine.clock();
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public Lock newLock() {
        return machine.newLock();
    }

    @Override
    public ExecutorService newThreads(String name) {
        return machine.newThreads(name);
    }

    @Override
    public ScheduledExecutorService newTimer(String name) {
        return machine.newTimer(name);
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        pass(time);
    }

    @Override
    public <T> T await(CompletableFuture<T> answer, Duration limit)
            throws TimeoutException, ExecutionException, InterruptedException {
        return machine.await(answer, limit);
    }
}
