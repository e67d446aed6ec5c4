/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
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
import org.jspecify.annotations.Nullable;

/**
 * Every moment at which a process of a scenario is at a fault point, crossed with what may happen there. The moments come from running
 * the scenarios, so a new row or a new point is in it by itself. What only something that has happened leads to is met in a second
 * round: there somebody is killed at it.
 */
final class InterruptionMatrix {
    private static final int PROCESSORS = 2;

    private final FaultCatalogue catalogue;
    private final List<Interruption> cells;
    private final Set<FaultPoint> interrupted = new LinkedHashSet<>();
    /** What came only of a cell, at points at which nothing happens in the first round. */
    private final Map<Interruption, Set<Moment>> consequences = new ConcurrentHashMap<>();

    private final Map<String, String> failures = new TreeMap<>();
    private final AtomicInteger done = new AtomicInteger();
    private double seconds;

    private InterruptionMatrix(FaultCatalogue catalogue, List<Interruption> cells) {
        this.catalogue = catalogue;
        this.cells = cells;
        cells.forEach(cell -> interrupted.add(cell.moment().point()));
    }

    /**
     * A moment as far as it is one of its own.
     *
     * @param scenario null when the moment is the same in all scenarios, such as those of the copy
     */
    private record Known(@Nullable Scenario scenario, Moment moment) {
        static Known of(Scenario scenario, Moment moment) {
            return new Known(scenario.goesItsOwnWay(moment) ? scenario : null, moment);
        }
    }

    /** All of it. A moment that several scenarios share is interrupted in the first of them. */
    static InterruptionMatrix of(FaultCatalogue catalogue) {
        List<Interruption> cells = new ArrayList<>();
        Set<Known> known = new HashSet<>();
        Set<FaultPoint> met = new HashSet<>();
        for (Scenario scenario : Scenario.values()) {
            Set<FaultPoint> before = Set.copyOf(met);
            for (Moment moment : Interruption.moments(scenario)) {
                met.add(moment.point());
                boolean wanted = !scenario.isForItsOwnPoints() || !before.contains(moment.point());
                if (wanted && known.add(Known.of(scenario, moment))) {
                    for (Blow blow : Blow.values()) {
                        if (blow.concerns(scenario, moment)) {
                            cells.add(new Interruption(scenario, moment, blow));
                        }
                    }
                }
            }
        }
        return new InterruptionMatrix(catalogue, cells);
    }

    /**
     * Runs all cells whose name contains a text.
     *
     * @param turn 1 or 2 for a half of the moments each, 0 for all; who is killed where somebody else's death leads is in both
     */
    InterruptionMatrix run(String part, int turn, long minutes) throws InterruptedException {
        long begin = System.nanoTime();
        List<Interruption> first = cells.stream()
                .filter(cell -> isMeant(cell, part) || part.startsWith(cell + ", "))
                .filter(cell -> turn == 0
                        || turn == 1 + Math.floorMod(cell.moment().toString().hashCode(), 2))
                .toList();
        runAll(first, minutes);
        List<Interruption> second = second(first);
        cells.addAll(second);
        runAll(second.stream().filter(cell -> isMeant(cell, part)).toList(), minutes);
        seconds = (System.nanoTime() - begin) / 1e9;
        return this;
    }

    private static boolean isMeant(Interruption cell, String part) {
        return cell.toString().contains(part);
    }

    private void runAll(List<Interruption> all, long minutes) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(PROCESSORS);
        all.forEach(cell -> threads.execute(() -> run(cell)));
        threads.shutdown();
        if (!threads.awaitTermination(minutes, TimeUnit.MINUTES)) {
            threads.shutdownNow();
            failures.put("the matrix", "not done within " + minutes + " minutes");
        }
    }

    private void run(Interruption cell) {
        Set<Moment> came = new LinkedHashSet<>();
        try {
            cell.run(catalogue, now -> {
                if (!interrupted.contains(now.point())) {
                    came.add(now);
                }
            });
        } catch (RuntimeException | Error e) {
            synchronized (failures) {
                failures.put(cell.toString(), String.valueOf(e.getMessage()));
            }
        }
        consequences.put(cell, came);
        done.incrementAndGet();
    }

    /** For each point at which nothing happens in the first round, the first cell that leads there, and a death there. */
    private List<Interruption> second(List<Interruption> first) {
        List<Interruption> second = new ArrayList<>();
        for (Interruption cell : first) {
            for (Moment moment : consequences.getOrDefault(cell, Set.of())) {
                if (interrupted.add(moment.point())) {
                    second.add(cell.andKilledAt(moment));
                }
            }
        }
        return second;
    }

    /** What ended otherwise than the page allows, by cell. */
    Map<String, String> failures() {
        return failures;
    }

    /** The points at which something happened. */
    Set<FaultPoint> interrupted() {
        return interrupted;
    }

    /** The points that some cell has come to, and at which nothing happened in any. */
    Set<FaultPoint> onlyReached() {
        Set<FaultPoint> found = new TreeSet<>(Comparator.comparing(FaultPoint::toString));
        consequences.values().forEach(moments -> moments.forEach(moment -> found.add(moment.point())));
        found.removeAll(interrupted);
        return found;
    }

    /** The lines of the page at which nothing happened. */
    Set<String> unmet() {
        return new TreeSet<>(catalogue.unmet(interrupted));
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
                interrupted.size(),
                catalogue.lines().size());
    }
}
