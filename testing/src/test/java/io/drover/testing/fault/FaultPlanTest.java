/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveRequest.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    private static final int RUNS = 300;
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|");
    private static final Pattern POINT = Pattern.compile("^\\| `([^`]+/[^`]+)`", Pattern.MULTILINE);

    @Test
    void threeHundredConsecutiveSeedsGoThroughEveryKindAndEveryPartOfAMove() {
        for (long first : new long[] {0, 1_000, 268_435_455}) {
            List<FaultPlan> plans = plans(first);
            assertThat(plans.stream().flatMap(plan -> plan.faults().stream().map(FaultPlan.Fault::kind)))
                    .contains(FaultKind.values());
            assertThat(plans.stream().map(FaultPlan::slot)).containsAll(FaultSlot.ALL);
        }
    }

    @Test
    void everyKindComesAtEveryPartThatItFitsInTheEnd() {
        Set<List<Object>> planned = LongStream.range(0, (long) FaultKind.values().length * FaultSlot.ALL.size())
                .mapToObj(FaultPlan::of)
                .map(plan -> List.<Object>of(plan.faults().get(0).kind(), plan.slot()))
                .collect(Collectors.toSet());

        for (FaultKind kind : FaultKind.values()) {
            for (FaultSlot slot : FaultSlot.ALL) {
                assertThat(planned.contains(List.<Object>of(kind, slot)))
                        .as("%s at %s", kind, slot)
                        .isEqualTo(kind.fits(slot));
            }
        }
    }

    @Test
    void aboutOneRunInSevenHasTwoFaultsOnDifferentVictims() {
        List<FaultPlan> two =
                plans(0).stream().filter(plan -> plan.faults().size() == 2).toList();
        assertThat(two).hasSizeBetween(RUNS / 8, RUNS / 6);
        assertThat(two)
                .allMatch(plan -> plan.faults().get(0).kind().party()
                        != plan.faults().get(1).kind().party());
    }

    @Test
    void mostMovesAreSealedOnesAndTheOtherModesComeToo() {
        Map<Mode, Long> modes =
                plans(0).stream().collect(Collectors.groupingBy(FaultPlan::mode, Collectors.counting()));

        assertThat(modes).containsOnlyKeys(Mode.SEALED, Mode.STRICT, Mode.CLEAN_STOP);
        assertThat(modes.get(Mode.SEALED)).isGreaterThan(RUNS / 2);
        assertThat(modes.values()).allMatch(count -> count > RUNS / 8);
    }

    @Test
    void aSeedMakesTheSamePlanAgain() {
        assertThat(FaultPlan.of(77)).isEqualTo(FaultPlan.of(77));
    }

    @Test
    void nothingIsDoneToAServerThatDoesNotRunThen() {
        assertThat(plans(0))
                .allMatch(plan ->
                        plan.faults().stream().allMatch(fault -> fault.kind().fits(plan.slot())));
        assertThat(FaultKind.KILL_TARGET_POSTGRES.fits(slot("forward/row-30"))).isFalse();
        assertThat(FaultKind.KILL_TARGET_POSTGRES.fits(slot("back/row-75"))).isTrue();
        assertThat(FaultKind.KILL_SOURCE_POSTGRES.fits(slot("forward/row-150"))).isFalse();
    }

    @Test
    void thereIsAPartForEveryRowOfTheMoveTable() throws IOException {
        List<Integer> rows = ROW.matcher(Files.readString(Path.of("../docs/move-table.md")))
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .toList();

        assertThat(FaultSlot.ROWS).isEqualTo(rows);
    }

    /** A point that the code no longer has is never reached, and every run with it proves nothing. */
    @Test
    void everyPointIsOneThatTheDocumentationLists() throws IOException {
        List<Pattern> listed = POINT.matcher(Files.readString(Path.of("../docs/fault-points.md")))
                .results()
                .map(found -> Pattern.compile(found.group(1).replace("*", "[a-z0-9-]+")))
                .toList();
        assertThat(listed).isNotEmpty();
        assertThat(FaultSlot.ALL.stream().flatMap(slot -> slot.points().stream()))
                .allMatch(point -> {
                    String effect = point.substring(0, point.lastIndexOf('/'));
                    return listed.stream()
                            .anyMatch(pattern -> pattern.matcher(effect).matches());
                });
    }

    private static FaultSlot slot(String name) {
        return FaultSlot.ALL.stream()
                .filter(slot -> slot.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<FaultPlan> plans(long first) {
        return LongStream.range(first, first + RUNS).mapToObj(FaultPlan::of).collect(Collectors.toList());
    }
}
