/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.ByteSize;
import io.drover.bench.LoadKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is compared, and its size.
 *
 * @param runs switches of each series under each of the conditions
 * @param writers clients that write as fast as they are acknowledged
 * @param rows rows of the shard, about 150 bytes each
 * @param loads one after the other in turns
 * @param sessions connections of the application, in turns; empty for as many as the load uses at once
 * @param sharedBuffers of the instances, or null for PostgreSQL's default
 * @param instances on the node that the shard begins on; all but the shard's own are idle and stay there
 * @param profile the machines and the network
 */
record SwitchoverOptions(
        int runs,
        int writers,
        long rows,
        List<Series> series,
        List<LoadKind> loads,
        List<Integer> sessions,
        @Nullable ByteSize sharedBuffers,
        int instances,
        Profile profile) {
    /** What PostgreSQL's default of 100 connections leaves to an application while standbys, agents and a second pool are there. */
    private static final int MOST_BY_DEFAULT = 60;

    private static final int CONNECTIONS_OF_OTHERS = 100;

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
            if (each.hasOwnLoad() && !loads.contains(LoadKind.WRITERS)) {
                throw new IllegalArgumentException("the series " + each.key()
                        + " has a load of its own, and is measured only where the load writers is");
            }
        }
    }

    /** The same with other products beside Drover. */
    SwitchoverOptions with(Others others) {
        return new SwitchoverOptions(
                runs, writers, rows, others.after(series), loads, sessions, sharedBuffers, instances, profile);
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

    /** The settings of the instances that differ from PostgreSQL's defaults. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        int most = results().stream()
                .mapToInt(result -> result.conditions().sessions())
                .max()
                .orElse(0);
        if (most > MOST_BY_DEFAULT) {
            settings.put("max_connections", Integer.toString(most + CONNECTIONS_OF_OTHERS));
        }
        if (sharedBuffers != null) {
            settings.put("shared_buffers", sharedBuffers.bytes() / 1024 + "kB");
        }
        return settings;
    }

    /** One result for each series under each of the conditions that it can be measured under. */
    List<SeriesResult> results() {
        List<SeriesResult> all = new ArrayList<>();
        for (Conditions each : conditions()) {
            for (Series one : series) {
                if (!one.hasOwnLoad()) {
                    all.add(new SeriesResult(one, each));
                } else if (each.load() == LoadKind.WRITERS) {
                    all.add(new SeriesResult(
                            one, new Conditions(each.load(), Math.max(each.sessions(), one.ownClients()))));
                }
            }
        }
        return all;
    }
}
