/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Many seeds, a few worlds at a time. */
public final class SimulationRun {
    private static final int ENOUGH = 10;

    private final long first;
    private final long seeds;
    private final long least;
    private final long deadline;
    private final Consumer<SimWorld> sabotage;
    private final AtomicLong next;
    private final AtomicBoolean enough = new AtomicBoolean();

    // Guarded by this.
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<Violation> violations = new ArrayList<>();
    private long done;
    private long steps;

    private SimulationRun(long first, long seeds, long least, Duration limit, Consumer<SimWorld> sabotage) {
        this.first = first;
        this.seeds = seeds;
        this.least = least;
        this.deadline = System.nanoTime() + limit.toNanos();
        this.sabotage = sabotage;
        this.next = new AtomicLong(first);
    }

    /** A seed under which something went wrong. */
    public record Violation(long seed, String what) {
        /** With the command that shows it again. */
        @Override
        public String toString() {
            return "seed " + seed + ": " + what + "\n    again: " + replay(seed);
        }
    }

    /**
     * What was seen.
     *
     * @param seeds how many were run
     * @param counts how often each way was wanted and each end reached, each fault happened, and in which row
     */
    public record Report(
            long first,
            long seeds,
            long wanted,
            double seconds,
            long steps,
            Map<String, Integer> counts,
            List<Violation> violations) {
        /** For a person. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "simulation: %d of %d seeds from %d on in %.1f s, %.0f per second, %d steps each; %s; %d violations",
                    seeds,
                    wanted,
                    first,
                    seconds,
                    seeds / Math.max(seconds, 1e-3),
                    steps / Math.max(1, seeds),
                    counts,
                    violations.size());
        }
    }

    /** The command that runs one seed again and prints what happens. */
    public static String replay(long seed) {
        return "mvn -q -Pfast test -pl testing -am -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dsimulation.first=" + seed + " -Dsimulation.seeds=1";
    }

    /**
     * Runs seeds until all are done, the limit is reached, or enough went wrong.
     *
     * @param least as many are run however long that takes
     * @param sabotage done to each world before anything happens in it
     */
    public static Report of(long first, long seeds, long least, Duration limit, Consumer<SimWorld> sabotage) {
        return new SimulationRun(first, seeds, least, limit, sabotage).run();
    }

    private Report run() {
        long begin = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(this::work, "simulation-" + i);
            thread.start();
            threads.add(thread);
        }
        threads.forEach(SimulationRun::join);
        synchronized (this) {
            return new Report(
                    first,
                    done,
                    seeds,
                    (System.nanoTime() - begin) / 1e9,
                    steps,
                    Map.copyOf(counts),
                    List.copyOf(violations));
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        while (!enough.get()) {
            long seed = next.getAndIncrement();
            if (seed >= first + seeds || seed >= first + least && System.nanoTime() - deadline >= 0) {
                return;
            }
            try {
                add(Simulation.run(seed, seeds == 1, sabotage));
            } catch (RuntimeException | Error e) {
                add(new Violation(seed, e.getClass().getSimpleName() + ": " + e.getMessage()));
            }
        }
    }

    private synchronized void add(Simulation.Result result) {
        done++;
        steps += result.run().steps();
        Simulation.Outcome outcome = result.outcome();
        counts.merge(outcome.way() + " -> " + outcome.state(), 1, Integer::sum);
        if (outcome.third() != Third.NONE) {
            counts.merge(outcome.third() + " -> " + outcome.state(), 1, Integer::sum);
        }
        outcome.persons().forEach(why -> counts.merge("a person at " + why, 1, Integer::sum));
        outcome.faults().forEach(fault -> counts.merge("fault " + fault, 1, Integer::sum));
        outcome.rows().forEach(row -> counts.merge(String.format(Locale.ROOT, "row %03d", row), 1, Integer::sum));
    }

    private synchronized void add(Violation violation) {
        done++;
        violations.add(violation);
        enough.compareAndSet(false, violations.size() >= ENOUGH);
    }
}
