/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.testing.checker.Checker;
import io.drover.testing.checker.Finding;
import io.drover.testing.checker.Report;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs controls that share a script: once without sabotage, and once with each. */
final class ControlBench {
    private final ControlCluster clusters;
    private final AtomicInteger runs;
    private final long seed;
    private ControlRun.@Nullable Outcome honest;

    /**
     * For controls of one script.
     *
     * @param runs counts them, of all benches
     */
    ControlBench(ControlCluster clusters, AtomicInteger runs, long seed) {
        this.clusters = clusters;
        this.runs = runs;
        this.seed = seed;
    }

    /** What cannot be run is not caught, and leaves a cluster that the next has no use for. */
    ControlLine run(Control control) {
        long begin = System.nanoTime();
        try {
            return judge(control, begin);
        } catch (SQLException | IllegalStateException | UncheckedIOException e) {
            clusters.discard();
            return line(control, Set.of(), "", false, false, List.of("it could not be run: " + e), begin);
        }
    }

    private ControlLine judge(Control control, long begin) throws SQLException {
        ControlRun.Outcome without = honest == null ? once(control, Set.of()) : honest;
        honest = without;
        ControlRun.Outcome with = control.levers().isEmpty() ? without : once(control, control.levers());
        Report clean = Checker.judge(without.evidence());
        Report harmed = Checker.judge(control.spoil().apply(with.evidence()));
        Set<String> caughtBy = new TreeSet<>();
        List<String> evidence = new ArrayList<>();
        harmed.broken().stream().sorted().filter(control.caughtBy()::contains).forEach(check -> {
            caughtBy.add(check.id() + " (" + harmed.of(check).violations() + ")");
            evidence.add(harmed.of(check).examples().get(0));
        });
        Set<String> disarmed = Lever.methods(control.levers());
        Set<String> stray = new TreeSet<>(with.hits());
        stray.removeAll(disarmed);
        stray.addAll(without.hits());
        List<String> remarks = new ArrayList<>(found(harmed));
        clean.lines().forEach(found -> remarks.add("without sabotage: " + found));
        disarmed.removeAll(with.hits());
        if (!disarmed.isEmpty()) {
            remarks.add("replaced, and called by nobody: " + disarmed);
        }
        if (!stray.isEmpty()) {
            remarks.add("called, although it should not have been replaced: " + stray);
        }
        remarks.add("the move ended " + with.end() + " (" + with.times() + "), without sabotage " + without.end() + " ("
                + without.times() + ")");
        return line(
                control,
                caughtBy,
                evidence.isEmpty() ? "" : evidence.get(0),
                !caughtBy.isEmpty() && stray.isEmpty(),
                clean.isClean() && clean.counts(),
                remarks,
                begin);
    }

    private static List<String> found(Report harmed) {
        return harmed.findings().stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.BROKEN)
                .map(finding -> finding.check().id() + ": " + finding.examples().get(0))
                .toList();
    }

    private ControlRun.Outcome once(Control control, Set<Lever> levers) throws SQLException {
        ControlRun.Outcome outcome = new ControlRun(clusters.cluster(), clusters.saboteur(), runs.incrementAndGet())
                .run(control, levers, seed);
        if (!outcome.usable()) {
            clusters.discard();
        }
        return outcome;
    }

    private static ControlLine line(
            Control control,
            Set<String> caughtBy,
            String evidence,
            boolean caught,
            boolean clean,
            List<String> remarks,
            long begin) {
        return new ControlLine(
                control.id(),
                control.sabotage(),
                control.levers().stream().sorted().map(Lever::does).toList(),
                control.load(),
                caughtBy,
                evidence,
                caught,
                clean,
                remarks,
                (System.nanoTime() - begin) / 1_000_000);
    }
}
