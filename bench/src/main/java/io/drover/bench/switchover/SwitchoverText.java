/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Spread;
import io.drover.api.Move;
import java.util.List;
import java.util.Locale;

/** What a person reads at the end. */
final class SwitchoverText {
    private SwitchoverText() {}

    static String of(SwitchoverReport report) {
        StringBuilder text = new StringBuilder();
        table(text, report.series());
        report.series().stream()
                .filter(series -> !series.phases().isEmpty())
                .forEach(series -> waterfall(text, series));
        line(text, "");
        line(text, "not measured by this version: %s", String.join(", ", report.missing()));
        report.problems().forEach(problem -> line(text, "PROBLEM: %s", problem));
        return text.toString();
    }

    private static void table(StringBuilder text, List<SwitchoverReport.Measured> all) {
        line(text, "");
        line(text, "Longest time between two acknowledged writes, in milliseconds");
        line(text, "%-28s %30s   %30s", "", "of all clients together", "of any one client");
        line(
                text,
                "%-28s %9s %20s   %9s %20s %9s %7s %8s",
                "series",
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
            line(
                    text,
                    "%-28s %9.1f %20s   %9.1f %20s %9.0f %7d %8d",
                    title(series),
                    together.median(),
                    together.tail(),
                    worst.median(),
                    worst.tail(),
                    Spread.of(series.writesPerSecondBefore()).median(),
                    series.errors(),
                    series.vacuous());
        }
    }

    private static void waterfall(StringBuilder text, SwitchoverReport.Measured series) {
        line(text, "");
        line(text, "Where the pause went by Drover's own clock: %s, medians in milliseconds", title(series));
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
                Spread.of(series.writePauseMillis()).median());
    }

    private static String title(SwitchoverReport.Measured series) {
        return Series.title(series.name(), series.client(), series.mode());
    }

    private static void line(StringBuilder text, String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
