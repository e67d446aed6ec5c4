/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static io.drover.bench.Wanted.atLeast;
import static io.drover.bench.Wanted.atMost;

import io.drover.bench.Figure;
import io.drover.bench.Goal;
import io.drover.bench.LoadKind;
import io.drover.bench.Wanted;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What Drover's pauses are wanted to be. A run judges what it has measured; no run measures all of it. */
final class SwitchoverGoals {
    /** The writers that every goal about milliseconds is meant for. */
    static final int WRITERS = 8;

    private static final Conditions EIGHT = new Conditions(LoadKind.WRITERS, 8);
    private static final Conditions PGBENCH = new Conditions(LoadKind.WRITERS, PgbenchLoad.CLIENTS);
    private static final String MS = "ms";
    private static final String TIMES = "times";

    /**
     * One goal.
     *
     * @param profile where it holds, or null when that does not matter
     * @param figure finds what it is held against
     */
    record Row(Wanted wanted, @Nullable Profile profile, Function<GoalFigures, Figure> figure) {}

    /** All of them, in the order of the report. Gaps are those of the worst client. */
    static final List<Row> TABLE = List.of(
            new Row(
                    atMost("sealed-kit, writers, 8 sessions: median", 40, MS),
                    Profile.LOCAL,
                    run -> run.median("sealed-kit", EIGHT)),
            new Row(
                    atMost("sealed-kit, writers, 8 sessions: p99", 120, MS),
                    Profile.LOCAL,
                    run -> run.p99("sealed-kit", EIGHT)),
            new Row(
                    atMost("sealed-kit, writers, 8 sessions: errors", 0, ""),
                    Profile.LOCAL,
                    run -> run.errors("sealed-kit", EIGHT)),
            new Row(
                    atLeast("hand-kit over sealed-kit, writers, 8 sessions", 5, TIMES),
                    null,
                    run -> run.ratio("hand-kit", "sealed-kit", EIGHT)),
            new Row(
                    atLeast("patroni over sealed-multi-host, writers, 8 sessions", 10, TIMES),
                    null,
                    run -> run.ratio("patroni", "sealed-multi-host", EIGHT)),
            new Row(
                    atMost("strict-kit, writers, 8 sessions: median", 80, MS),
                    Profile.LOCAL,
                    run -> run.median("strict-kit", EIGHT)),
            new Row(
                    atMost("sealed-pgbench, 16 clients: median", 100, MS),
                    Profile.LOCAL,
                    run -> run.median("sealed-pgbench", PGBENCH)),
            new Row(
                    atMost("sealed-pgbench, 16 clients: errors", 0, ""),
                    Profile.LOCAL,
                    run -> run.errors("sealed-pgbench", PGBENCH)),
            new Row(
                    atMost("cloud: sealed-pgbench, 500 sessions or more: median", 200, MS),
                    Profile.CLOUD,
                    run -> run.medianFrom("sealed-pgbench", 500)),
            new Row(
                    atMost("sealed-kit, 400 sessions over 8, under the same load", 2, TIMES),
                    null,
                    run -> run.sessions("sealed-kit", 400, 8)),
            new Row(
                    atMost("cloud: sealed-kit, writers, 8 sessions: median", 120, MS),
                    Profile.CLOUD,
                    run -> run.median("sealed-kit", EIGHT)),
            new Row(atMost("rollbacks over moves of the same series", 1.25, TIMES), null, GoalFigures::rollbacks),
            new Row(
                    atLeast("predictions within a factor of 1.5, loads that differ by 3", 90, "%"),
                    null,
                    run -> run.predictions(3)));

    private SwitchoverGoals() {}

    /** What becomes of each. */
    static List<Goal> judge(List<SeriesResult> results, SwitchoverOptions options) {
        GoalFigures figures = new GoalFigures(results, options.writers());
        return TABLE.stream()
                .map(row -> row.wanted().judge(figure(row, figures, options.profile())))
                .toList();
    }

    private static Figure figure(Row row, GoalFigures figures, Profile profile) {
        Profile wanted = row.profile();
        return wanted == null || wanted == profile
                ? row.figure().apply(figures)
                : Figure.none(0, "holds with --profile " + wanted.key());
    }
}
