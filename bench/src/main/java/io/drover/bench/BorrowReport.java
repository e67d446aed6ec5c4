/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * What the kit costs, with the content of the file that {@code --json} names. Two measurements of a round lie next to each other: what the
 * machine does besides meets both. So the difference is taken in each round, and its error is that of the mean of these.
 *
 * @param rounds what was measured
 * @param hikari HikariCP alone
 * @param kit through the kit
 * @param difference what the kit costs more
 * @param goalNanos what it may
 * @param verdict whether it does: {@code met}, {@code missed}, or {@code undecided} when the error reaches over the goal
 */
record BorrowReport(
        int threads,
        int seconds,
        List<Round> rounds,
        Estimate hikari,
        Estimate kit,
        Estimate difference,
        double goalNanos,
        String verdict) {
    static final double GOAL_NANOS = 1_000;
    private static final double CONFIDENCE = 0.99;

    /** Mean times of one call. */
    record Round(double hikariNanos, double kitNanos) {
        double differenceNanos() {
            return kitNanos - hikariNanos;
        }
    }

    /** A mean and how far from it the truth is at most, in 99 of 100 such reports. */
    record Estimate(double nanos, double errorNanos) {}

    static BorrowReport of(int threads, int seconds, List<Round> rounds) {
        Estimate difference = estimate(rounds, Round::differenceNanos);
        return new BorrowReport(
                threads,
                seconds,
                List.copyOf(rounds),
                estimate(rounds, Round::hikariNanos),
                estimate(rounds, Round::kitNanos),
                difference,
                GOAL_NANOS,
                verdict(difference));
    }

    private static Estimate estimate(List<Round> rounds, ToDoubleFunction<Round> value) {
        SummaryStatistics statistics = new SummaryStatistics();
        rounds.forEach(round -> statistics.addValue(value.applyAsDouble(round)));
        double quantile = new TDistribution(rounds.size() - 1.0).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
        return new Estimate(
                statistics.getMean(), quantile * statistics.getStandardDeviation() / Math.sqrt(rounds.size()));
    }

    private static String verdict(Estimate difference) {
        if (difference.nanos + difference.errorNanos < GOAL_NANOS) {
            return "met";
        }
        return difference.nanos - difference.errorNanos >= GOAL_NANOS ? "missed" : "undecided";
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "%d threads, %d rounds of %d s, nanoseconds for taking a connection and giving it back:%n"
                        + "  HikariCP alone   %8.0f +/- %.0f%n"
                        + "  through the kit  %8.0f +/- %.0f%n"
                        + "  difference       %8.0f +/- %.0f (99 %%), goal under %.0f: %s%n",
                threads,
                rounds.size(),
                seconds,
                hikari.nanos,
                hikari.errorNanos,
                kit.nanos,
                kit.errorNanos,
                difference.nanos,
                difference.errorNanos,
                goalNanos,
                verdict);
    }

    /** The measurements, for a picture. */
    Map<String, List<Double>> distributions() {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        all.put("HikariCP alone", rounds.stream().map(Round::hikariNanos).toList());
        all.put("through the kit", rounds.stream().map(Round::kitNanos).toList());
        return all;
    }
}
