/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A report for people, and as a file. */
final class FaultText {
    private FaultText() {}

    /** What a person reads at the end. */
    static String of(FaultReport report) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%d runs from seed %d in %.0f s: %d vacuous, %d lost, %d duplicated, %d two primaries, %d without end state,"
                        + " %d leftovers, %d with other problems; %,d writes acknowledged, %,d unknown%n",
                report.runs(),
                report.seed(),
                report.seconds(),
                report.vacuous(),
                report.lost(),
                report.duplicated(),
                report.twoPrimaries(),
                report.noEndState(),
                report.leftovers(),
                report.otherProblems(),
                report.acked(),
                report.unknown()));
        text.append("by fault    ").append(report.byFault()).append('\n');
        text.append("by outcome  ").append(report.byOutcome()).append('\n');
        text.append("by part     ").append(report.bySlot()).append('\n');
        text.append("by tail     ").append(report.byTail()).append('\n');
        report.withoutWriterMillis()
                .forEach((group, millis) -> text.append("no writer   ")
                        .append(group)
                        .append(": ")
                        .append(distribution(millis))
                        .append('\n'));
        return text.toString();
    }

    /** Of sorted times. */
    static String distribution(List<Long> sorted) {
        if (sorted.isEmpty()) {
            return "n=0";
        }
        return String.format(
                Locale.ROOT,
                "n=%d median %d ms max %d ms",
                sorted.size(),
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() - 1));
    }

    static void write(FaultReport report, Path file) {
        try {
            Files.write(file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
