/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.Blocker;
import io.drover.api.PausePrediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is known before the fence, as a person reads it: what stands in the way, and how long the pause will be. */
final class BeforeTheFence {
    private BeforeTheFence() {}

    /** A table, or nothing when nothing stands in the way. */
    static List<String> blockers(List<Blocker> blockers) {
        if (blockers.isEmpty()) {
            return List.of();
        }
        Table table = new Table("IN THE WAY", "PROCESS", "OWNER", "WHAT", "FOR", "STILL", "REMEDY");
        blockers.forEach(blocker -> table.row(
                blocker.kind().text(),
                blocker.pid(),
                blocker.owner(),
                blocker.what(),
                seconds(blocker.ageMillis()),
                blocker.delayMillis() == null
                        ? "unknown"
                        : "about " + seconds(blocker.delayMillis()) + " (" + blocker.delayFrom() + ")",
                blocker.kind().remedy()));
        return List.of(table.toString());
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }

    /** The parts one below the other, as the phases of the pause are shown. */
    static String prediction(String name, PausePrediction told) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: predicted at %s to pause writes for %.1f ms, %s %d ms",
                name,
                told.at(),
                told.writePauseMillis(),
                told.fits() ? "within maxWritePause" : "over maxWritePause",
                told.maxWritePauseMillis()));
        told.parts()
                .forEach(part -> lines.add(String.format(
                        Locale.ROOT,
                        "  %3d %-24s %9.1f ms  %s",
                        part.step(),
                        part.name(),
                        part.millis(),
                        part.from())));
        return String.join(System.lineSeparator(), lines);
    }
}
