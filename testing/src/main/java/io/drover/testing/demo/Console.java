/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import io.drover.api.Move;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What a person sees of the demo. */
final class Console {
    private static final int BAR_WIDTH = 44;
    private static final double MEBIBYTE = 1024 * 1024;

    private final PrintStream out;
    private final long start = System.nanoTime();
    private String lastStep = "";
    private long lastProgress;

    Console(PrintStream out) {
        this.out = out;
    }

    /** Time since the start. */
    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** One line with the time since the start. */
    void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, "%6.1fs  ", elapsed().toMillis() / 1e3);
        plain(format, arguments);
    }

    void plain(String format, Object... arguments) {
        out.printf(Locale.ROOT, format, arguments);
        out.println();
        out.flush();
    }

    /** Tells when a move has come to another step, and how its copy goes once a second. */
    void follow(Move move) {
        String step = move.step() == null
                ? ""
                : String.format(
                        Locale.ROOT, "%3d %s", move.step().number(), move.step().name());
        String line = move.state() + " " + step;
        if (!line.equals(lastStep)) {
            lastStep = line;
            say("  %-13s %s", move.state(), step);
        }
        Move.Progress progress = move.progress();
        if (progress != null && progress.percent() < 100 && System.nanoTime() - lastProgress > 1_000_000_000L) {
            lastProgress = System.nanoTime();
            say(
                    "  %-13s     %3.0f %% of %.0f MiB, %.0f MiB/s",
                    "", progress.percent(), progress.bytesTotal() / MEBIBYTE, progress.bytesPerSecond() / MEBIBYTE);
        }
    }

    /** Shows each phase of a pause as a bar that begins where the one before it ended. */
    void waterfall(DemoReport.Cutover cutover) {
        Double pause = cutover.writePauseMillis();
        if (pause == null || pause <= 0) {
            return;
        }
        plain("");
        plain(
                "Where the %.1f ms of the pause went: %s of %s, %s",
                pause,
                cutover.direction(),
                cutover.shard(),
                cutover.direction().equals("forward")
                        ? cutover.source() + " to " + cutover.target()
                        : cutover.target() + " to " + cutover.source());
        double at = 0;
        for (Move.Phase phase : cutover.phases()) {
            int from = (int) Math.round(at / pause * BAR_WIDTH);
            at += phase.millis();
            int to = Math.max(from + 1, (int) Math.round(at / pause * BAR_WIDTH));
            plain(
                    "  %4d %-28s %8.1f ms  %s%s",
                    phase.step(),
                    phase.name(),
                    phase.millis(),
                    " ".repeat(Math.min(from, BAR_WIDTH)),
                    "#".repeat(to - from));
        }
    }

    /** Shows every cutover as a row, then what became of the writes. */
    void table(DemoReport report) {
        plain("");
        plain(
                "%-9s %-18s %-12s %9s %9s %9s %9s %9s %6s",
                "cutover", "from, to", "outcome", "pause", "clients", "worst", "back in", "writes/s", "past");
        for (DemoReport.Cutover cutover : report.moves()) {
            boolean forward = cutover.direction().equals("forward");
            plain(
                    "%-9s %-18s %-12s %6.1f ms %6.1f ms %6.1f ms %9s %9.0f %6s%s",
                    cutover.direction(),
                    (forward ? cutover.source() : cutover.target())
                            + ", "
                            + (forward ? cutover.target() : cutover.source()),
                    cutover.outcome(),
                    cutover.writePauseMillis() == null ? Double.NaN : cutover.writePauseMillis(),
                    cutover.clientPauseMillis(),
                    cutover.worstClientPauseMillis(),
                    cutover.rollbackReadyMillis() == null
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f s", cutover.rollbackReadyMillis() / 1e3),
                    cutover.writesPerSecondBefore(),
                    cutover.commitsPastFork() == null ? "?" : cutover.commitsPastFork(),
                    cutover.vacuous() ? "  vacuous" : "");
        }
        plain("");
        plain(
                "%d writes acknowledged: %d lost, %d doubled, %d invented, %d errors, %d unknown; %d reads, %d errors",
                report.ledger().acked(),
                report.ledger().lost(),
                report.ledger().duplicated(),
                report.ledger().invented(),
                report.ledger().errors(),
                report.ledger().unknown(),
                report.reads().count(),
                report.reads().errors());
        report.problems().forEach(problem -> plain("PROBLEM: %s", problem));
        plain(report.ok() ? "ok" : "NOT OK");
    }
}
