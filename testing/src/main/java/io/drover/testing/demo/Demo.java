/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import io.drover.api.Json;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/demo}. */
@Command(
        name = "bin/demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Starts a local cluster, moves a shard under load to another node, back, and there again.")
public final class Demo implements Callable<Integer> {
    private static final Duration REFRESH = Duration.ofSeconds(1);

    @Option(names = "--rows", paramLabel = "N", defaultValue = "1000000", description = "Rows, 150 bytes each.")
    private long rows;

    @Option(names = "--writers", paramLabel = "N", defaultValue = "8", description = "Writing threads.")
    private int writers;

    @Option(names = "--readers", paramLabel = "N", defaultValue = "4", description = "Reading threads.")
    private int readers;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "Seconds of load before, between and after the cutovers.")
    private int seconds;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of the choice of rows.")
    private long seed;

    @Option(names = "--hold", description = "Start the cluster only, and keep it until interrupted.")
    private boolean hold;

    private final Console console = new Console(System.out);

    /** Runs the demo and ends the process: 0 when nothing was lost, doubled or refused. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Demo()).execute(arguments));
    }

    @Override
    public Integer call() throws SQLException {
        DemoOptions options = new DemoOptions(rows, writers, readers, seconds, seed);
        console.say("starting ZooKeeper, 2 controllers and 3 agents");
        try (LocalCluster cluster = LocalCluster.start(ClusterOptions.demo())) {
            console.say("making %s on %s, data in %s", LocalCluster.SHARD, LocalCluster.NODE_A, cluster.directory());
            cluster.createShard();
            DemoRun run = new DemoRun(cluster, console, options);
            run.fill();
            return hold ? holdUntilInterrupted(cluster) : report(cluster, run);
        }
    }

    private int report(LocalCluster cluster, DemoRun run) throws SQLException {
        DemoReport report = run.run();
        report.moves().forEach(console::waterfall);
        console.table(report);
        Path file = cluster.controlDirectory().resolve("report.json");
        try {
            Files.write(file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        return report.ok() ? 0 : 1;
    }

    private int holdUntilInterrupted(LocalCluster cluster) {
        EndpointsFile endpoints = new EndpointsFile(cluster);
        endpoints.refresh();
        new Reach(cluster, endpoints.path()).print(console);
        String problem = "";
        while (true) {
            Waiting.pause(REFRESH);
            try {
                endpoints.refresh();
                problem = "";
            } catch (IllegalStateException | UncheckedIOException e) {
                // somebody has killed what would answer; that is what the cluster is held for
                String now = String.valueOf(e.getMessage());
                if (!now.equals(problem)) {
                    console.plain("endpoints.json is not refreshed: %s", now);
                    problem = now;
                }
            }
        }
    }
}
