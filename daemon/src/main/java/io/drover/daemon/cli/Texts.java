/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.DroverException;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.PreflightReport;
import io.drover.api.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How moves, checks and failures look to a person. */
final class Texts {
    private static final int BAR = 40;
    /** Rows of the write pause. */
    private static final int FENCE = 100;

    private static final int PUBLISH = 150;
    private static final long UNIT = 1024;
    private static final String[] SIZES = {"KiB", "MiB", "GiB", "TiB", "PiB"};

    private Texts() {}

    static String failure(DroverException failure) {
        StringBuilder text = new StringBuilder("drover: ").append(failure.getMessage());
        failure.preflight()
                .ifPresent(report -> text.append(System.lineSeparator()).append(checks(report)));
        failure.hint()
                .ifPresent(hint ->
                        text.append(System.lineSeparator()).append("  hint: ").append(hint));
        return text.toString();
    }

    static String problem(Problem problem) {
        String hint = problem.hint() == null ? "" : System.lineSeparator() + "  hint: " + problem.hint();
        return problem.code() + ": " + problem.detail() + hint;
    }

    static String checks(PreflightReport report) {
        Table table = new Table("CHECK", "", "FOUND", "REMEDY");
        for (PreflightReport.Check check : report.checks()) {
            String verdict = check.ok() ? "ok" : check.severity().name();
            table.row(check.id(), verdict, check.message(), check.remedy() == null ? "" : check.remedy());
        }
        List<String> tables = new ArrayList<>(List.of(table.toString()));
        tables.addAll(BeforeTheFence.blockers(report.blockers()));
        if (report.mode() != null) {
            tables.add("mode of the move: " + report.mode().text());
        }
        return String.join(System.lineSeparator(), tables);
    }

    static String moves(List<Move> moves) {
        Table table = new Table("ID", "SHARD", "FROM", "TO", "STATE", "STEP", "PROGRESS", "LAG", "SINCE");
        for (Move move : moves) {
            Move.Step step = move.step();
            Move.Progress progress = move.progress();
            Move.Lag lag = move.lag();
            table.row(
                    move.id(),
                    move.shard(),
                    move.source(),
                    move.target(),
                    state(move),
                    step == null ? null : step.number() + " " + step.name(),
                    progress == null ? null : String.format(Locale.ROOT, "%.1f %%", progress.percent()),
                    lag == null ? null : bytes(lag.bytes()),
                    step == null ? null : step.since());
        }
        return table.toString();
    }

    /** Everything about one move. */
    static String move(Move move) {
        List<String> lines = new ArrayList<>();
        lines.add("move " + move.id() + ": " + move.shards() + " from " + move.source() + " to " + move.target());
        lines.add("state    " + state(move) + ", mode " + move.mode().text());
        Move.Step step = move.step();
        if (step != null) {
            lines.add("step     " + step.number() + " " + step.name() + ", since " + step.since());
        }
        Move.Progress progress = move.progress();
        if (progress != null) {
            lines.add("copied   " + progress(progress));
        }
        Move.Lag lag = move.lag();
        if (lag != null) {
            lines.add("lag      " + bytes(lag.bytes()) + ", " + lag.millis() + " ms");
        }
        if (move.waitingFor() != null) {
            lines.add("waits    for " + move.waitingFor());
        }
        lines.addAll(BeforeTheFence.blockers(move.blockers()));
        Problem error = move.error();
        if (error != null) {
            lines.add("error    " + problem(error));
        }
        addCutovers(lines, move);
        if (move.drill() != null) {
            lines.add(DrillText.of(move.drill()));
        }
        lines.add("history");
        Table history = new Table("  #", "AT", "STEP", "EVENT");
        move.history().forEach(entry -> history.row("  " + entry.number(), entry.at(), entry.step(), entry.event()));
        lines.add(history.toString());
        return String.join(System.lineSeparator(), lines);
    }

