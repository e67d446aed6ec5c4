/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.testing.checker.Checker;
import io.drover.testing.checker.Finding;
import io.drover.testing.checker.Report;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Runs controls that share a script: once without sabotage, and once with each. Where a load did no harm, or a run proves nothing,
 * because the machine was slow at the wrong moment, the next seed is tried, with a run without sabotage of its own; what was found
 * without sabotage stands.
 */
final class ControlBench {
    private static final int ATTEMPTS = 3;

    private final ControlCluster clusters;
    private final AtomicInteger runs;
    private final long seed;
    /** Without sabotage, by seed. */
    private final Map<Long, ControlRun.Outcome> honest = new HashMap<>();

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

    ControlLine run(Control control) {
        long begin = System.nanoTime();
        List<String> before = new ArrayList<>();
        for (int attempt = 1; ; attempt++) {
            Attempt made = attempt(control, seed + attempt - 1);
            if (attempt == ATTEMPTS || !made.mayPassLater()) {
                return made.line(control, attempt, before, begin);
            }
            before.addAll(made.remarks());
        }
    }

    /**
     * What became of one seed.
     *
     * @param found whether something was found without sabotage
     */
    private record Attempt(
            Set<String> caughtBy, String evidence, boolean caught, boolean clean, boolean found, List<String> remarks) {
        boolean mayPassLater() {
            return !found && !(caught && clean);
        }

        ControlLine line(Control control, int attempts, List<String> before, long begin) {
            return new ControlLine(
                    control.id(),
                    control.sabotage(),
                    control.levers().stream().sorted().map(Lever::does).toList(),
                    control.load(),
                    caughtBy,
                    evidence,
                    caught,
                    clean,
                    attempts,
                    Stream.concat(before.stream(), remarks.stream()).toList(),
                    (System.nanoTime() - begin) / 1_000_000);
        }
    }

    /** What cannot be run is not caught, and leaves a cluster that the next has no use for. */
    private Attempt attempt(Control control, long seed) {
        try {
            return judge(control, seed);
        } catch (SQLException | IllegalStateException | UncheckedIOException e) {
            clusters.discard();
            return new Attempt(Set.of(), "", false, false, false, List.of("it could not be run: " + e));
        }
    }

    private Attempt judge(Control control, long seed) throws SQLException {
        ControlRun.Outcome without = honest.get(seed);
        if (without == null) {
            without = once(control, Set.of(), seed);
            honest.put(seed, without);
        }
        ControlRun.Outcome with = control.levers().isEmpty() ? without : once(control, control.levers(), seed);
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
        return new Attempt(
                caughtBy,
                evidence.isEmpty() ? "" : evidence.get(0),
                !caughtBy.isEmpty() && stray.isEmpty(),
                clean.isClean() && clean.counts(),
                !clean.isClean(),
                remarks);
    }

    private static List<String> found(Report harmed) {
        return harmed.findings().stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.BROKEN)
                .map(finding -> finding.check().id() + ": " + finding.examples().get(0))
                .toList();
    }

    private ControlRun.Outcome once(Control control, Set<Lever> levers, long seed) throws SQLException {
        ControlRun.Outcome outcome = new ControlRun(clusters.cluster(), clusters.saboteur(), runs.incrementAndGet())
                .run(control, levers, seed);
        if (!outcome.usable()) {
            clusters.discard();
        }
        return outcome;
    }
}
