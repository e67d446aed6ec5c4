/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.Move;
import io.drover.bench.GoalText;
import io.drover.bench.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a person reads at the end. */
final class SwitchoverText {
    private SwitchoverText() {}

    static String of(SwitchoverReport report) {
        StringBuilder text = new StringBuilder();
        table(text, report.series());
        ratios(
                text,
                "How many times as long the longest gap of any one client is, median over median",
                report.ratios().others());
        ratios(
                text,
                "What sessions cost: the same, over the fewest",
                report.ratios().sessions());
        predictions(text, report.predictions());
        report.series().stream()
                .filter(series -> !series.phases().isEmpty())
                .forEach(series -> waterfall(text, series));
        line(text, "");
        text.append(GoalText.of(report.goals()));
        line(text, "");
        report.missing().forEach(missing -> line(text, "not measured: %s", missing));
        report.problems().forEach(problem -> line(text, "PROBLEM: %s", problem));
        return text.toString();
    }

    private static void table(StringBuilder text, List<SwitchoverReport.Measured> all) {
        line(text, "");
        line(
                text,
                "Longest time between two acknowledged writes, and from the fence back to 90 %% of the rate, in milliseconds");
        line(text, "%-58s %26s   %26s   %26s", "", "of all clients together", "of any one client", "back to 90 %");
        line(
                text,
                "%-58s %8s %17s   %8s %17s   %8s %17s %9s %7s %8s",
                "series",
                "median",
                "tail",
                "median",
                "tail",
                "median",
                "tail",
                "writes/s",
                "errors",
                "vacuous");
        for (SwitchoverReport.Measured series : all) {
            Spread together = Spread.of(series.gapsMillis());
            Spread worst = Spread.of(series.worstClientMillis());
            Spread back = Spread.of(known(series.backTo90Millis()));
            line(
                    text,
                    "%-58s %8.1f %17s   %8.1f %17s   %8.1f %17s %9.0f %7d %8d",
                    series.title(),
                    together.median(),
                    together.tail(),
                    worst.median(),
                    worst.tail(),
                    back.median(),
                    back.tail(),
                    Spread.of(series.writesPerSecondBefore()).median(),
                    series.errors(),
                    series.vacuous());
            long never =
                    series.backTo90Millis().stream().filter(Objects::isNull).count();
            if (never > 0) {
                line(
                        text,
                        "  %d of %d not back at 90 %% as long as they were looked at",
                        never,
                        series.gapsMillis().size());
            }
        }
    }

    private static void ratios(StringBuilder text, String heading, List<Ratios.Ratio> ratios) {
        if (ratios.isEmpty()) {
            return;
        }
        line(text, "");
        line(text, "%s", heading);
        ratios.forEach(
                ratio -> line(text, "  %6.2f  %s over %s (%s)", ratio.ratio(), ratio.of(), ratio.by(), ratio.under()));
    }

    private static void predictions(StringBuilder text, Predictions predictions) {
        if (predictions.all() == null) {
            return;
        }
        line(text, "");
        line(text, "Drover's predictions: the longer of prediction and pause over the shorter");
        line(
                text,
                "  %-10s %6s %12s %12s %8s %8s %8s",
                "load",
                "moves",
                "pause median",
                "within 1.5",
                "p50",
                "p99",
                "max");
        predictions.loads().forEach(told -> told(text, told));
        told(text, predictions.all());
        if (predictions.loadsDifferBy() != null) {
            line(text, "  the medians of the loads differ by a factor of %.1f", predictions.loadsDifferBy());
        }
    }

    private static void told(StringBuilder text, Predictions.Told told) {
        line(
                text,
                "  %-10s %6d %12.1f %10.0f %% %8.2f %8.2f %8.2f",
                told.load() == null ? "all" : told.load(),
                told.moves(),
                told.medianPauseMillis(),
                told.withinFactor() * 100,
                told.ratioMedian(),
                told.ratioP99(),
                told.ratioMax());
    }

    private static void waterfall(StringBuilder text, SwitchoverReport.Measured series) {
        line(text, "");
        line(text, "Where the pause went by Drover's own clock: %s, medians in milliseconds", series.title());
        for (Move.Phase phase : series.phases()) {
            line(text, "  %4d %-40s %9.1f", phase.step(), phase.name(), phase.millis());
        }
        double sum = series.phases().stream().mapToDouble(Move.Phase::millis).sum();
        line(text, "  %4s %-40s %9.1f", "", "together", sum);
        line(
                text,
                "  %4s %-40s %9.1f",
                "",
                "median of the whole pauses",
                Spread.of(known(series.writePauseMillis())).median());
    }

    private static List<Double> known(List<@Nullable Double> values) {
        return values.stream()
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    private static void line(StringBuilder text, String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
