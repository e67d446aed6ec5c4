/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import java.util.ArrayList;
import java.util.List;

/** What was measured of one series so far. A vacuous switch is counted, and stays out of every figure. */
public final class SeriesResult {
    private final Series series;
    private final List<Switch> switches = new ArrayList<>();
    private int vacuous;
    private long errors;

    SeriesResult(Series series) {
        this.series = series;
    }

    public void add(Switch measured) {
        if (measured.isVacuous()) {
            vacuous++;
        } else {
            switches.add(measured);
        }
    }

    /** Adds errors of the application's calls, those between two switches included. */
    public void addErrors(long count) {
        errors += count;
    }

    Series series() {
        return series;
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

    /** The pauses that Drover measured itself. */
    List<Double> writePausesMillis() {
        List<Double> pauses = new ArrayList<>();
        for (Switch each : switches) {
            if (each.writePauseMillis() != null) {
                pauses.add(each.writePauseMillis());
            }
        }
        return pauses;
    }
}
