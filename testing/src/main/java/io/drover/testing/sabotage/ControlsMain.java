/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.Json;
import io.drover.testing.checker.Checker;
import io.drover.testing.checker.Finding;
import io.drover.testing.checker.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/fault-test --controls}. */
@Command(
        name = "bin/fault-test --controls",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Sabotages daemons in known ways and shows that the checker notices, and that it has nothing to say"
                        + " of the same runs without sabotage.")
public final class ControlsMain implements Callable<Integer> {
    @Option(names = "--only", paramLabel = "ID", split = ",", description = "Only these controls.")
    private List<String> only = List.of();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of the load.")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result there, too.")
    private @Nullable Path json;

    private final Map<Control.Script, ControlRun.Outcome> honest = new HashMap<>();
    private int runs;

    /** Runs the controls and ends the process: 0 when each was caught and each run without sabotage passed. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ControlsMain()).execute(arguments));
    }

    /** What became of a control. */
    private record Line(
            String id,
            String sabotage,
            Set<String> disarmed,
            String load,
            Set<String> caughtBy,
            boolean caught,
            boolean clean,
            List<String> remarks,
            long millis) {}

    @Override
    public Integer call() {
        List<Line> lines = new ArrayList<>();
        try (ControlCluster clusters = new ControlCluster()) {
            for (Control control : Controls.ALL) {
                if (only.isEmpty() || only.contains(control.id())) {
                    Line line = run(clusters, control);
                    System.out.println(text(line));
                    lines.add(line);
                }
            }
        }
        write(lines);
        long caught = lines.stream().filter(Line::caught).count();
        long clean = lines.stream().filter(Line::clean).count();
        System.out.printf(
                "%d controls, %d caught, %d without anything found when there was no sabotage%n",
                lines.size(), caught, clean);
        return caught == lines.size() && clean == lines.size() ? 0 : 1;
    }

    /** What cannot be run is not caught, and leaves a cluster that the next has no use for. */
    private Line run(ControlCluster clusters, Control control) {
        long begin = System.nanoTime();
        try {
            return judge(clusters, control, begin);
        } catch (SQLException | IllegalStateException | UncheckedIOException e) {
            clusters.discard();
            return line(control, Set.of(), false, false, List.of("it could not be run: " + e), begin);
        }
    }

    private Line judge(ControlCluster clusters, Control control, long begin) throws SQLException {
        // nothing can be run behind a run that leaves nobody who serves
        boolean honestLast = !control.notServed().isEmpty();
        ControlRun.Outcome harmed = honestLast ? once(clusters, control, control.levers()) : null;
        ControlRun.Outcome honest = honest(clusters, control);
        if (harmed == null) {
            harmed = control.levers().isEmpty() ? honest : once(clusters, control, control.levers());
        }
        Report without = Checker.judge(honest.evidence());
        Report with = Checker.judge(control.spoil().apply(harmed.evidence()));
        Set<String> caughtBy = with.broken().stream()
                .filter(control.caughtBy()::contains)
                .map(check -> check.id() + " (" + with.of(check).violations() + ")")
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> disarmed = Lever.methods(control.levers());
        Set<String> never = new TreeSet<>(disarmed);
        never.removeAll(harmed.hits());
        Set<String> stray = new TreeSet<>(harmed.hits());
        stray.removeAll(disarmed);
        stray.addAll(honest.hits());
        List<String> remarks = new ArrayList<>();
        with.findings().stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.BROKEN)
                .forEach(finding -> remarks.add(
                        finding.check().id() + ": " + finding.examples().get(0)));
        without.lines().forEach(found -> remarks.add("without sabotage: " + found));
        if (!never.isEmpty()) {
            remarks.add("replaced, and called by nobody: " + never);
        }
        if (!stray.isEmpty()) {
            remarks.add("called, although it should not have been replaced: " + stray);
        }
        remarks.add("the move ended " + harmed.end() + ", without sabotage " + honest.end());
        return line(
                control,
                caughtBy,
                !caughtBy.isEmpty() && stray.isEmpty(),
                without.isClean() && without.counts(),
                remarks,
                begin);
    }

    /** Controls that share a script share the run without sabotage. */
    private ControlRun.Outcome honest(ControlCluster clusters, Control control) throws SQLException {
        ControlRun.Outcome known = honest.get(control.script());
        ControlRun.Outcome outcome = known == null ? once(clusters, control, Set.of()) : known;
        honest.put(control.script(), outcome);
        return outcome;
    }

    private ControlRun.Outcome once(ControlCluster clusters, Control control, Set<Lever> levers) throws SQLException {
        ControlRun.Outcome outcome =
                new ControlRun(clusters.cluster(), clusters.saboteur(), ++runs).run(control, levers, seed);
        if (!outcome.usable()) {
            clusters.discard();
        }
        return outcome;
    }

    private static Line line(
            Control control, Set<String> caughtBy, boolean caught, boolean clean, List<String> remarks, long begin) {
        return new Line(
                control.id(),
                control.sabotage(),
                control.levers().stream().map(Lever::does).collect(Collectors.toCollection(TreeSet::new)),
                control.load(),
                caughtBy,
                caught,
                clean,
                remarks,
                (System.nanoTime() - begin) / 1_000_000);
    }

    private static String text(Line line) {
        return String.format(
                Locale.ROOT,
                "%-4s %s | disarms: %s | %s | without sabotage: %s | %.1f s%n       %s",
                line.id(),
                line.sabotage(),
                String.join(", ", line.disarmed()),
                line.caught() ? "caught by " + String.join(", ", line.caughtBy()) : "NOT CAUGHT",
                line.clean() ? "passed" : "FAILED",
                line.millis() / 1e3,
                String.join("\n       ", line.remarks()));
    }

    private void write(List<Line> lines) {
        if (json != null) {
            try {
                Files.write(
                        json,
                        Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(Map.of("controls", lines)));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + json, e);
            }
        }
    }
}
