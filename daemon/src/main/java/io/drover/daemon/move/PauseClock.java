/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Move.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Measures the write pause on one monotonic clock: each phase begins where the one before it ended, so they add up to the whole. */
final class PauseClock {
    private static final double NANOS_PER_MILLI = 1e6;
    private final LongSupplier nanos;
    private final long start;
    private final List<Phase> phases = new ArrayList<>();
    private long last;

    PauseClock(LongSupplier nanos) {
        this.nanos = nanos;
        this.start = nanos.getAsLong();
        this.last = start;
    }

    /** Ends a phase. */
    void mark(int step, String name) {
        long now = nanos.getAsLong();
        phases.add(new Phase(step, name, (now - last) / NANOS_PER_MILLI));
        last = now;
    }

    /** Ends a phase and the one after it, of which somebody else has measured how long it took. */
    void mark(int step, String name, int nextStep, String nextName, double nextMillis) {
        long now = nanos.getAsLong();
        long between = Math.max(last, now - (long) (nextMillis * NANOS_PER_MILLI));
        phases.add(new Phase(step, name, (between - last) / NANOS_PER_MILLI));
        phases.add(new Phase(nextStep, nextName, (now - between) / NANOS_PER_MILLI));
        last = now;
    }

    /** Milliseconds since the start, to now. */
    double elapsedMillis() {
        return (nanos.getAsLong() - start) / NANOS_PER_MILLI;
    }

    /** The whole up to the last mark. */
    double totalMillis() {
        return (last - start) / NANOS_PER_MILLI;
    }

    List<Phase> phases() {
        return List.copyOf(phases);
    }
}
