/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How well Drover told its pauses beforehand.
 *
 * @param all over everything that was measured
 * @param loads the same for each load
 * @param loadsDifferBy the longest of the loads' median pauses over the shortest: with little between them a prediction is no feat
 */
record Predictions(
        @Nullable Told all, List<Told> loads, @Nullable Double loadsDifferBy) {
    /** Both ways: neither more nor less than that. */
    private static final double FACTOR = 1.5;

    /**
     * Some moves.
     *
     * @param load their load, or null when it is all of them
     * @param medianPauseMillis as Drover measured it
     * @param withinFactor share of those whose pause lay within a factor of 1.5 of the prediction
     * @param ratioMedian the longer over the shorter of prediction and pause; 1 is exact
     * @param ratioP99 the same, which one in a hundred exceeds
     */
    record Told(
            @Nullable String load,
            int moves,
            double medianPauseMillis,
            double withinFactor,
            double ratioMedian,
            double ratioP99,
            double ratioMax) {
        static Told of(@Nullable String load, List<Pair> pairs) {
            List<Double> ratios = pairs.stream().map(Pair::ratio).toList();
            Spread spread = Spread.of(ratios);
            long within = ratios.stream().filter(ratio -> ratio <= FACTOR).count();
            return new Told(
                    load,
                    pairs.size(),
                    Spread.of(pairs.stream().map(Pair::pauseMillis).toList()).median(),
                    (double) within / pairs.size(),
                    spread.median(),
                    spread.percentile(99),
                    spread.max());
        }
    }

    /** A prediction and its outcome. */
    record Pair(double predictedMillis, double pauseMillis) {
        double ratio() {
            double ratio = pauseMillis / predictedMillis;
            return Math.max(ratio, 1 / ratio);
        }
    }

    static Predictions of(List<SeriesResult> results) {
        Map<String, List<Pair>> byLoad = new LinkedHashMap<>();
        for (SeriesResult result : results) {
            for (Switch each : result.switches()) {
                if (each.predictedMillis() != null && each.writePauseMillis() != null) {
                    byLoad.computeIfAbsent(result.conditions().load().key(), key -> new ArrayList<>())
                            .add(new Pair(each.predictedMillis(), each.writePauseMillis()));
                }
            }
        }
        List<Told> loads = new ArrayList<>();
        byLoad.forEach((load, pairs) -> loads.add(Told.of(load, pairs)));
        List<Pair> all = byLoad.values().stream().flatMap(List::stream).toList();
        return new Predictions(all.isEmpty() ? null : Told.of(null, all), loads, differBy(loads));
    }

    private static @Nullable Double differBy(List<Told> loads) {
        if (loads.size() < 2) {
            return null;
        }
        Spread medians = Spread.of(loads.stream().map(Told::medianPauseMillis).toList());
        return medians.max() / medians.percentile(0);
    }
}
