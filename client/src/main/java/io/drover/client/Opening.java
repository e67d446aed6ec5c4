/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A gate that stands open for one grant, and its free places. As long as nobody waits, places are taken and given back without the gate's
 * lock: with more callers than processors, whoever loses the processor while he holds a lock makes all others sleep and be woken, which
 * costs a hundred times as much as the places do.
 */
final class Opening {
    /** The highest bit says that somebody waits: then only the gate, under its lock, takes places and gives them back. */
    private static final int QUEUED = Integer.MIN_VALUE;

    private final Grant grant;
    private final AtomicInteger word;

    Opening(Grant grant, int free, boolean queued) {
        this.grant = grant;
        this.word = new AtomicInteger(queued ? free | QUEUED : free);
    }

    Grant grant() {
        return grant;
    }

    /** Takes a place; false when none is free or somebody waits. */
    boolean take() {
        int seen = word.get();
        while (seen > 0) {
            if (word.compareAndSet(seen, seen - 1)) {
                return true;
            }
            seen = word.get();
        }
        return false;
    }

    /** Gives a place back; false when somebody waits for it. */
    boolean giveBack() {
        int seen = word.get();
        while (seen >= 0) {
            if (word.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = word.get();
        }
        return false;
    }

    /** Under the gate's lock: takes a place although others wait; when none is free, from now on somebody waits. */
    boolean takeOrQueue() {
        return (word.getAndUpdate(seen -> (seen & ~QUEUED) > 0 ? seen - 1 : seen | QUEUED) & ~QUEUED) > 0;
    }

    /** Under the gate's lock: gives a place back although somebody waited when it was looked. */
    void add() {
        word.incrementAndGet();
    }

    /** Under the gate's lock: nobody waits any more. */
    void unqueue() {
        word.getAndUpdate(seen -> seen & ~QUEUED);
    }
}
