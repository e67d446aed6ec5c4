/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What was measured of one series under some conditions so far. A vacuous switch is counted, and stays out of every figure. */
public final class SeriesResult {
    private final Series series;
    private final Conditions conditions;
    private final List<Switch> switches = new ArrayList<>();
    private int vacuous;
    private long errors;

    public SeriesResult(Series series, Conditions conditions) {
        this.series = series;
        this.conditions = conditions;
    }

    /** Adds a switch. */
    public void add(Switch measured) {
        if (conditions.load().isVacuous(measured.observed())) {
            vacuous++;
        } else {
            switches.add(measured);
        }
    }

    /** Adds errors of the application's calls, those between two switches included. */
    public void addErrors(long count) {
        errors += count;
    }

    /** As a person reads it. */
    String title() {
        return series.title() + "; " + conditions.title();
    }

    Series series() {
        return series;
    }

    Conditions conditions() {
        return conditions;
    }

    List<Switch> switches() {
        return List.copyOf(switches);
    }

    int vacuous() {
        return vacuous;
    }

    long errors() {
        return errors;
    }

    /** Longest gaps between two acknowledged writes of all clients together. */
    List<Double> gapsMillis() {
        return switches.stream().map(each -> each.pauses().overallMillis()).toList();
    }

    /** Longest gaps of any one client. */
    List<Double> worstClientMillis() {
        return switches.stream().map(each -> each.pauses().worstWriterMillis()).toList();
    }

    /** The same of one kind of switches. */
    Spread worstClient(Switch.Kind kind) {
        return Spread.of(switches.stream()
                .filter(each -> each.kind() == kind)
                .map(each -> each.pauses().worstWriterMillis())
                .toList());
    }

    /** Times from the fence until the clients wrote as fast as before, or nearly; null for a switch after which they did not. */
    List<@Nullable Double> backTo90Millis() {
        return of(each -> each.observed().backTo90Millis());
    }

    /** One figure of each switch. */
    List<@Nullable Double> of(Function<Switch, @Nullable Double> figure) {
        List<@Nullable Double> all = new ArrayList<>();
        switches.forEach(each -> all.add(figure.apply(each)));
        return all;
    }
}
