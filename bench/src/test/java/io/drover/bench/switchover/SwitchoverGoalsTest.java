/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.bench.Goal;
import io.drover.bench.Goal.Verdict;
import io.drover.bench.LoadKind;
import io.drover.bench.Wanted;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SwitchoverGoalsTest {
    private static final String KIT = "sealed-kit, writers, 8 sessions: ";
    private static final String HAND = "hand-kit over sealed-kit, writers, 8 sessions";
    private static final String PATRONI = "patroni over sealed-multi-host, writers, 8 sessions";
    private static final String SESSIONS = "sealed-kit, 400 sessions over 8, under the same load";
    private static final String ROLLBACKS = "rollbacks over moves of the same series";
    private static final String PREDICTIONS = "predictions within a factor of 1.5, loads that differ by 3";

    @Test
    void theMedianOfTheWorstClientCounts() {
        assertMet(goal(KIT + "median", kit(10, 40, 300)), 40, 3);
        assertMissed(goal(KIT + "median", kit(10, 40.5, 300)), 40.5, 3);
        assertNotMeasured(goal(KIT + "median", kit()), 0, "there are no measurements");
        assertNotMeasured(goal(KIT + "median"), 0, "not in this run");
        assertMissed(goal("strict-kit, writers, 8 sessions: median", result("strict-kit", Results.EIGHT, 81)), 81, 1);
    }

    @Test
    void underOtherConditionsItIsNotMeasured() {
        assertNotMeasured(goal(KIT + "median", result("sealed-kit", writers(10), 30)), 0, "not in this run");
        assertNotMeasured(goal(KIT + "median", Profile.LOCAL, 4, List.of(kit(30))), 0, "holds with 8 writers");
        assertNotMeasured(goal(KIT + "median", Profile.CLOUD, 8, List.of(kit(30))), 0, "holds with --profile local");
    }

    @Test
    void a99thPercentileWantsHundredSwitches() {
        double[] enough = DoubleStream.concat(DoubleStream.generate(() -> 120).limit(99), DoubleStream.of(900))
                .toArray();
        assertMet(goal(KIT + "p99", kit(enough)), 120, 100);
        enough[0] = 900;
        assertMissed(goal(KIT + "p99", kit(enough)), 900, 100);
        assertNotMeasured(goal(KIT + "p99", kit(30, 55.5, 31)), 3, "3 of 100, max 55.5");
    }

    @Test
    void noErrorsCountOnlyWhereSomethingWasMeasured() {
        assertMet(goal(KIT + "errors", kit(30)), 0, 1);
        SeriesResult failing = kit(30, 31);
        failing.addErrors(2);
        assertMissed(goal(KIT + "errors", failing), 2, 2);
        assertNotMeasured(goal(KIT + "errors", kit()), 0, "there are no measurements");
    }

    @Test
    void othersAreHeldAgainstTheSameClientPath() {
        assertMet(goal(HAND, kit(30), result("hand-kit", Results.EIGHT, 150, 150)), 5, 1);
        assertMissed(goal(HAND, kit(30), result("hand-kit", Results.EIGHT, 120)), 4, 1);
        assertNotMeasured(goal(HAND, kit(), result("hand-kit", Results.EIGHT, 120)), 0, "there are no measurements");
        assertNotMeasured(goal(HAND, kit(30)), 0, "not in this run");
        SeriesResult hosts = result("sealed-multi-host", Results.EIGHT, 100);
        assertMet(goal(PATRONI, hosts, patroni(1000)), 10, 1);
        assertMissed(goal(PATRONI, hosts, patroni(999)), 9.99, 1);
        assertNotMeasured(goal(PATRONI, kit(30), patroni(1000)), 0, "not in this run");
    }

    @Test
    void pgbenchHasItsOwnClients() {
        SeriesResult pgbench = result("sealed-pgbench", writers(16), 90, 110);
        assertMet(goal("sealed-pgbench, 16 clients: median", Profile.LOCAL, 4, List.of(pgbench)), 100, 2);
        assertMet(goal("sealed-pgbench, 16 clients: errors", pgbench), 0, 2);
        assertMissed(goal("sealed-pgbench, 16 clients: median", result("sealed-pgbench", writers(16), 101)), 101, 1);
        assertNotMeasured(goal("sealed-pgbench, 16 clients: median", kit(30)), 0, "not in this run");
    }

    @Test
    void theCloudHasGoalsOfItsOwn() {
        String name = "cloud: sealed-pgbench, 500 sessions or more: median";
        SeriesResult few = result("sealed-pgbench", writers(16), 900);
        SeriesResult some = result("sealed-pgbench", writers(500), 190);
        SeriesResult many = result("sealed-pgbench", writers(800), 210);
        assertMet(goal(name, Profile.CLOUD, 8, List.of(few, some)), 190, 1);
        assertMissed(goal(name, Profile.CLOUD, 8, List.of(many, some)), 210, 1);
        assertNotMeasured(goal(name, Profile.CLOUD, 8, List.of(few)), 0, "not in this run");
        assertNotMeasured(goal(name, some), 0, "holds with --profile cloud");
        assertMet(goal("cloud: " + KIT + "median", Profile.CLOUD, 8, List.of(kit(120))), 120, 1);
        assertMissed(goal("cloud: " + KIT + "median", Profile.CLOUD, 8, List.of(kit(121))), 121, 1);
    }

    @Test
    void sessionsAreComparedUnderTheSameLoad() {
        SeriesResult many = result("sealed-kit", writers(400), 60);
        assertMet(goal(SESSIONS, kit(30, 30), many), 2, 1);
        assertMissed(goal(SESSIONS, kit(20), many), 3, 1);
        SeriesResult idle = result("sealed-kit", new Conditions(LoadKind.IDLE, 8), 10);
        assertNotMeasured(goal(SESSIONS, idle, many), 0, "not in this run");
        assertMissed(
                goal(SESSIONS, idle, result("sealed-kit", new Conditions(LoadKind.IDLE, 400), 40), kit(30), many),
                4,
                1);
    }

    @Test
    void theWorstSeriesTellsWhatRollbacksTake() {
        SeriesResult even = kit(40, 40);
        even.add(Results.rolledBack(50));
        SeriesResult uneven = result("strict-kit", Results.EIGHT, 40);
        uneven.add(Results.rolledBack(60));
        assertMet(goal(ROLLBACKS, even), 1.25, 1);
        Goal missed = goal(ROLLBACKS, even, uneven);
        assertMissed(missed, 1.5, 1);
        assertThat(missed.note()).isEqualTo("drover strict, kit; writers, 8 sessions");
        assertNotMeasured(goal(ROLLBACKS, kit(40, 40)), 0, "not in this run");
    }

    @Test
    void predictionsCountOnlyWhereThereWasSomethingToForetell() {
        SeriesResult quick = predicted(LoadKind.WRITERS, 30, 9);
        SeriesResult slow = predicted(LoadKind.LONG, 90, 9);
        quick.add(Results.predicted(10, 30));
        assertMet(goal(PREDICTIONS, quick, slow), 18 / 19.0 * 100, 19);
        slow.add(Results.predicted(10, 90));
        assertMet(goal(PREDICTIONS, quick, slow), 90, 20);
        slow.add(Results.predicted(10, 90));
        assertMissed(goal(PREDICTIONS, quick, slow), 18 / 21.0 * 100, 21);
        assertNotMeasured(goal(PREDICTIONS, slow), 11, "81.8 %, but of one load only");
        assertNotMeasured(
                goal(PREDICTIONS, quick, predicted(LoadKind.IDLE, 60, 10)),
                20,
                "95.0 %, but the loads differ by 2.0 only");
        assertNotMeasured(goal(PREDICTIONS), 0, "not in this run");
    }

    @Test
    void everyGoalIsJudgedOnce() {
        assertThat(SwitchoverGoals.judge(List.of(), options(Profile.LOCAL, 8)))
                .hasSameSizeAs(SwitchoverGoals.TABLE)
                .allMatch(goal -> goal.verdict() == Verdict.NOT_MEASURED);
        assertThat(SwitchoverGoals.TABLE)
                .extracting(SwitchoverGoals.Row::wanted)
                .extracting(Wanted::name)
                .doesNotHaveDuplicates();
    }

    private static void assertMet(Goal goal, double measured, int n) {
        assertThat(goal).isEqualTo(new Goal(goal.name(), goal.wanted(), measured, Verdict.MET, n, goal.note()));
    }

    private static void assertMissed(Goal goal, double measured, int n) {
        assertThat(goal).isEqualTo(new Goal(goal.name(), goal.wanted(), measured, Verdict.MISSED, n, goal.note()));
    }

    private static void assertNotMeasured(Goal goal, int n, String why) {
        assertThat(goal).isEqualTo(new Goal(goal.name(), goal.wanted(), null, Verdict.NOT_MEASURED, n, why));
    }

    private static Goal goal(String name, SeriesResult... results) {
        return goal(name, Profile.LOCAL, 8, List.of(results));
    }

    private static Goal goal(String name, Profile profile, int writers, List<SeriesResult> results) {
        return SwitchoverGoals.judge(results, options(profile, writers)).stream()
                .filter(goal -> goal.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static SwitchoverOptions options(Profile profile, int writers) {
        return new SwitchoverOptions(
                2, writers, 1000, List.of(), List.of(LoadKind.WRITERS), List.of(), null, 1, profile);
    }

    private static Conditions writers(int sessions) {
        return new Conditions(LoadKind.WRITERS, sessions);
    }

    private static SeriesResult kit(double... worst) {
        return result("sealed-kit", Results.EIGHT, worst);
    }

    private static SeriesResult result(String key, Conditions conditions, double... worst) {
        return Results.of(key, conditions, Results.moves(worst));
    }

    private static SeriesResult predicted(LoadKind load, double pause, int times) {
        SeriesResult result = Results.of("sealed-kit", new Conditions(load, 8));
        for (int i = 0; i < times; i++) {
            result.add(Results.predicted(pause, pause));
        }
        return result;
    }

    private static SeriesResult patroni(double worst) {
        Series series = new Series("patroni", "patroni", "multi-host", "switchover", 0, ground -> {
            throw new AssertionError("nobody measures it");
        });
        SeriesResult result = new SeriesResult(series, Results.EIGHT);
        result.add(Switch.withoutDrover(Results.observed(worst, worst, 2000)));
        return result;
    }
}
