/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Spread;
import java.util.ArrayList;
import java.util.List;

/**
 * Medians of the longest gap of any one client, side by side.
 *
 * @param others the other products over Drover's default, under the same conditions and over the same client path
 * @param sessions series with more sessions over the same with the fewest
 */
record Ratios(List<Ratio> others, List<Ratio> sessions) {
    /** A pool that is given what the kit has is held against the kit. */
    private static final String POOL = "pool";

    private static final String KIT = "kit";
    private static final String SEALED = "sealed";

    /**
     * How many times as long one is as another.
     *
     * @param of what is divided
     * @param by what it is divided by
     * @param under the conditions of the first
     */
    record Ratio(String of, String by, String under, double ratio) {}

    static Ratios of(List<SeriesResult> results) {
        List<Ratio> others = new ArrayList<>();
        List<Ratio> sessions = new ArrayList<>();
        for (SeriesResult result : results) {
            for (SeriesResult reference : results) {
                if (isOther(result, reference)) {
                    add(others, result, reference, reference.series().title());
                }
                if (isFewest(reference, results) && isMoreOf(result, reference)) {
                    add(sessions, result, reference, reference.conditions().title());
                }
            }
        }
        return new Ratios(others, sessions);
    }

    private static void add(List<Ratio> ratios, SeriesResult result, SeriesResult reference, String by) {
        double ratio = median(result) / median(reference);
        if (!Double.isNaN(ratio)) {
            ratios.add(
                    new Ratio(result.series().title(), by, result.conditions().title(), ratio));
        }
    }

    private static boolean isOther(SeriesResult result, SeriesResult reference) {
        return !result.series().isDrover()
                && reference.series().isDrover()
                && reference.series().mode().equals(SEALED)
                && path(result).equals(path(reference))
                && result.conditions().equals(reference.conditions());
    }

    private static boolean isMoreOf(SeriesResult more, SeriesResult fewer) {
        return more.series().equals(fewer.series())
                && more.conditions().load() == fewer.conditions().load()
                && more.conditions().sessions() > fewer.conditions().sessions();
    }

    private static boolean isFewest(SeriesResult reference, List<SeriesResult> results) {
        return results.stream().noneMatch(result -> isMoreOf(reference, result));
    }

    private static String path(SeriesResult result) {
        String client = result.series().client();
        return client.equals(POOL) ? KIT : client;
    }

    private static double median(SeriesResult result) {
        return Spread.of(result.worstClientMillis()).median();
    }
}
