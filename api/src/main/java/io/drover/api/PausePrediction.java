/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.time.Instant;
import java.util.List;

/**
 * How long writes will be paused, told before the fence.
 *
 * @param at when it was made
 * @param writePauseMillis the whole: the parts together
 * @param maxWritePauseMillis the budget; over it the cutover does not start
 * @param parts what it is made of, in the order of the pause
 */
public record PausePrediction(Instant at, double writePauseMillis, long maxWritePauseMillis, List<Part> parts) {
    public PausePrediction {
        parts = List.copyOf(parts);
    }

    /**
     * A part of the pause.
     *
     * @param step the row of the move table that it belongs to
     * @param from where the figure comes from
     */
    public record Part(int step, String name, double millis, String from) {}

    /** The prediction that is made of these parts. */
    public static PausePrediction of(Instant at, long maxWritePauseMillis, List<Part> parts) {
        double whole = parts.stream().mapToDouble(Part::millis).sum();
        return new PausePrediction(at, whole, maxWritePauseMillis, parts);
    }

    /** Whether the budget is enough. */
    public boolean fits() {
        return writePauseMillis <= maxWritePauseMillis;
    }
}
