/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a number of measured times comes down to. */
public final class Spread {
    /** With fewer values the 99th percentile is just the greatest of them, and is called so. */
    public static final int ENOUGH_FOR_P99 = 100;

    private final double[] sorted;

    private Spread(double[] sorted) {
        this.sorted = sorted;
    }

    public static Spread of(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return new Spread(sorted);
    }

    /** The middle one, or the mean of the two in the middle; not a number when there is none. */
    public double median() {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The smallest value that at least so many percent of all do not exceed: always one that was measured. */
    public double percentile(int percent) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int rank = (sorted.length * percent + 99) / 100;
        return sorted[Math.max(rank, 1) - 1];
    }

    /** The greatest; not a number when there is none. */
    public double max() {
        return percentile(100);
    }

    /** Whether there are so many that the 99th percentile says more than the greatest. */
    public boolean isEnoughForP99() {
        return sorted.length >= ENOUGH_FOR_P99;
    }

    /** How many there are. */
    public int size() {
        return sorted.length;
    }

    /** The 99th percentile of 100 values or more, else the greatest, with its name. */
    public String tail() {
        if (sorted.length == 0) {
            return "-";
        }
        return isEnoughForP99()
                ? String.format(Locale.ROOT, "p99 %.1f", percentile(99))
                : String.format(Locale.ROOT, "max of %d %.1f", sorted.length, sorted[sorted.length - 1]);
    }
}
