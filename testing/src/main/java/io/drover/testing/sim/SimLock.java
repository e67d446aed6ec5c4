/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** A reentrant lock whose waits are the simulation's. */
final class SimLock implements Lock {
    private final SimCore core;
    private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private @Nullable Object owner;
    private int holds;

    SimLock(SimCore core) {
        this.core = core;
    }

    private static Object self() {
        Strand strand = Worker.running();
        return strand == null ? Thread.currentThread() : strand;
    }

    @Override
    public void lock() {
        boolean interrupted = false;
        while (!tryLock()) {
            try {
                await(Long.MAX_VALUE / 2);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        while (!tryLock()) {
            await(Long.MAX_VALUE / 2);
        }
    }

    @Override
    public boolean tryLock() {
        Object me = self();
        if (owner == null) {
            owner = me;
        } else if (owner != me) {
            return false;
        }
        holds++;
        return true;
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        long end = core.now() + unit.toNanos(time);
        while (!tryLock()) {
            if (end - core.now() <= 0) {
                return false;
            }
            await(end - core.now());
        }
        return true;
    }

    @SuppressWarnings("CollectionUndefinedEquality") // the very same future is meant
    private void await(long nanos) throws InterruptedException {
        CompletableFuture<Void> free = new CompletableFuture<>();
        waiting.add(free);
        try {
            core.await(free, nanos);
        } finally {
            waiting.remove(free);
        }
    }

    @Override
    public void unlock() {
        if (core.isClosing()) {
            return;
        }
        if (owner != self()) {
            throw new IllegalMonitorStateException("held by " + owner);
        }
        if (--holds == 0) {
            release();
        }
    }

    private void release() {
        owner = null;
        CompletableFuture<Void> next = waiting.poll();
        if (next != null) {
            next.complete(null);
        }
    }

    @Override
    public Condition newCondition() {
        return new SimCondition();
    }

    private final class SimCondition implements Condition {
        private final Deque<CompletableFuture<Void>> sleepers = new ArrayDeque<>();

        @SuppressWarnings("CollectionUndefinedEquality") // the very same future is meant
        private boolean sleep(long nanos) throws InterruptedException {
            if (owner != self()) {
                throw new IllegalMonitorStateException("held by " + owner);
            }
            CompletableFuture<Void> signal = new CompletableFuture<>();
            sleepers.add(signal);
            int kept = holds;
            holds = 0;
            release();
            try {
                return core.await(signal, nanos);
            } finally {
                sleepers.remove(signal);
                lock();
                holds = kept;
            }
        }

        @Override
        public void await() throws InterruptedException {
            sleep(Long.MAX_VALUE / 2);
        }

        @Override
        public void awaitUninterruptibly() {
            boolean interrupted = Thread.interrupted();
            while (true) {
                try {
                    sleep(Long.MAX_VALUE / 2);
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public long awaitNanos(long nanos) throws InterruptedException {
            long end = core.now() + nanos;
            sleep(nanos);
            return end - core.now();
        }

        @Override
        public boolean await(long time, TimeUnit unit) throws InterruptedException {
            return sleep(unit.toNanos(time));
        }

        @Override
        public boolean awaitUntil(java.util.Date deadline) {
            throw new UnsupportedOperationException("no date means anything here");
        }

        @Override
        public void signal() {
            CompletableFuture<Void> next = sleepers.poll();
            if (next != null) {
                next.complete(null);
            }
        }

        @Override
        public void signalAll() {
            while (!sleepers.isEmpty()) {
                signal();
            }
        }
    }
}
