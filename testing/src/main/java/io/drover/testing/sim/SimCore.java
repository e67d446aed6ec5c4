/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who runs next, and what time it is. One strand runs at a time; when it waits, it looks itself for the one that comes next and hands
 * over to exactly that one. Time passes only when all wait.
 *
 * <p>There is no lock: whoever runs owns all of it, and handing over makes it visible to the next.
 */
final class SimCore {
    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace, and ends thousands of strands a second
    private static final Killed KILLED = new Killed();

    private static final long NEVER = Long.MAX_VALUE / 4;

    private final SplittableRandom random;
    private final long mostSteps;
    private final List<Strand> runnable = new ArrayList<>();
    private final List<Strand> begun = new ArrayList<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Trace trace = new Trace();

    private long now;
    private long order;
    private long steps;
    private @Nullable Strand main;
    private @Nullable Strand closer;
    private boolean closing;

    SimCore(long seed, long mostSteps) {
        this.random = new SplittableRandom(seed);
        this.mostSteps = mostSteps;
    }

    /** Ends a thread whose process was killed: no more instruction of it counts. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("this process was killed", null, false, false);
        }
    }

    /** Something that happens at a time; what is due at the same time in the order of planning. */
    private static final class Due implements Comparable<Due> {
        private final long at;
        private final long order;
        private final @Nullable Strand sleeper;
        private final long wait;
        private final @Nullable Runnable action;

        Due(long at, long order, @Nullable Strand sleeper, @Nullable Runnable action) {
            this.at = at;
            this.order = order;
            this.sleeper = sleeper;
            this.wait = sleeper == null ? 0 : sleeper.wait;
            this.action = action;
        }

