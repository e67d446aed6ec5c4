/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.Json;
import io.drover.testing.checker.Checker;
import io.drover.testing.checker.Finding;
import io.drover.testing.checker.Report;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.ledger.LedgerSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

    @Option(
            names = "--programs",
            paramLabel = "DIR",
            defaultValue = "/usr/lib/postgresql/15/bin",
            description = "Directory of pg_waldump.")
    private Path programs = Path.of("/");

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
    public Integer call() throws SQLException {
        List<Line> lines = new ArrayList<>();
        try (LocalCluster cluster = LocalCluster.start(ClusterOptions.test("controls"))) {
            Saboteur saboteur = new Saboteur(cluster.directory().resolve("sabotage"));
            cluster.createShard();
            try (Connection connection = cluster.connect(LocalCluster.NODE_A, Map.of())) {
                LedgerSchema.create(connection, ControlScene.ROWS);
            }
            for (Control control : Controls.ALL) {
                if (only.isEmpty() || only.contains(control.id())) {
                    Line line = run(cluster, saboteur, control);
                    System.out.println(text(line));
                    lines.add(line);
                }
            }
        }
        write(lines);
        boolean all = lines.stream().allMatch(line -> line.caught() && line.clean());
        System.out.printf(
                "%d controls, %d caught, %d clean%n",
                lines.size(),
                lines.stream().filter(Line::caught).count(),
                lines.stream().filter(Line::clean).count());
        return all ? 0 : 1;
    }

    private Line run(LocalCluster cluster, Saboteur saboteur, Control control) throws SQLException {
        long begin = System.nanoTime();
        List<String> remarks = new ArrayList<>();
        boolean leavesNobody = !control.notServed().isEmpty();
        // nothing can be run behind a run that leaves nobody who serves
        ControlRun.Outcome harmed = leavesNobody ? once(cluster, saboteur, control, control.levers()) : null;
        ControlRun.Outcome honest = this.honest.get(control.script());
        if (honest == null) {
            // controls that share a script share the run without sabotage
            honest = once(cluster, saboteur, control, Set.of());
            this.honest.put(control.script(), honest);
        }
        if (harmed == null) {
            harmed = control.levers().isEmpty() ? honest : once(cluster, saboteur, control, control.levers());
        }
        Report cleanReport = Checker.judge(honest.evidence());
        boolean clean = cleanReport.isClean() && cleanReport.counts();
        cleanReport.lines().forEach(line -> remarks.add("without sabotage: " + line));
        Report report = Checker.judge(control.spoil().apply(harmed.evidence()));
        Set<String> caughtBy = report.broken().stream()
                .filter(control.caughtBy()::contains)
                .map(check -> check.id() + " (" + report.of(check).violations() + ")")
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> disarmed = Lever.methods(control.levers());
        Set<String> never = new TreeSet<>(disarmed);
        never.removeAll(harmed.hits());
        Set<String> stray = new TreeSet<>(harmed.hits());
        stray.removeAll(disarmed);
        stray.addAll(honest.hits());
        report.findings().stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.BROKEN)
                .forEach(finding -> remarks.add("with it: " + finding.check().id() + " "
                        + finding.examples().get(0)));
        if (!never.isEmpty()) {
            remarks.add("replaced and not called: " + never);
        }
        if (!stray.isEmpty()) {
            remarks.add("FAILED: replaced by nobody and called: " + stray);
        }
        remarks.add("ended " + honest.end() + " without sabotage, " + harmed.end() + " with it");
        return new Line(
                control.id(),
                control.sabotage(),
                control.levers().stream().map(Lever::does).collect(Collectors.toCollection(TreeSet::new)),
                control.load(),
                caughtBy,
                !caughtBy.isEmpty() && stray.isEmpty(),
                clean,
                remarks,
                (System.nanoTime() - begin) / 1_000_000);
    }

    private ControlRun.Outcome once(LocalCluster cluster, Saboteur saboteur, Control control, Set<Lever> levers)
            throws SQLException {
        return new ControlRun(cluster, saboteur, programs, ++runs).run(control, levers, seed);
    }

    private static String text(Line line) {
        return "%-4s %s | disarms: %s | %s | without sabotage: %s | %.1f s%n       %s"
                .formatted(
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
