/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How often the pause is rehearsed before it begins, and how often this process has done so: what is loaded and compiled is so for
 * every move.
 */
public final class Rehearsals {
    private static final int USUALLY_FIRST = 25;
    private static final int USUALLY_LAST = 5;

    private final int first;
    private final int last;
    private final AtomicInteger done = new AtomicInteger();

    private Rehearsals(int first, int last) {
        this.first = first;
        this.last = last;
    }

    /** As many as it takes until nobody does anything for the first time. */
    public static Rehearsals usual() {
        return new Rehearsals(USUALLY_FIRST, USUALLY_LAST);
    }

    /**
     * So many.
     *
     * @param first in row 75, when nobody has rehearsed yet
     * @param last in row 95, and at least in row 75
     */
    public static Rehearsals of(int first, int last) {
        return new Rehearsals(first, last);
    }

    int first() {
        return first;
    }

    int last() {
        return last;
    }

    /** Another one is done here; the answer is how many are. */
    int another() {
        return done.incrementAndGet();
    }
}
