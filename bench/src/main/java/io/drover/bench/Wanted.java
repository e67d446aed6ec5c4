/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.bench.Goal.Verdict;
import java.math.BigDecimal;

/**
 * What is wanted of a figure.
 *
 * @param name of the figure
 * @param unit may be empty
 */
public record Wanted(String name, Bound bound, double limit, String unit) {
    /** On which side of the limit a figure has to be; the limit itself meets the goal. */
    public enum Bound {
        AT_MOST("at most"),
        AT_LEAST("at least");

        private final String words;

        Bound(String words) {
            this.words = words;
        }
    }

    /** A goal that greater values miss. */
    public static Wanted atMost(String name, double limit, String unit) {
        return new Wanted(name, Bound.AT_MOST, limit, unit);
    }

    /** A goal that smaller values miss. */
    public static Wanted atLeast(String name, double limit, String unit) {
        return new Wanted(name, Bound.AT_LEAST, limit, unit);
    }

    /** Says whether a figure is what is wanted. */
    public Goal judge(Figure figure) {
        return new Goal(name, words(), figure.value(), verdict(figure), figure.n(), figure.note());
    }

    private Verdict verdict(Figure figure) {
        Double value = figure.value();
        if (value == null) {
            return Verdict.NOT_MEASURED;
        }
        boolean met = bound == Bound.AT_MOST ? value <= limit : value >= limit;
        return met ? Verdict.MET : Verdict.MISSED;
    }

    private String words() {
        String number = BigDecimal.valueOf(limit).stripTrailingZeros().toPlainString();
        return (bound.words + " " + number + " " + unit).strip();
    }
}
