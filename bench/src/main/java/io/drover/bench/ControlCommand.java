/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/bench control}. */
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures a controller with many shards, clients and moves, on a real ZooKeeper and on PostgreSQL servers that"
                        + " do not exist.")
final class ControlCommand implements Callable<Integer> {
    private static final Path LOGS = Path.of("target/bench-control");

    @Option(names = "--shards", paramLabel = "N", defaultValue = "10000", description = "Shards (10000).")
    private int shards;

    @Option(names = "--clients", paramLabel = "N", defaultValue = "1000", description = "Clients (1000).")
    private int clients;

    @Option(names = "--shards-per-client", paramLabel = "N", defaultValue = "20", description = "Shards of each (20).")
    private int shardsPerClient;

    @Option(names = "--moves", paramLabel = "N", defaultValue = "100", description = "Moves at the same time (100).")
    private int moves;

    @Option(
            names = "--copy-seconds",
            paramLabel = "S",
            defaultValue = "120",
            description = "How long the longest of the fake base backups takes (120).")
    private int copySeconds;

    @Option(names = "--changes", paramLabel = "N", defaultValue = "2000", description = "Changes measured (2000).")
    private int changes;

    @Option(
            names = "--idle-seconds",
            paramLabel = "S",
            defaultValue = "90",
            description = "How long each idle size is measured (90).")
    private int idleSeconds;

    @Option(names = "--client-jvms", paramLabel = "N", defaultValue = "4", description = "Processes of clients (4).")
    private int clientJvms;

    @Option(names = "--ensemble", description = "Three ZooKeeper servers instead of one.")
    private boolean ensemble;

    @Mixin
    private ResultFiles files = new ResultFiles();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = requireNonNull(spec, "not made by picocli");
        check(command);
        ControlOptions options = new ControlOptions(
                shards, clients, shardsPerClient, moves, copySeconds, changes, idleSeconds, clientJvms, ensemble);
        PrintWriter out = command.commandLine().getOut();
        out.println("starting ZooKeeper, a controller and the agents; logs in " + LOGS);
        out.flush();
        try (ControlPlane plane = ControlPlane.start(options, LOGS)) {
            ControlReport report = new ControlRun(plane, options, out).run();
            out.print(ControlText.of(report));
            out.flush();
            files.write(report, "From a change to its watchers", "milliseconds", report.distributions());
            return report.ok() ? 0 : 1;
        }
    }

    private void check(CommandSpec command) {
        Limits limits = new Limits(command);
        limits.atLeast("--moves", moves, 1);
        limits.atLeast("--shards", shards, moves + 1);
        limits.atLeast("--clients", clients, 1);
        limits.atLeast("--shards-per-client", shardsPerClient, 1);
        limits.atLeast("--copy-seconds", copySeconds, 1);
        limits.atLeast("--changes", changes, 1);
        limits.atLeast("--idle-seconds", idleSeconds, 1);
        limits.atLeast("--client-jvms", clientJvms, 1);
        files.check(command);
    }
}
