/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs with consecutive seeds, on one cluster or on several side by side. */
final class FaultSeries {
    private static final Logger LOG = LoggerFactory.getLogger(FaultSeries.class);
    /** A fresh cluster now and then: what only a first move does is tested, too. */
    private static final int RUNS_OF_CLUSTER = 20;

    private final long seed;
    private final List<FaultPlan> plans;
    private final int clusters;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger started = new AtomicInteger();
    private final Map<Long, RunResult> results = new ConcurrentSkipListMap<>();

    FaultSeries(long seed, int runs, int clusters) {
        this.seed = seed;
        this.plans = plans(seed, runs);
        this.clusters = clusters;
    }

    /** By seed; those that need a shard of another make come last, so that they share a cluster. */
    static List<FaultPlan> plans(long seed, int runs) {
        return LongStream.range(seed, seed + runs)
                .mapToObj(FaultPlan::of)
                .sorted(Comparator.comparing(FaultPlan::segmentMebibytes))
                .toList();
    }

    FaultReport run() {
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(clusters, plans.size()); i++) {
            Thread thread = new Thread(this::work, "runs-" + i);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        return FaultReport.of(
                seed,
                results.values(),
                Duration.ofNanos(System.nanoTime() - start).toMillis() / 1e3);
    }

    private void work() {
        int taken = next.getAndIncrement();
        while (taken < plans.size()) {
            Path logs = FaultTest.DIRECTORY.resolve("cluster-" + started.incrementAndGet());
            int segments = plans.get(taken).segmentMebibytes();
            try (FaultCluster faults = FaultCluster.start(logs, segments)) {
                RunDriver driver = new RunDriver(faults);
                boolean clean = true;
                for (int i = 0; clean && i < RUNS_OF_CLUSTER && isFor(segments, taken); i++) {
                    clean = one(driver, plans.get(taken), logs);
                    taken = next.getAndIncrement();
                }
            }
        }
    }

    private boolean isFor(int segmentMebibytes, int taken) {
        return taken < plans.size() && plans.get(taken).segmentMebibytes() == segmentMebibytes;
    }

    /** Whether the cluster can be used further. */
    private boolean one(RunDriver driver, FaultPlan plan, Path logs) {
        Path directory = FaultTest.DIRECTORY.resolve("seed-" + plan.seed());
        RunLog log = begin(directory);
        RunResult result = result(driver, plan, log);
        results.put(plan.seed(), result);
        System.out.println(line(result));
        if (result.isClean()) {
            remove(directory);
            boolean standbyStays = plan.withStandby() && !result.outcome().equals("ABORTED");
            return !standbyStays && !result.outcome().equals("NEEDS_OPERATOR");
        }
        keep(logs, directory);
        System.out.println(
                "    logs are kept in " + directory + "; again: bin/fault-test --runs 1 --seed " + plan.seed());
        return false;
    }

    private static RunResult result(RunDriver driver, FaultPlan plan, RunLog log) {
        try {
            return driver.run(plan, log);
        } catch (RuntimeException e) {
            LOG.error("seed {}", plan.seed(), e);
            log.say("the run broke off: " + e);
            return RunResult.brokenOff(plan, e);
        }
    }

    private static String line(RunResult result) {
        return String.format(
                Locale.ROOT,
                "%s seed %d %s %s: %s%s%s in %.1f s, no writer for %d ms%s%s",
                result.isClean() ? "ok    " : "FAILED",
                result.seed(),
                result.point(),
                result.faults(),
                result.outcome(),
                result.tail() == null ? "" : ", tail " + result.tail(),
                result.vacuous() == null ? "" : " (vacuous: " + result.vacuous() + ")",
                result.seconds(),
                result.withoutWriterMillis(),
                result.lost() + result.duplicated() == 0
                        ? ""
                        : ", lost " + result.lost() + ", duplicated " + result.duplicated(),
                result.isClean() ? "" : ", " + result.problems() + " left: " + result.leftovers());
    }

    private static RunLog begin(Path directory) {
        remove(directory);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory, e);
        }
        return new RunLog(directory.resolve("run.log"));
    }

    private static void keep(Path logs, Path directory) {
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                Files.copy(file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            LOG.warn("cannot keep {}", logs, e);
        }
    }

    private static void remove(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            LOG.warn("cannot remove {}", directory, e);
        }
    }
}
