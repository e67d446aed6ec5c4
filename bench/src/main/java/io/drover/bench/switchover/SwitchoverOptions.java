/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.LoadKind;
import java.util.ArrayList;
import java.util.List;

/**
 * What is compared, and its size.
 *
 * @param runs switches of each series under each of the conditions
 * @param writers clients that write as fast as they are acknowledged
 * @param rows rows of the shard, about 150 bytes each
 * @param loads one after the other in turns
 * @param sessions connections of the application, in turns; empty for as many as the load uses at once
 */
record SwitchoverOptions(
        int runs, int writers, long rows, List<Series> series, List<LoadKind> loads, List<Integer> sessions) {
    SwitchoverOptions {
        series = List.copyOf(series);
        loads = List.copyOf(loads);
        sessions = List.copyOf(sessions);
        for (LoadKind load : loads) {
            int least = load.connections(writers);
            for (int count : sessions) {
                if (count < least) {
                    throw new IllegalArgumentException(
                            "the load " + load.key() + " uses " + least + " sessions at once, more than " + count);
                }
            }
        }
        for (Series each : series) {
            if (each.ownLoad() && !loads.contains(LoadKind.WRITERS)) {
                throw new IllegalArgumentException("the series " + each.key()
                        + " has a load of its own, and is measured only where the load writers is");
            }
        }
    }

    /** The same with other products beside Drover. */
    SwitchoverOptions with(Others others) {
        return new SwitchoverOptions(runs, writers, rows, others.after(series), loads, sessions);
    }

    /** Everything that a series is measured under, in the order of the report. */
    List<Conditions> conditions() {
        List<Conditions> all = new ArrayList<>();
        for (LoadKind load : loads) {
            List<Integer> counts = sessions.isEmpty() ? List.of(load.connections(writers)) : sessions;
            counts.forEach(count -> all.add(new Conditions(load, count)));
        }
        return all;
    }

    /** One result for each series under each of the conditions that it can be measured under. */
    List<SeriesResult> results() {
        List<SeriesResult> all = new ArrayList<>();
        for (Conditions each : conditions()) {
            series.stream()
                    .filter(one -> !one.ownLoad() || each.load() == LoadKind.WRITERS)
                    .forEach(one -> all.add(new SeriesResult(one, each)));
        }
        return all;
    }
}