    private static void addCutovers(List<String> lines, Move move) {
        if (move.prediction() != null) {
            lines.add(BeforeTheFence.prediction("cutover", move.prediction()));
        }
        Move.Cutover cutover = move.cutover();
        if (cutover != null) {
            lines.add(waterfall("cutover", cutover, move));
        }
        Move.Rollback rollback = move.rollback();
        if (rollback != null) {
            lines.add(wayBack(rollback, move.state()));
            if (rollback.prediction() != null) {
                lines.add(BeforeTheFence.prediction("rollback", rollback.prediction()));
            }
            if (rollback.cutover() != null) {
                lines.add(waterfall("rollback", rollback.cutover(), move));
            }
        }
    }

    private static String wayBack(Move.Rollback rollback, MoveState state) {
        if (state == MoveState.COMPLETED || state == MoveState.ROLLED_BACK) {
            return "way back closed, the move has ended";
        }
        return "way back " + (rollback.ready() ? "ready" : "not ready")
                + (rollback.lagBytes() == null ? "" : ", " + bytes(rollback.lagBytes()) + " behind")
                + (rollback.expiresAt() == null ? "" : ", until " + rollback.expiresAt());
    }

    static String progress(Move.Progress progress) {
        String eta = progress.etaSeconds() == null ? "" : ", " + seconds(progress.etaSeconds()) + " left";
        return String.format(
                Locale.ROOT,
                "%s of %s (%.1f %%), %s/s%s",
                bytes(progress.bytesDone()),
                bytes(progress.bytesTotal()),
                progress.percent(),
                bytes(progress.bytesPerSecond()),
                eta);
    }

    /** With the pause that a person has ordered, as long as it keeps the move from anything. */
    static String state(Move move) {
        boolean keeps = move.paused() && !move.state().isFinal() && move.state() != MoveState.ABORTING;
        return move.state() + (keeps ? " (paused)" : "");
    }

    /** A cutover that did not come to its end: the fence is up still, or it was lowered again. */
    private static String unfinished(Move.Cutover cutover, Move move) {
        Move.Step step = move.step();
        boolean ended =
                move.state().isFinal() && move.state() != MoveState.NEEDS_OPERATOR || move.state() == MoveState.BAKING;
        boolean inThePause = !ended && step != null && step.number() >= FENCE && step.number() <= PUBLISH;
        return inThePause
                ? "since " + cutover.fencedAt() + " and not yet resumed"
                : "from " + cutover.fencedAt() + " on; the fence was lowered again, writes go on where they were";
    }

    /** The write pause and its phases as bars, one below the other. */
    static String waterfall(String name, Move.Cutover cutover, Move move) {
        List<Move.Phase> phases = cutover.phases();
        double total = phases.stream().mapToDouble(Move.Phase::millis).sum();
        Double pause = cutover.writePauseMillis();
        List<String> lines = new ArrayList<>();
        lines.add(name + ": writes paused "
                + (pause == null ? unfinished(cutover, move) : String.format(Locale.ROOT, "%.1f ms", pause)));
        double before = 0;
        for (Move.Phase phase : phases) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %3d %-24s %9.1f ms  |%s|",
                    phase.step(),
                    phase.name(),
                    phase.millis(),
                    bar(before, phase.millis(), total)));
            before += phase.millis();
        }
        Integer past = cutover.commitsPastFork();
        if (past != null) {
            lines.add("  commits past the fork: " + past + (Boolean.TRUE.equals(cutover.rewound()) ? ", rewound" : ""));
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static String bar(double before, double millis, double total) {
        if (total <= 0) {
            return " ".repeat(BAR);
        }
        int from = (int) Math.min(BAR - 1L, Math.round(before / total * BAR));
        int length = (int) Math.max(1, Math.min(BAR - (long) from, Math.round(millis / total * BAR)));
        return " ".repeat(from) + "#".repeat(length) + " ".repeat(BAR - from - length);
    }

    static String bytes(long count) {
        if (count < UNIT) {
            return count + " B";
        }
        double value = count;
        int unit = -1;
        while (value >= UNIT && unit < SIZES.length - 1) {
            value /= UNIT;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, SIZES[unit]);
    }

    private static String seconds(long count) {
        long minute = 60;
        return count < minute ? count + " s" : count / minute + " min " + count % minute + " s";
    }

    /** A text, or a dash for what is absent. */
    static String orDash(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }
}
