/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Figure;
import io.drover.bench.Spread;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/** The figures that goals are held against, where a run has them. Gaps are those of the worst client. */
final class GoalFigures {
    private final List<SeriesResult> results;
    private final int writers;

    /** The figures of a run with so many writers. */
    GoalFigures(List<SeriesResult> results, int writers) {
        this.results = List.copyOf(results);
        this.writers = writers;
    }

    /** The median of a series. */
    Figure median(String key, Conditions conditions) {
        return of(key, conditions, GoalFigures::median);
    }

    /** The 99th percentile of a series, of which fewer switches say nothing but their greatest. */
    Figure p99(String key, Conditions conditions) {
        return of(key, conditions, result -> {
            Spread spread = Spread.of(result.worstClientMillis());
            return spread.isEnoughForP99() || spread.size() == 0
                    ? Figure.of(spread.percentile(99), spread.size())
                    : Figure.none(
                            spread.size(),
                            format("%d of %d, max %.1f", spread.size(), Spread.ENOUGH_FOR_P99, spread.max()));
        });
    }

    /** The errors of a series; that there was none says nothing where nothing was measured. */
    Figure errors(String key, Conditions conditions) {
        return of(key, conditions, result -> {
            int switches = result.switches().size();
            return Figure.of(switches == 0 && result.errors() == 0 ? Double.NaN : result.errors(), switches);
        });
    }

    /** The median of a series over that of another under the same conditions. */
    Figure ratio(String of, String by, Conditions conditions) {
        return of(of, conditions, result -> of(by, conditions, reference -> ratio(result, reference)));
    }

    /** The longest median of a series with at least so many sessions. */
    Figure medianFrom(String key, int sessions) {
        return greatest(all(key).filter(result -> result.conditions().sessions() >= sessions)
                .map(result -> median(result).noted(result.conditions().sessions() + " sessions")));
    }

    /** The median of a series with more sessions over that with fewer, under the load that makes the greatest difference. */
    Figure sessions(String key, int more, int fewer) {
        return greatest(all(key).filter(result -> result.conditions().sessions() == more)
                .flatMap(result -> all(key).filter(
                                reference -> reference.conditions().sessions() == fewer
                                        && reference.conditions().load()
                                                == result.conditions().load())
                        .map(reference -> ratio(result, reference)
                                .noted("load " + result.conditions().load().key()))));
    }

    /** The median of the rollbacks over that of the moves, of the series in which it is greatest. */
    Figure rollbacks() {
        return greatest(results.stream()
                .filter(result -> result.series().isDrover())
                .flatMap(result -> {
                    Spread moves = result.worstClient(Switch.Kind.MOVE);
                    Spread rollbacks = result.worstClient(Switch.Kind.ROLLBACK);
                    int n = Math.min(moves.size(), rollbacks.size());
                    return n == 0
                            ? Stream.empty()
                            : Stream.of(Figure.of(rollbacks.median() / moves.median(), n)
                                    .noted(result.title()));
                }));
    }

    /** The percentage of the predictions that were good enough. Where all pauses are alike that is no feat. */
    Figure predictions(double loadsDifferBy) {
        Predictions predictions = Predictions.of(results);
        Predictions.Told all = predictions.all();
        if (all == null) {
            return notInThisRun();
        }
        double percentage = all.withinFactor() * 100;
        Double differ = predictions.loadsDifferBy();
        if (differ == null) {
            return Figure.none(all.moves(), format("%.1f %%, but of one load only", percentage));
        }
        return differ < loadsDifferBy
                ? Figure.none(all.moves(), format("%.1f %%, but the loads differ by %.1f only", percentage, differ))
                : Figure.of(percentage, all.moves());
    }

    private Figure of(String key, Conditions conditions, Function<SeriesResult, Figure> figure) {
        return all(key).filter(result -> result.conditions().equals(conditions))
                .findFirst()
                .map(result -> withAllWriters(result, figure))
                .orElseGet(GoalFigures::notInThisRun);
    }

    private Figure withAllWriters(SeriesResult result, Function<SeriesResult, Figure> figure) {
        return result.series().hasOwnLoad() || writers == SwitchoverGoals.WRITERS
                ? figure.apply(result)
                : Figure.none(0, "holds with " + SwitchoverGoals.WRITERS + " writers");
    }

    private Stream<SeriesResult> all(String key) {
        return results.stream().filter(result -> result.series().key().equals(key));
    }

    private static Figure median(SeriesResult result) {
        Spread spread = Spread.of(result.worstClientMillis());
        return Figure.of(spread.median(), spread.size());
    }

    private static Figure ratio(SeriesResult result, SeriesResult reference) {
        Spread of = Spread.of(result.worstClientMillis());
        Spread by = Spread.of(reference.worstClientMillis());
        return Figure.of(of.median() / by.median(), Math.min(of.size(), by.size()));
    }

    /** One that is not measured counts only where no other is: it comes first in this order. */
    private static Figure greatest(Stream<Figure> figures) {
        return figures.max(Comparator.comparing(Figure::value, Comparator.nullsFirst(Comparator.naturalOrder())))
                .orElseGet(GoalFigures::notInThisRun);
    }

    private static Figure notInThisRun() {
        return Figure.none(0, "not in this run");
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
