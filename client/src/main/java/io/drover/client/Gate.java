/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.time.Scheduler;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where callers wait for their turn, first come, first served. Open, it admits as many at once as the pool has connections, so that
 * nobody queues inside the pool, where the fence could not hold him. Shut, it admits nobody; those who wait keep their places and
 * are let in, all that fit at once, when it opens for the next grant. Who was let in and lost his place to the fence comes before all
 * who have only waited, and among his like in the order in which they came.
 */
final class Gate {
    private final Scheduler scheduler;
    private final Lock lock;
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private final Queue<Waiter> returners =
            new PriorityQueue<>(Comparator.comparing(waiter -> waiter.deadline, Deadline::compareArrival));
    private final int permits;
    private final int maxWaiters;
    private final Supplier<String> situation;
    private final Observer observer;
    private volatile @Nullable Opening open;
    /** While it is not 0 and the gate is open, the opening knows that somebody waits. */
    private int waiting;

    private boolean closed;

    /**
     * @param scheduler by which callers wait
     * @param permits how many may be inside at once
     * @param maxWaiters how many may wait
     * @param situation shard, state, epoch and for how long writes are held, for messages
     * @param observer hears of those who do not pass at once
     */
    Gate(Scheduler scheduler, int permits, int maxWaiters, Supplier<String> situation, Observer observer) {
        this.scheduler = scheduler;
        this.lock = scheduler.newLock();
        this.permits = permits;
        this.maxWaiters = maxWaiters;
        this.situation = situation;
        this.observer = observer;
    }

    /** Hears how those fared who did not pass at once. */
    interface Observer {
        /** One was let in after this time. */
        void admitted(Duration waited);

        /** One was refused because too many wait. */
        void full();

        /** One gave up at his deadline. */
        void late();
    }

    /**
     * Waits for a place. Give it back with {@link #release}.
     *
     * @param again whether the caller has had a place and lost it to the fence: it goes to the head of the queue
     * @throws SQLTransientConnectionException when the deadline passes or too many wait
     * @throws SQLNonTransientConnectionException when the gate is closed
     */
    Grant acquire(Deadline deadline, boolean again) throws SQLException {
        Opening now = open;
        return now != null && now.take() ? now.grant() : queue(deadline, again);
    }

    private Grant queue(Deadline deadline, boolean again) throws SQLException {
        Waiter waiter;
        lock.lock();
        try {
            if (closed) {
                throw closed();
            }
            Opening now = open;
            if (now != null && (again || waiting == 0) && now.takeOrQueue()) {
                return now.grant();
            }
            if (!again && waiting >= maxWaiters) {
                observer.full();
                throw new SQLTransientConnectionException(
                        situation.get() + ": " + waiting
                                + " callers wait for a connection already, and no more may (maxWaiters)",
                        SqlStates.REFUSED);
            }
            waiter = new Waiter(deadline);
            waiting++;
            (again ? returners : waiters).add(waiter);
        } finally {
            lock.unlock();
        }
        return await(waiter, deadline);
    }

    private Grant await(Waiter waiter, Deadline deadline) throws SQLException {
        try {
            Duration left = Duration.ofNanos(Math.max(0, deadline.nanosLeft()));
            Grant admitted = scheduler.await(waiter.answer, left).orElseThrow(this::closed);
            observer.admitted(deadline.waited());
            return admitted;
        } catch (TimeoutException e) {
            Grant late = leave(waiter);
            if (late != null) {
                return late;
            }
            throw timeout(deadline, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Grant late = leave(waiter);
            if (late != null) {
                release(late);
            }
            throw new SQLTransientConnectionException(
                    situation.get() + ": interrupted while waiting for a connection", SqlStates.REFUSED, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("BUG: a place is granted or refused, nothing else", e);
        }
    }

    /** Gives up waiting; answers the grant that came in the same moment. */
    private @Nullable Grant leave(Waiter waiter) {
        lock.lock();
        try {
            if (waiter.grant == null) {
                // It stays in the queue, to be skipped: taking it out of the middle would cost a walk for each timeout.
                waiter.gone = true;
                waiting--;
                if (waiting == 0) {
                    waiters.clear();
                    returners.clear();
                    nobodyWaits();
                }
            }
            return waiter.grant;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a place back; the next in the queue gets it. A place under an earlier grant is gone already. */
    void release(Grant grant) {
        Opening now = open;
        if (now == null || now.grant() != grant || now.giveBack()) {
            return;
        }
        Waiter next;
        lock.lock();
        try {
            if (now != open) {
                return;
            }
            next = poll();
            if (next == null) {
                now.add();
            } else {
                next.grant = grant;
            }
            nobodyWaits();
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.answer.complete(Optional.of(grant));
        }
    }

    /** Opens for a grant and lets in as many as fit. */
    void open(Grant grant) {
        List<Waiter> admitted = new ArrayList<>();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            while (admitted.size() < permits) {
                Waiter next = poll();
                if (next == null) {
                    break;
                }
                next.grant = grant;
                admitted.add(next);
            }
            open = new Opening(grant, permits - admitted.size(), waiting > 0);
        } finally {
            lock.unlock();
        }
        admitted.forEach(waiter -> waiter.answer.complete(Optional.of(grant)));
    }

    /** Admits nobody until it is opened again. */
    void shut() {
        lock.lock();
        try {
            open = null;
        } finally {
            lock.unlock();
        }
    }

    /** Admits nobody any more and refuses those who wait. */
    void close() {
        List<Waiter> refused = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            open = null;
            for (Waiter next = poll(); next != null; next = poll()) {
                refused.add(next);
            }
        } finally {
            lock.unlock();
        }
        refused.forEach(waiter -> waiter.answer.complete(Optional.empty()));
    }

    /** Callers pass without the lock again as soon as that is so. */
    private void nobodyWaits() {
        Opening now = open;
        if (waiting == 0 && now != null) {
            now.unqueue();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** The failure of a caller whose time is up; says what it waited for. */
    SQLTransientConnectionException timeout(Deadline deadline, @Nullable SQLException cause) {
        observer.late();
        Duration waited = deadline.waited();
        String why = cause == null ? "" : ": " + cause.getMessage();
        if (cause != null && cause.getCause() != null) {
            // the pool tells that it has none; its cause, why
            why += " (" + cause.getCause().getMessage() + ")";
        }
        return new SQLTransientConnectionException(
                situation.get() + ": no connection within " + waited.toMillis() + " ms" + why,
                SqlStates.REFUSED,
                cause);
    }

    private SQLException closed() {
        return new SQLNonTransientConnectionException(
                situation.get() + ": the data source is closed", SqlStates.CLOSED);
    }

    private @Nullable Waiter poll() {
        Waiter next = first();
        while (next != null && next.gone) {
            next = first();
        }
        if (next != null) {
            waiting--;
        }
        return next;
    }

    private @Nullable Waiter first() {
        Waiter returner = returners.poll();
        return returner == null ? waiters.poll() : returner;
    }

    /** A caller who waits. Its fields are used under the lock; it is answered outside, so that it does not run into it. */
    private static final class Waiter {
        private final CompletableFuture<Optional<Grant>> answer = new CompletableFuture<>();
        private final Deadline deadline;
        private @Nullable Grant grant;
        private boolean gone;

        private Waiter(Deadline deadline) {
            this.deadline = deadline;
        }
    }
}
