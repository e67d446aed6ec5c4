/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Every moment at which a process of a scenario is at a fault point, crossed with what may happen there. The moments come from running
 * the scenarios, so a new row or a new point is in it by itself.
 */
final class InterruptionMatrix {
    private static final int PROCESSORS = 2;

    private final FaultCatalogue catalogue;
    private final List<Interruption> cells;
    private final Set<FaultPoint> reached = ConcurrentHashMap.newKeySet();
    private final Set<FaultPoint> interrupted = new LinkedHashSet<>();
    private final Map<String, String> failures = new TreeMap<>();
    private final AtomicInteger done = new AtomicInteger();
    private double seconds;

    private InterruptionMatrix(FaultCatalogue catalogue, List<Interruption> cells) {
        this.catalogue = catalogue;
        this.cells = cells;
        cells.forEach(cell -> interrupted.add(cell.moment().point()));
    }

    /**
     * All of it. A moment that several scenarios share, such as those of the copy, is interrupted in the first of them, and in those to
     * which it is not the same.
     */
    static InterruptionMatrix of(FaultCatalogue catalogue) {
        List<Interruption> cells = new ArrayList<>();
        Set<FaultPoint> met = new LinkedHashSet<>();
        Set<Moment> known = new LinkedHashSet<>();
        for (Scenario scenario : Scenario.values()) {
            for (Moment moment : Interruption.moments(scenario)) {
                met.add(moment.point());
                if (known.add(moment) || scenario.isAnotherAt(moment)) {
                    for (Blow blow : Blow.values()) {
                        if (blow.concerns(scenario, moment)) {
                            cells.add(new Interruption(scenario, moment, blow));
                        }
                    }
                }
            }
        }
        InterruptionMatrix matrix = new InterruptionMatrix(catalogue, cells);
        matrix.reached.addAll(met);
        return matrix;
    }

    /** Runs all cells whose name contains a text. */
    InterruptionMatrix run(String part, long minutes) throws InterruptedException {
        long begin = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(PROCESSORS);
        cells.stream().filter(cell -> cell.toString().contains(part)).forEach(cell -> threads.execute(() -> run(cell)));
        threads.shutdown();
        if (!threads.awaitTermination(minutes, TimeUnit.MINUTES)) {
            threads.shutdownNow();
            failures.put("the matrix", "not done within " + minutes + " minutes");
        }
        seconds = (System.nanoTime() - begin) / 1e9;
        return this;
    }

    private void run(Interruption cell) {
        try {
            cell.run(catalogue, reached::add);
        } catch (RuntimeException | Error e) {
            synchronized (failures) {
                failures.put(cell.toString(), String.valueOf(e.getMessage()));
            }
        }
        done.incrementAndGet();
    }

    /** What ended otherwise than the page allows, by cell. */
    Map<String, String> failures() {
        return failures;
    }

    /** The points at which something happened. */
    Set<FaultPoint> interrupted() {
        return interrupted;
    }

    /** The lines of the page that nothing met. */
    Set<String> unmet() {
        return new TreeSet<>(catalogue.unmet(reached));
    }

    /** What happens in a cell. */
    List<String> trace(String name) {
        return cells.stream()
                .filter(cell -> cell.toString().equals(name))
                .findFirst()
                .map(cell -> cell.trace(catalogue))
                .orElse(List.of());
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "interruption matrix: %d cells, %d failed, %.0f s; %d points on %d lines",
                done.get(),
                failures.size(),
                seconds,
                reached.size(),
                catalogue.lines().size());
    }
}
