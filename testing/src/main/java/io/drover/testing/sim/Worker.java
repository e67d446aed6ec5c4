/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A real thread that strands run on, one after another; kept for the next world when one is over. */
final class Worker extends Thread {
    private static final ConcurrentLinkedDeque<Worker> IDLE = new ConcurrentLinkedDeque<>();
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** What runs here now; an event that runs in place takes it for as long. */
    @Nullable
    Strand current;

    @Nullable
    private SimCore core;

    private volatile boolean turn;

    private Worker() {
        super("sim-" + COUNT.incrementAndGet());
        setDaemon(true);
    }

    static @Nullable Strand running() {
        return Thread.currentThread() instanceof Worker worker ? worker.current : null;
    }

    /** Lets a strand run: on its own thread, or on a new one when it has none yet. The caller does not run any more. */
    static void start(SimCore core, Strand strand) {
        Worker free = IDLE.pollFirst();
        Worker worker = free == null ? new Worker() : free;
        worker.core = core;
        worker.current = strand;
        strand.worker = worker;
        if (free == null) {
            worker.turn = true;
            worker.start();
        } else {
            worker.wake();
        }
    }

    void wake() {
        turn = true;
        LockSupport.unpark(this);
    }

    /** Stands still until somebody says that it is this thread's turn. */
    void awaitTurn() {
        boolean flag = Thread.interrupted();
        while (!turn) {
            LockSupport.park(this);
        }
        turn = false;
        if (flag) {
            super.interrupt();
        }
    }

    @Override
    public void run() {
        while (true) {
            awaitTurn();
            SimCore mine = core;
            if (mine != null) {
                mine.runHere(this);
            }
        }
    }

    /** Nothing is left to run here; from the next moment on it may be another world's. */
    void rest() {
        current = null;
        core = null;
        IDLE.addFirst(this);
    }

    /** An interruption is heard of when the strand runs next, or ends its wait. */
    @Override
    public void interrupt() {
        SimCore mine = core;
        Strand strand = current;
        if (Thread.currentThread() == this || mine == null || strand == null) {
            super.interrupt();
        } else {
            mine.interrupt(strand);
        }
    }

    void interruptSelf() {
        super.interrupt();
    }
}
