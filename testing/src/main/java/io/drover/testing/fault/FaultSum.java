/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/fault-test --sum}: what several invocations show together, and what they do not show. */
@Command(
        name = "bin/fault-test --sum",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Sums up reports of runs, names the kinds of faults and the parts of a move that no run has hit, and compares the"
                        + " times without a writer with their goals.",
        footer =
                "Exit code 0 only when every run was clean, nothing is missing, every goal is shown by a run and kept, less than 15 % are vacuous, and 300"
                        + " runs with seeds in a row are among them, none of them twice.")
public final class FaultSum implements Callable<Integer> {
    private static final double MOST_VACUOUS = 0.15;
    private static final int IN_A_ROW = 300;

    @CommandLine.Parameters(paramLabel = "FILE", arity = "1..*", description = "Reports of bin/fault-test --json.")
    private List<Path> files = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Where to write the sum.")
    private @Nullable Path json;

    @Spec
    private @Nullable CommandSpec spec;

    /** Sums up and ends the process. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FaultSum()).execute(arguments));
    }

    @Override
    public Integer call() {
        FaultReport sum = of(files.stream().map(FaultSum::read).toList());
        tell(
                sum,
                Objects.requireNonNull(spec, "not made by picocli")
                        .commandLine()
                        .getOut());
        if (json != null) {
            FaultText.write(sum, json);
        }
        return shows(sum) ? 0 : 1;
    }

    private static void tell(FaultReport sum, PrintWriter out) {
        out.print(FaultText.of(sum));
        out.println(
                "no writer   not known, as none was done alone while writes were held: " + list(notInThePause(sum)));
        out.println("in a row    " + inARow(sum) + " seeds of " + IN_A_ROW);
        repeated(sum).forEach(seed -> out.println("made twice  seed " + seed));
        out.println("never hit   " + list(missing(sum)));
        out.println("undisturbed pause: " + FaultText.distribution(undisturbed(sum)));
        goals(sum).forEach(goal -> out.println("goal        " + goal));
        FaultGoal.without(sum.withoutWriterMillis().keySet()).forEach(goal -> out.println("no run shows: " + goal));
    }

    private static String list(List<String> names) {
        return names.isEmpty() ? "nothing" : String.join(", ", names);
    }

    private static FaultReport read(Path file) {
        try {
            return Json.read(Files.readAllBytes(file), FaultReport.class);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** All runs together. */
    static FaultReport of(List<FaultReport> reports) {
        return FaultReport.of(
                reports.stream().mapToLong(FaultReport::seed).min().orElse(0),
                reports.stream().flatMap(report -> report.details().stream()).toList(),
                reports.stream().mapToDouble(FaultReport::seconds).sum());
    }

    /** Whether the runs show what they are for. */
    static boolean shows(FaultReport sum) {
        return sum.isClean()
                && missing(sum).isEmpty()
                && inARow(sum) >= IN_A_ROW
                && repeated(sum).isEmpty()
                && sum.vacuous() < MOST_VACUOUS * sum.runs()
                && goals(sum).stream().allMatch(Goal::isKept)
                && FaultGoal.without(sum.withoutWriterMillis().keySet()).isEmpty();
    }

    /** How many seeds follow one another at most. */
    static int inARow(FaultReport sum) {
        int longest = 0;
        int stretch = 0;
        long before = Long.MIN_VALUE;
        for (long seed : sum.details().stream()
                .mapToLong(RunResult::seed)
                .sorted()
                .distinct()
                .toArray()) {
            stretch = seed == before + 1 ? stretch + 1 : 1;
            longest = Math.max(longest, stretch);
            before = seed;
        }
        return longest;
    }

    /** Of two runs of a seed one could have been made because the other failed. */
    static List<Long> repeated(FaultReport sum) {
        Set<Long> known = new HashSet<>();
        return sum.details().stream()
                .map(RunResult::seed)
                .filter(seed -> !known.add(seed))
                .toList();
    }

    /** Kinds of faults, parts of a move and parts of a second chance at the end of the WAL without a run that counts. */
    static List<String> missing(FaultReport sum) {
        Stream<String> kinds = Arrays.stream(FaultKind.values())
                .map(FaultKind::toString)
                .filter(kind -> sum.byFault().keySet().stream().noneMatch(done -> isOf(done, kind)));
        Stream<String> parts = FaultSlot.ALL.stream()
                .map(FaultSlot::toString)
                .filter(part -> !sum.bySlot().containsKey(part));
        return Stream.of(kinds, parts, missingTails(sum))
                .flatMap(names -> names)
                .toList();
    }

    private static Stream<String> missingTails(FaultReport sum) {
        return TailOutcome.UNDER_FAULT.stream()
                .map(TailOutcome::toString)
                .filter(outcome -> !sum.byTail().containsKey(outcome));
    }

    /** Kinds of faults whose time without a writer nobody knows, as none was done alone while writes were held. */
    static List<String> notInThePause(FaultReport sum) {
        Set<String> groups = sum.withoutWriterMillis().keySet();
        return Arrays.stream(FaultKind.values())
                .map(FaultKind::toString)
                .filter(kind -> groups.stream().noneMatch(group -> isOf(group.substring(0, group.indexOf(' ')), kind)))
                .toList();
    }

    /** A cut in one direction only is of the same kind. */
    private static boolean isOf(String done, String kind) {
        return done.equals(kind)
                || Arrays.stream(FaultPlan.Direction.values()).anyMatch(way -> done.equals(kind + "-" + way));
    }

    /**
     * How long a shard may have no writer in one group of runs, and how long it had none.
     *
     * @param group a kind of fault and the topology's state when it was done
     * @param millis one for each run
     */
    record Goal(String group, long limitMillis, List<Long> millis) {
        boolean isKept() {
            return kept() == millis.size();
        }

        private long kept() {
            return millis.stream().filter(each -> each <= limitMillis).count();
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s: %d of %d within %d ms", group, kept(), millis.size(), limitMillis);
        }
    }

    /** The groups that have a goal; a goal without a run is not among them. */
    static List<Goal> goals(FaultReport sum) {
        long usual = median(undisturbed(sum));
        return sum.withoutWriterMillis().entrySet().stream()
                .flatMap(group -> FaultGoal.of(group.getKey()).stream()
                        .map(goal -> new Goal(group.getKey(), goal.limitMillis(usual), group.getValue())))
                .toList();
    }

    /** Pauses of the same runs that no fault lay in, the shortest first. */
    private static List<Long> undisturbed(FaultReport sum) {
        return sum.details().stream()
                .map(RunResult::pauseBeforeMillis)
                .filter(Objects::nonNull)
                .sorted()
                .toList();
    }

    private static long median(List<Long> sorted) {
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }
}
