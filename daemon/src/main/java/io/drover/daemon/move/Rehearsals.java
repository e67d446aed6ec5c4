/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How often the pause is rehearsed before it begins, and how often this process has done so: what is loaded and compiled is so for
 * every move.
 */
public final class Rehearsals {
    /** HotSpot compiles what has run some 200 times, and not all that the pause needs runs in each; interpreted it takes several times as long. */
    private static final int USUALLY_FIRST = 800;

    private static final int USUALLY_LAST = 20;

    /** Long enough for transactions that clients would feel to be seen from their begin to their end. */
    private static final Duration USUAL_LISTENING = Duration.ofMillis(500);

    private final int first;
    private final int last;
    private final Duration listening;
    private final AtomicInteger done = new AtomicInteger();

    private Rehearsals(int first, int last, Duration listening) {
        this.first = first;
        this.last = last;
        this.listening = listening;
    }

    /** As many as it takes until nobody does anything for the first time. */
    public static Rehearsals usual() {
        return new Rehearsals(USUALLY_FIRST, USUALLY_LAST, USUAL_LISTENING);
    }

    /**
     * So many, and no listening to the clients' transactions.
     *
     * @param first in row 75, when nobody has rehearsed yet
     * @param last in row 95, and at least in row 75
     */
    public static Rehearsals of(int first, int last) {
        return new Rehearsals(first, last, Duration.ZERO);
    }

    int first() {
        return first;
    }

    int last() {
        return last;
    }

    /** For how long row 75 listens to the clients' transactions. */
    Duration listening() {
        return listening;
    }

    /** Another one is done here; the answer is how many are. */
    int another() {
        return done.incrementAndGet();
    }
}
