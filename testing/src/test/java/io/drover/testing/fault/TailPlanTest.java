/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TailPlanTest {
    private static final int RUNS = 300;

    @Test
    void oneRunInTenOrSoHasABurst() {
        for (long first : new long[] {0, 1_000, 268_435_455}) {
            assertThat(bursts(first, RUNS)).hasSizeBetween(RUNS / 15, RUNS / 6);
        }
    }

    @Test
    void aBurstComesOnlyWhereTheFaultLiesInTheCutoverAndEverywhereThereInTheEnd() {
        List<FaultPlan> bursts = bursts(0, 20 * RUNS);

        assertThat(bursts).allMatch(plan -> TailPlan.fits(plan.slot()));
        assertThat(bursts.stream().map(FaultPlan::slot).collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(
                        FaultSlot.ALL.stream().filter(TailPlan::fits).toList());
        assertThat(FaultSlot.ALL.stream().filter(TailPlan::fits).map(FaultSlot::toString))
                .contains("forward/row-95", "back/row-150", "abort/row-110", "forward/seal/wal")
                .doesNotContain("forward/row-90", "forward/row-160", "abort/row-95", "forward/verb-arm-guard");
    }

    @Test
    void everyKindOfFaultMeetsABurst() {
        Set<FaultKind> kinds = bursts(0, 4 * RUNS).stream()
                .flatMap(plan -> plan.faults().stream())
                .map(FaultPlan.Fault::kind)
                .collect(Collectors.toSet());

        assertThat(kinds).containsExactlyInAnyOrder(FaultKind.values());
    }

    @Test
    void faultsComeAtEveryPassageOfAPointThatASecondChancePassesAgain() {
        Map<String, Set<Integer>> passages = bursts(0, 60 * RUNS).stream()
                .collect(Collectors.groupingBy(
                        plan -> plan.slot().leg() + " " + plan.point(),
                        Collectors.mapping(FaultPlan::passage, Collectors.toSet())));

        assertThat(passages)
                .containsEntry("FORWARD row-100/record/after", Set.of(2, 3, 4, 5, 6))
                .containsEntry("BACK row-100/record/before", Set.of(2, 3, 4, 5, 6))
                .containsEntry("FORWARD seal/door/before", Set.of(1, 2))
                .containsEntry("FORWARD verb-prepare-seal/run/after", Set.of(2))
                // an end of the WAL that is missed has nothing behind it
                .containsEntry("FORWARD seal/wal/before", Set.of(1, 2))
                .containsEntry("FORWARD seal/wal/after", Set.of(1))
                .containsEntry("FORWARD row-110/run/after", Set.of(1))
                .containsEntry("FORWARD promote/promotion/before", Set.of(1))
                .containsEntry("ABORT unseal/door/before", Set.of(1))
                .doesNotContainKey("FORWARD row-100/run/before");
    }

    @Test
    void thePointStaysInThePartThatTheSeedStandsFor() {
        assertThat(bursts(0, 20 * RUNS))
                .allMatch(plan -> plan.slot().points().contains(plan.point()))
                .allMatch(plan -> plan.tail().orElseThrow().point().equals(plan.point()));
    }

    @Test
    void aQuarterOfTheSeedsHasABurstWhereItFits() {
        FaultSlot slot = slot("forward/row-120");
        Map<Optional<TailPlan>, Long> drawn = LongStream.range(0, RUNS)
                .mapToObj(seed -> TailPlan.of(seed, slot, "row-120/run/before"))
                .collect(Collectors.groupingBy(tail -> tail, Collectors.counting()));

        assertThat(drawn).containsOnlyKeys(Optional.empty(), Optional.of(new TailPlan("row-120/run/before", 1)));
        assertThat(drawn.get(Optional.of(new TailPlan("row-120/run/before", 1))))
                .isBetween(RUNS / 6L, RUNS / 3L);
    }

    @Test
    void runsWithLargeSegmentsComeLastAndEachSeedOnce() {
        List<FaultPlan> plans = FaultSeries.plans(40, RUNS);

        assertThat(plans)
                .hasSize(RUNS)
                .doesNotHaveDuplicates()
                .isSortedAccordingTo(
                        Comparator.comparing(FaultPlan::segmentMebibytes).thenComparing(FaultPlan::seed));
        assertThat(plans.get(0).segmentMebibytes()).isEqualTo(FaultPlan.SEGMENT_MEBIBYTES);
        assertThat(plans.get(RUNS - 1).segmentMebibytes()).isEqualTo(TailPlan.SEGMENT_MEBIBYTES);
    }

    private static FaultSlot slot(String name) {
        return FaultSlot.ALL.stream()
                .filter(slot -> slot.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<FaultPlan> bursts(long first, int runs) {
        return LongStream.range(first, first + runs)
                .mapToObj(FaultPlan::of)
                .filter(plan -> plan.tail().isPresent())
                .toList();
    }
}
