/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/fault-test --controls}. */
@Command(
        name = "bin/fault-test --controls",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Sabotages daemons in known ways and shows that the checker notices, and that it has nothing to say"
                        + " of the same runs without sabotage.")
public final class ControlsMain implements Callable<Integer> {
    @Option(names = "--only", paramLabel = "ID", split = ",", description = "Only these controls.")
    private List<String> only = List.of();

    @Option(names = "--except", paramLabel = "ID", split = ",", description = "All controls but these.")
    private List<String> except = List.of();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of the load.")
    private long seed;

    @Option(
            names = "--clusters",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many clusters share the controls; they wait more than they work (${DEFAULT-VALUE}).")
    private int clusters;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result there, too.")
    private @Nullable Path json;

    private final AtomicInteger runs = new AtomicInteger();

    /** Runs the controls and ends the process: 0 when each was caught and each run without sabotage passed. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ControlsMain()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Control> chosen = Controls.ALL.stream()
                .filter(control -> only.isEmpty() || only.contains(control.id()))
                .filter(control -> !except.contains(control.id()))
                .toList();
        List<ControlLine> lines = run(chosen);
        System.out.print(ControlLine.table(chosen, lines));
        write(lines);
        long caught = lines.stream().filter(ControlLine::caught).count();
        long clean = lines.stream().filter(ControlLine::clean).count();
        System.out.printf(
                "%d controls, %d caught, %d without anything found when there was no sabotage%n",
                chosen.size(), caught, clean);
        return !chosen.isEmpty() && caught == chosen.size() && clean == chosen.size() ? 0 : 1;
    }

    /** Controls that share a script share the run without sabotage, and so a cluster. */
    private List<ControlLine> run(List<Control> chosen) throws InterruptedException {
        Map<Control.Script, List<Control>> groups = new LinkedHashMap<>();
        chosen.forEach(control -> groups.computeIfAbsent(control.script(), key -> new ArrayList<>())
                .add(control));
        Queue<List<Control>> left = new ConcurrentLinkedQueue<>(groups.values());
        List<ControlLine> lines = Collections.synchronizedList(new ArrayList<>());
        List<Thread> lanes = new ArrayList<>();
        for (int i = 1; i <= Math.min(clusters, groups.size()); i++) {
            String name = "controls-" + i;
            Thread lane = new Thread(() -> drain(name, left, lines), name);
            lanes.add(lane);
            lane.start();
        }
        for (Thread lane : lanes) {
            lane.join();
        }
        return lines;
    }

    private void drain(String name, Queue<List<Control>> left, List<ControlLine> lines) {
        try (ControlCluster cluster = new ControlCluster(name)) {
            for (List<Control> group = left.poll(); group != null; group = left.poll()) {
                ControlBench bench = new ControlBench(cluster, runs, seed);
                for (Control control : group) {
                    ControlLine line = bench.run(control);
                    System.out.println(line.text());
                    lines.add(line);
                }
            }
        }
    }

    private void write(List<ControlLine> lines) {
        if (json != null) {
            try {
                Files.write(
                        json,
                        Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(Map.of("controls", lines)));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + json, e);
            }
        }
    }
}
