/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class FaultSumTest {
    private static RunResult run(long seed, String slot, String fault, @Nullable String vacuous, long lost) {
        return run(seed, slot, fault, vacuous, lost, 700);
    }

    private static RunResult run(
            long seed, String slot, String fault, @Nullable String vacuous, long lost, long withoutWriter) {
        return run(seed, slot, fault, vacuous, lost, withoutWriter, "PROMOTING");
    }

    private static RunResult run(
            long seed,
            String slot,
            String fault,
            @Nullable String vacuous,
            long lost,
            long withoutWriter,
            String stateAtHit) {
        return run(seed, slot, fault, vacuous, lost, withoutWriter, stateAtHit, null);
    }

    private static RunResult run(
            long seed,
            String slot,
            String fault,
            @Nullable String vacuous,
            long lost,
            long withoutWriter,
            String stateAtHit,
            @Nullable TailOutcome tail) {
        return new RunResult(
                seed,
                slot,
                "row-140/run/before",
                List.of(fault + " for 1000 ms"),
                List.of("killed"),
                stateAtHit,
                "COMPLETED",
                vacuous,
                1_000,
                lost,
                0,
                0,
                0,
                false,
                List.of(),
                900,
                withoutWriter,
                200L,
                tail,
                20,
                List.of());
    }

    /** Each kind and each part several times, before the point of no return and behind it, in two reports. */
    private static List<FaultReport> everything() {
        List<RunResult> runs = new ArrayList<>();
        List<String> kinds = new ArrayList<>();
        for (FaultKind kind : FaultKind.values()) {
            kinds.add(kind + (kind.deed() == FaultKind.Deed.CUT ? "-THERE" : ""));
        }
        int slots = FaultSlot.ALL.size();
        for (int i = 0; i < 300; i++) {
            String part = FaultSlot.ALL.get(i % slots).toString();
            String state = i / kinds.size() % 2 == 0 ? "FENCED" : "PROMOTING";
            runs.add(run(i, part, kinds.get(i % kinds.size()), null, 0, 700, state));
        }
        // what these stood for comes again
        runs.set(0, missed(runs.get(0), TailOutcome.MISSED_FAULT_BETWEEN));
        runs.set(299, missed(runs.get(299), TailOutcome.MISSED_FAULT_IN_SECOND_PAUSE));
        return List.of(
                FaultReport.of(0, runs.subList(0, 30), 10), FaultReport.of(30, runs.subList(30, runs.size()), 5));
    }

    private static RunResult missed(RunResult run, TailOutcome tail) {
        return run(run.seed(), run.slot(), run.kinds().get(0), null, 0, 700, requireNonNull(run.stateAtHit()), tail);
    }

    private static FaultReport with(List<FaultReport> reports, RunResult... more) {
        List<FaultReport> all = new ArrayList<>(reports);
        all.add(FaultReport.of(500, List.of(more), 1));
        return FaultSum.of(all);
    }

    @Test
    void sumsUpAllRuns() {
        FaultReport sum = FaultSum.of(everything());

        assertThat(sum.runs()).isEqualTo(300);
        assertThat(sum.seconds()).isEqualTo(15);
        assertThat(FaultSum.missing(sum)).isEmpty();
        assertThat(FaultSum.shows(sum)).isTrue();
    }

    @Test
    void namesWhatNoRunHasHit() {
        FaultReport sum = FaultSum.of(everything().subList(0, 1));

        assertThat(FaultSum.missing(sum)).contains("abort/row-110").doesNotContain("forward/row-10", "kill-leader");
        assertThat(FaultSum.shows(sum)).isFalse();
    }

    @Test
    void isNoProofWithoutFaultsInEveryPartOfASecondChanceAtTheEndOfTheWal() {
        FaultReport shown = FaultSum.of(everything());
        FaultReport first = everythingButTheTail(TailOutcome.MISSED_FAULT_IN_FIRST_PAUSE);

        assertThat(shown.byTail()).isEqualTo(Map.of("missed-fault-between", 1, "missed-fault-in-second-pause", 1));
        assertThat(FaultText.of(shown)).contains("missed-fault-between=1");
        assertThat(FaultSum.missing(first))
                .containsExactlyInAnyOrder("missed-fault-between", "missed-fault-in-second-pause");
        assertThat(FaultSum.shows(first)).isFalse();
    }

    private static FaultReport everythingButTheTail(TailOutcome instead) {
        return FaultSum.of(List.of(FaultReport.of(
                0,
                everything().stream()
                        .flatMap(report -> report.details().stream())
                        .map(run -> run.tail() == null ? run : missed(run, instead))
                        .toList(),
                1)));
    }

    /** It holds writes for longer than other moves may. */
    @Test
    void aRunWithABurstSaysNothingOfTheTimeWithoutAWriter() {
        RunResult burst =
                run(500, "forward/row-140", "kill-leader", null, 0, 9_000, "PROMOTING", TailOutcome.NOT_MISSED);

        assertThat(burst.gapKey()).isEmpty();
        assertThat(FaultSum.shows(with(everything(), burst))).isTrue();
    }

    @Test
    void aReportFromBeforeThereWereBurstsIsSummedAsWell() {
        String before = new String(Json.bytes(everything().get(1)), StandardCharsets.UTF_8)
                .replaceAll(",?\"tail\":(null|\"[A-Z_]+\")", "")
                .replaceAll(",?\"byTail\":\\{[^}]*}", "");
        assertThat(before.contains("\"tail\"") || before.contains("byTail")).isFalse();

        FaultReport sum = FaultSum.of(List.of(Json.read(before.getBytes(StandardCharsets.UTF_8), FaultReport.class)));

        assertThat(sum.runs()).isEqualTo(270);
        assertThat(sum.byTail()).isEmpty();
    }

    @Test
    void aRunThatProvesNothingHitsNothing() {
        FaultReport sum = FaultSum.of(
                List.of(FaultReport.of(0, List.of(run(0, "forward/row-10", "kill-leader", "too slow", 0)), 1)));

        assertThat(FaultSum.missing(sum)).contains("forward/row-10", "kill-leader");
    }

    @Test
    void isNoProofWithALossOrWithManyVacuousRuns() {
        RunResult loss = run(500, "forward/row-10", "kill-leader", null, 1);
        RunResult[] vacuous = new RunResult[60];
        for (int i = 0; i < vacuous.length; i++) {
            vacuous[i] = run(600 + i, "forward/row-10", "kill-leader", "too slow", 0);
        }

        assertThat(FaultSum.shows(with(everything(), loss))).isFalse();
        assertThat(FaultSum.shows(with(everything(), vacuous))).isFalse();
    }

    @Test
    void isNoProofWithFewRunsOrWithOneThatWasMadeAgain() {
        List<RunResult> runs = everything().stream()
                .flatMap(report -> report.details().stream())
                .toList();
        FaultReport withGap = FaultSum.of(
                List.of(FaultReport.of(0, runs.subList(0, 150), 1), FaultReport.of(151, runs.subList(151, 300), 1)));

        assertThat(FaultSum.inARow(FaultSum.of(everything()))).isEqualTo(300);
        assertThat(FaultSum.inARow(withGap)).isEqualTo(150);
        assertThat(FaultSum.shows(withGap)).isFalse();
        assertThat(FaultSum.repeated(with(everything(), runs.get(7)))).containsExactly(7L);
        assertThat(FaultSum.shows(with(everything(), runs.get(7)))).isFalse();
    }

    @Test
    void isNoProofWhenAShardHadNoWriterForLongerThanTheGoal() {
        RunResult late = run(500, "forward/row-140", "kill-leader", null, 0, 1_201);

        assertThat(FaultSum.goals(FaultSum.of(everything()))).allMatch(FaultSum.Goal::isKept);
        assertThat(FaultSum.goals(with(everything(), late)))
                .filteredOn(goal -> goal.group().equals("kill-leader in PROMOTING"))
                .singleElement()
                .satisfies(goal -> assertThat(goal.isKept()).isFalse())
                .satisfies(goal -> assertThat(goal).asString().endsWith("within 1200 ms"));
        assertThat(FaultSum.shows(with(everything(), late))).isFalse();
    }

    /** The same runs, of which some kinds found writes held in other states. */
    private static FaultReport everythingBut(UnaryOperator<String> state, String... kinds) {
        return FaultSum.of(List.of(FaultReport.of(
                0,
                everything().stream()
                        .flatMap(report -> report.details().stream())
                        .map(run -> List.of(kinds).contains(run.kinds().get(0))
                                ? run(
                                        run.seed(),
                                        run.slot(),
                                        run.kinds().get(0),
                                        null,
                                        0,
                                        700,
                                        state.apply(requireNonNull(run.stateAtHit())),
                                        run.tail())
                                : run)
                        .toList(),
                1)));
    }

    private static List<String> unshown(FaultReport sum) {
        return FaultGoal.without(sum.withoutWriterMillis().keySet()).stream()
                .map(FaultGoal::toString)
                .toList();
    }

    @Test
    void isNoProofWhenNoRunShowsAGoal() {
        FaultReport neverPromoting = everythingBut(state -> "FENCED", "kill-leader", "freeze-leader");
        FaultReport neverFenced =
                everythingBut(state -> state.equals("FENCED") ? "ABORTING" : state, "kill-leader", "freeze-leader");
        FaultReport neverHeld = everythingBut(
                state -> "SERVING",
                "kill-controllers",
                "freeze-controllers",
                "kill-target-postgres",
                "freeze-source-postgres");

        assertThat(unshown(FaultSum.of(everything()))).isEmpty();
        assertThat(unshown(neverPromoting)).containsExactly("a controller dies in PROMOTING");
        assertThat(unshown(neverFenced)).containsExactly("a controller dies in the pause before PROMOTING");
        assertThat(unshown(neverHeld))
                .containsExactly(
                        "all controllers die in the pause",
                        "the target's PostgreSQL dies in the pause",
                        "the source's PostgreSQL stands still in the pause");
        assertThat(List.of(neverPromoting, neverFenced, neverHeld))
                .allSatisfy(sum -> assertThat(FaultSum.goals(sum)).allMatch(FaultSum.Goal::isKept))
                .allSatisfy(sum -> assertThat(FaultSum.missing(sum)).isEmpty())
                .noneMatch(FaultSum::shows);
    }

    @Test
    void endsWithOneAndNamesTheGoalThatNoRunShows(@TempDir Path directory) {
        Path report = directory.resolve("report.json");
        FaultText.write(everythingBut(state -> "FENCED", "kill-leader", "freeze-leader"), report);
        StringWriter said = new StringWriter();

        int exitCode =
                new CommandLine(new FaultSum()).setOut(new PrintWriter(said)).execute(report.toString());

        assertThat(exitCode).isEqualTo(1);
        assertThat(said.toString())
                .contains("no run shows: a controller dies in PROMOTING\n")
                .doesNotContain("no run shows: a controller dies in the pause");
    }

    @Test
    void tellsHowLongThereWasNoWriterForEveryKindOrThatNobodyKnows() {
        FaultReport sum = everythingBut(state -> "SERVING", "kill-zookeeper-leader", "cut-client-from-source-THERE");

        assertThat(FaultText.of(sum)).contains("no writer   kill-source-agent in FENCED: n=6 median 700 ms max 700 ms");
        assertThat(FaultSum.notInThePause(sum)).containsExactly("kill-zookeeper-leader", "cut-client-from-source");
        assertThat(FaultText.distribution(List.of())).isEqualTo("n=0");
    }

    @Test
    void aReportOutlivesItsFile() {
        FaultReport report = everything().get(0);

        assertThat(Json.read(Json.bytes(report), FaultReport.class)).isEqualTo(report);
    }
}
