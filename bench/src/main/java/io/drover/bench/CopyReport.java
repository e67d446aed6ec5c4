/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of the file that {@code bin/bench copy --json} names.
 *
 * @param ok whether every copy that was asked for was made and measured
 * @param ratios Drover beside plain pg_basebackup in the same round
 */
record CopyReport(
        boolean ok,
        List<Series> series,
        List<Ratio> ratios,
        List<String> missing,
        CopyOptions options,
        List<String> problems) {
    private static final List<String> NOT_MEASURED = List.of(
            "a network: source and target share one machine, its processors and its disk",
            "tablespaces, and more than one instance");

    /**
     * One way of copying.
     *
     * @param errors calls of the writers that ended with an exception
     */
    record Series(String name, String client, String mode, List<Copied> copies, long errors) {
        static Series of(CopySeries series) {
            return new Series(series.product(), "multi-host", series.mode(), series.copies(), series.errors());
        }
    }

    /**
     * Drover's rates as multiples of those of pg_basebackup, one for each round in which both were measured: above 1 Drover was faster.
     *
     * @param copy of the base backup alone
     * @param whole with the proof of every file, which Drover always makes: pg_basebackup and pg_verifybackup
     */
    record Ratio(String mode, List<Double> copy, List<Double> whole) {}

    static CopyReport of(List<CopySeries> series, CopyOptions options, List<String> problems) {
        List<Ratio> ratios = new ArrayList<>();
        // in pairs: Drover, then pg_basebackup with the same limit
        for (int i = 0; i + 1 < series.size(); i += 2) {
            ratios.add(ratio(series.get(i), series.get(i + 1)));
        }
        return new CopyReport(
                problems.isEmpty()
                        && series.stream().allMatch(each -> each.copies().size() == options.runs()),
                series.stream().map(Series::of).toList(),
                ratios,
                NOT_MEASURED,
                options,
                List.copyOf(problems));
    }

    private static Ratio ratio(CopySeries drover, CopySeries plain) {
        List<Double> copy = new ArrayList<>();
        List<Double> whole = new ArrayList<>();
        for (Copied mine : drover.copies()) {
            // a round in which one of them failed has nothing to compare
            plain.copies().stream().filter(each -> each.round() == mine.round()).forEach(other -> {
                copy.add(mine.bytesPerSecond() / other.bytesPerSecond());
                whole.add(mine.wholeBytesPerSecond() / other.wholeBytesPerSecond());
            });
        }
        return new Ratio(drover.mode(), copy, whole);
    }

    /** The distributions, for a picture: megabytes per second. */
    Map<String, List<Double>> distributions() {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        for (Series each : series) {
            all.put(
                    each.name() + ", " + each.mode(),
                    each.copies().stream()
                            .map(copy -> copy.bytesPerSecond() / 1e6)
                            .toList());
        }
        return all;
    }
}
