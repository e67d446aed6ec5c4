/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How often the pause is rehearsed before it begins, and how often this process has done so: what is loaded and compiled is so for
 * every move.
 */
public final class Rehearsals {
    /** HotSpot compiles what has run some 200 times; a call that is interpreted takes several times as long. */
    private static final int USUALLY_FIRST = 400;

    private static final int USUALLY_LAST = 20;
    private static final Duration USUAL_LIMIT = Duration.ofSeconds(4);

    private final int first;
    private final int last;
    private final Duration limit;
    private final AtomicInteger done = new AtomicInteger();

    private Rehearsals(int first, int last, Duration limit) {
        this.first = first;
        this.last = last;
        this.limit = limit;
    }

    /** As many as it takes until nobody does anything for the first time, or what the limit leaves time for. */
    public static Rehearsals usual() {
        return new Rehearsals(USUALLY_FIRST, USUALLY_LAST, USUAL_LIMIT);
    }

    /**
     * So many.
     *
     * @param first in row 75, when nobody has rehearsed yet
     * @param last in row 95, and at least in row 75
     */
    public static Rehearsals of(int first, int last) {
        return new Rehearsals(first, last, USUAL_LIMIT);
    }

    int first() {
        return first;
    }

    int last() {
        return last;
    }

    /** How long a row may rehearse: where each round trip is slow, that matters more than what is compiled. */
    Duration limit() {
        return limit;
    }

    /** Another one is done here; the answer is how many are. */
    int another() {
        return done.incrementAndGet();
    }
}
