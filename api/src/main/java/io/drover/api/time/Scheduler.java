/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.time;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/**
 * Time, threads and waits. What decides about a move gets them from here and nowhere else: then a test may put a scheduler of its own
 * in their place, which runs one thread at a time in an order that a seed decides, and lets time pass only when all wait.
 *
 * <p>What it asks of its users: a thread waits only through this port, and holds no monitor ({@code synchronized}) while it waits or
 * calls what may wait; a {@link #newLock() lock} may be held.
 */
public interface Scheduler {
    /** The wall clock, for people and for what outlives the process; in whole milliseconds, as JSON keeps them. */
    Clock clock();

    /** A clock that never goes back, in nanoseconds; only differences mean something. */
    long nanoTime();

    /** A reentrant lock; its conditions wait too. */
    Lock newLock();

    /**
     * An executor that gives every task a daemon thread of its own at once.
     *
     * @param name of its threads
     */
    ExecutorService newThreads(String name);

    /**
     * An executor with one daemon thread, for what is to happen later or again and again. After its shutdown it still does what is due, and
     * no longer what was for later.
     *
     * @param name of its thread
     */
    ScheduledExecutorService newTimer(String name);

    /**
     * Waits so long.
     *
     * @throws InterruptedException when the thread is interrupted; its flag is cleared then
     */
    void pause(Duration time) throws InterruptedException;

    /**
     * Waits for an answer.
     *
     * @throws TimeoutException when there is none within the limit
     * @throws ExecutionException when it is a failure, which is the cause
     * @throws InterruptedException when the thread is interrupted; its flag is cleared then
     */
    <T> T await(CompletableFuture<T> answer, Duration limit)
            throws TimeoutException, ExecutionException, InterruptedException;

    /** The machine's own time and threads. */
    static Scheduler system() {
        return SystemScheduler.INSTANCE;
    }
}
