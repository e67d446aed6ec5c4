/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What a person reads at the end of {@code bin/bench copy}. */
final class CopyText {
    private final StringBuilder text = new StringBuilder();

    private CopyText() {}

    static String of(CopyReport report) {
        CopyText made = new CopyText();
        made.series(report);
        made.ratios(report);
        report.missing().forEach(missing -> made.line("not measured: %s", missing));
        report.problems().forEach(problem -> made.line("PROBLEM: %s", problem));
        return made.text.toString();
    }

    private void series(CopyReport report) {
        line("");
        line(
                "Medians of %d copies; the writers before and during each",
                report.options().runs());
        line(
                "%-14s %-9s %9s %9s %11s   %9s %9s   %9s %9s %7s",
                "", "", "MB", "MB/s", "with proof", "writes/s", "meanwhile", "p99 ms", "meanwhile", "errors");
        for (CopyReport.Series series : report.series()) {
            line(
                    "%-14s %-9s %9.1f %9.1f %11.1f   %9.0f %9.0f   %9.2f %9.2f %7d",
                    series.name(),
                    series.mode(),
                    median(series, copy -> copy.bytes() / 1e6),
                    median(series, copy -> copy.bytesPerSecond() / 1e6),
                    median(series, copy -> copy.wholeBytesPerSecond() / 1e6),
                    median(series, copy -> copy.before().perSecond()),
                    median(series, copy -> copy.during().perSecond()),
                    median(series, copy -> copy.before().p99Millis()),
                    median(series, copy -> copy.during().p99Millis()),
                    series.errors());
        }
    }

    private void ratios(CopyReport report) {
        line("");
        line("Drover's rate as a multiple of pg_basebackup's in the same round");
        for (CopyReport.Ratio ratio : report.ratios()) {
            line("%-9s base backup   %s", ratio.mode(), spread(ratio.copy()));
            line("%-9s with proof    %s", "", spread(ratio.whole()));
        }
    }

    private static String spread(List<Double> ratios) {
        if (ratios.isEmpty()) {
            return "-";
        }
        double least = ratios.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        Spread spread = Spread.of(ratios);
        return String.format(
                Locale.ROOT, "median %.2f, %.2f to %.2f of %d", spread.median(), least, spread.max(), ratios.size());
    }

    private static double median(CopyReport.Series series, ToDoubleFunction<Copied> figure) {
        return Spread.of(series.copies().stream().map(figure::applyAsDouble).toList())
                .median();
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
