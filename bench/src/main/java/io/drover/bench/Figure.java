/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import org.jspecify.annotations.Nullable;

/**
 * What a run says about a goal.
 *
 * @param value null when it says nothing
 * @param n how many measurements it comes from
 * @param note as in {@link Goal}
 */
public record Figure(
        @Nullable Double value, int n, @Nullable String note) {
    /** One that was measured; what is not a number was not. */
    public static Figure of(double value, int n) {
        return Double.isNaN(value) ? none(n, "there are no measurements") : new Figure(value, n, null);
    }

    /** One that was not, in spite of so many measurements. */
    public static Figure none(int n, String why) {
        return new Figure(null, n, why);
    }

    /** The same, with something to know about its value; one without keeps the reason. */
    public Figure noted(String what) {
        return value == null ? this : new Figure(value, n, what);
    }
}