        boolean isStale() {
            return sleeper != null && (!sleeper.waiting || sleeper.wait != wait);
        }

        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(at, other.at);
            return byTime == 0 ? Long.compare(order, other.order) : byTime;
        }
    }

    long now() {
        return now;
    }

    long steps() {
        return steps;
    }

    Trace trace() {
        return trace;
    }

    SplittableRandom random() {
        return random;
    }

    /** Runs a world from its first instruction to its last; what its main strand throws is thrown. */
    void run(Strand first) {
        main = first;
        Worker.start(this, first);
        boolean interrupted = false;
        while (true) {
            try {
                over.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work of a thread that has been given its turn. */
    void runHere(Worker worker) {
        Strand strand = worker.current;
        while (strand != null) {
            carry(worker, strand);
            strand = after(worker, strand);
        }
    }

    private void carry(Worker worker, Strand strand) {
        worker.current = strand;
        strand.worker = worker;
        strand.place = begun.size();
        begun.add(strand);
        if (strand.interrupted) {
            strand.interrupted = false;
            worker.interruptSelf();
        }
        try {
            strand.task.run();
        } catch (Killed e) {
            // as its process has ended, or the world
        } catch (Throwable e) {
            fail(new IllegalStateException("a thread of " + strand + " ended with " + e, e));
        }
        clearInterrupt();
        strand.worker = null;
        Strand last = begun.remove(begun.size() - 1);
        if (last != strand) {
            begun.set(strand.place, last);
            last.place = strand.place;
        }
    }

    @SuppressWarnings("ResultOfMethodCallIgnored") // what was is of no interest to the next strand
    private static void clearInterrupt() {
        Thread.interrupted();
    }

    /** What this thread runs now; null when it rests, and another one runs. */
    private @Nullable Strand after(Worker worker, Strand ended) {
        if (ended == main) {
            closer = ended;
            closeAll(worker);
            worker.rest();
            over.countDown();
            return null;
        }
        if (closing) {
            Worker back = closerThread();
            worker.rest();
            back.wake();
            return null;
        }
        // an event that runs in place must be somebody's
        worker.current = ended;
        Strand next = pick();
        if (next.worker == null) {
            return next;
        }
        Worker other = next.worker;
        worker.rest();
        other.wake();
        return null;
    }

    private Worker closerThread() {
        if (closer == null || closer.worker == null) {
            throw new IllegalStateException("BUG: nobody closes this world");
        }
        return closer.worker;
    }

    /** Ends every thread that still waits, one after the other, so that they may serve another world. */
    private void closeAll(Worker worker) {
        closing = true;
        Strand last = closer;
        if (last != null) {
            last.worker = worker;
        }
        while (!begun.isEmpty()) {
            Worker other = begun.get(begun.size() - 1).worker;
            if (other == null) {
                throw new IllegalStateException("BUG: a strand that has begun has no thread");
            }
            other.wake();
            worker.awaitTurn();
        }
    }

    // ---- what strands do

    /** The strand that runs; throws in a thread that is nobody's, or nobody's any more. */
    Strand me() {
        Strand strand = Worker.running();
        if (strand == null) {
            throw new IllegalStateException("BUG: only threads of the simulation wait in it");
        }
        if (closing) {
            throw KILLED;
        }
        return strand;
    }

    boolean isClosing() {
        return closing;
    }

    /** Adds a strand that may run at once. */
    void add(Strand strand) {
        if (!closing) {
            runnable.add(strand);
        }
    }

    /** Does something in place at a time. */
    void at(Duration delay, Runnable action) {
        due.add(new Due(now + Math.max(0, delay.toNanos()), order++, null, action));
    }

    /** Begins a wait; {@link #wake} with the answer ends it. */
    long beginWait(Strand me) {
        me.waiting = true;
        return ++me.wait;
    }

    void wake(Strand strand, long wait) {
        if (strand.waiting && strand.wait == wait) {
            strand.waiting = false;
            if (!closing) {
                runnable.add(strand);
            }
        }
    }

    void interrupt(Strand strand) {
        strand.interrupted = true;
        wake(strand, strand.wait);
    }

    /** Waits for a future; answers whether it is done. */
    boolean await(CompletableFuture<?> answer, long nanos) throws InterruptedException {
        Strand me = me();
        if (answer.isDone()) {
            return true;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (nanos <= 0) {
            return false;
        }
        long wait = beginWait(me);
        answer.whenComplete((result, failure) -> wake(me, wait));
        sleepUntil(me, nanos);
        block(me);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return answer.isDone();
    }

    void pause(long nanos) throws InterruptedException {
        Strand me = me();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        beginWait(me);
        sleepUntil(me, Math.max(0, nanos));
        block(me);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Lets others run first, if the seed says so. */
    void giveWay() {
        Strand me = me();
        wake(me, beginWait(me));
        block(me);
    }

    void sleepUntil(Strand me, long nanos) {
        if (nanos < NEVER) {
            due.add(new Due(now + nanos, order++, me, null));
        }
    }

    /** Waits until woken. */
    void block(Strand me) {
        Worker worker = me.worker;
        if (worker == null || me.inPlace) {
            throw new IllegalStateException("BUG: " + me + " runs in place and must not wait");
        }
        Strand next = pick();
        if (next != me) {
            if (next.worker == null) {
                Worker.start(this, next);
            } else {
                next.worker.wake();
            }
            worker.awaitTurn();
        }
        if (closing) {
            throw KILLED;
        }
        if (me.interrupted) {
            me.interrupted = false;
            worker.interruptSelf();
        }
        Throwable failed = me.failure;
        if (failed != null) {
            me.failure = null;
            throw new SimulationFailure(failed);
        }
    }

    // ---- who is next

    private Strand pick() {
        while (true) {
            if (runnable.isEmpty()) {
                advance();
                continue;
            }
            int size = runnable.size();
            int drawn = size == 1 ? 0 : random.nextInt(size);
            Strand strand = runnable.get(drawn);
            Strand last = runnable.remove(size - 1);
            if (drawn < size - 1) {
                runnable.set(drawn, last);
            }
            if (!strand.process.mayRun(strand)) {
                continue;
            }
            count(strand);
            if (!strand.inPlace) {
                return strand;
            }
            runInPlace(strand);
        }
    }

    private void count(Strand strand) {
        trace.step(now, strand);
        if (++steps == mostSteps) {
            fail(new IllegalStateException("the world does not come to rest after " + steps + " steps"));
        }
    }

    private void runInPlace(Strand event) {
        if (!(Thread.currentThread() instanceof Worker worker)) {
            throw new IllegalStateException("BUG: only threads of the simulation look for what comes next");
        }
        Strand before = worker.current;
        worker.current = event;
        try {
            event.task.run();
        } catch (RuntimeException | AssertionError e) {
            fail(e);
        } finally {
            worker.current = before;
        }
    }

    private void advance() {
        Due next = due.poll();
        if (next == null) {
            fail(new IllegalStateException("nothing will ever happen again: " + waiting()));
            return;
        }
        if (next.isStale()) {
            return;
        }
        now = Math.max(now, next.at);
        fire(next);
        while (true) {
            Due more = due.peek();
            if (more == null || more.at > now) {
                return;
            }
            due.remove();
            fire(more);
        }
    }

    private void fire(Due event) {
        if (event.sleeper != null) {
            wake(event.sleeper, event.wait);
        } else if (event.action != null) {
            event.action.run();
        }
    }

    /** The world has gone wrong: its main strand says so when it runs next. */
    void fail(Throwable e) {
        Strand first = main;
        if (first == null || closing) {
            return;
        }
        if (first.failure == null) {
            first.failure = e;
        }
        wake(first, first.wait);
    }

    String waiting() {
        return begun.stream().map(Strand::toString).collect(Collectors.joining(", "));
    }

    @Nullable
    Throwable failure() {
        return main == null ? null : main.failure;
    }

    static <T> T answer(CompletableFuture<T> done) throws ExecutionException, TimeoutException {
        try {
            return done.get(0, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("BUG: it is done", e);
        }
    }
}
