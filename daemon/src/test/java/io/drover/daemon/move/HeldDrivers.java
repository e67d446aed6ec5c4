/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.time.Scheduler;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/** The machine's time and threads, but no move gets one: what is seen of a move then comes from the calls about it. */
final class HeldDrivers implements Scheduler {
    private final Scheduler system = Scheduler.system();

    @Override
    public Clock clock() {
        return system.clock();
    }

    @Override
    public long nanoTime() {
        return system.nanoTime();
    }

    @Override
    public Lock newLock() {
        return system.newLock();
    }

    @Override
    public ExecutorService newThreads(String name) {
        return name.equals("move") ? new NeverStarts() : system.newThreads(name);
    }

    @Override
    public ScheduledExecutorService newTimer(String name) {
        return system.newTimer(name);
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        system.pause(time);
    }

    @Override
    public <T> T await(CompletableFuture<T> answer, Duration limit)
            throws TimeoutException, ExecutionException, InterruptedException {
        return system.await(answer, limit);
    }

    /** Takes every task and runs none. */
    private static final class NeverStarts extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            // held
        }

        @Override
        public void shutdown() {
            // nothing runs
        }

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
