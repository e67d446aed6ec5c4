/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static java.util.Objects.requireNonNull;

import io.drover.api.ByteSize;
import io.drover.bench.Limits;
import io.drover.bench.LoadKind;
import io.drover.bench.ResultFiles;
import io.drover.bench.ShardOptions;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.InstanceSettings;
import io.drover.testing.cluster.LocalCluster;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/bench switchover}. */
@Command(
        name = "switchover",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures the pause that clients see when a primary is switched under load, in several ways in turns.")
public final class SwitchoverCommand implements Callable<Integer> {
    private static final long ROWS = 200_000;
    private static final int MOST_INSTANCES = 20;
    private static final int MOST_SESSIONS = 2000;

    private final OtherProducts others;

    @Mixin
    private ShardOptions shard = new ShardOptions();

    @Option(
            names = "--series",
            paramLabel = "NAME",
            split = ",",
            description = "Which series, several separated by commas; docs/bench.md names all.")
    private List<String> series = SeriesTable.USUAL;

    @Option(
            names = "--load",
            paramLabel = "LOAD",
            split = ",",
            defaultValue = "writers",
            description = "idle, writers, long or wal; several, separated by commas, take turns.")
    private List<LoadKind> loads = List.of();

    @Option(
            names = "--sessions",
            paramLabel = "N",
            split = ",",
            description = "Connections of the application, those of the writers included; several numbers take turns.")
    private List<Integer> sessions = List.of();

    @Option(
            names = "--shared-buffers",
            paramLabel = "SIZE",
            description = "shared_buffers of the instances, such as 2GiB; PostgreSQL's default when it is missing.")
    private @Nullable String sharedBuffers;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "1",
            description = "Instances on the node that the shard begins on; all but its own are idle and stay there.")
    private int instances;

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            defaultValue = "local",
            description = "local, or cloud: a slower network and disks, TLS, and a ZooKeeper ensemble.")
    private Profile profile = Profile.LOCAL;

    @Option(names = "--peers", description = "Measure Patroni, pg_auto_failover and repmgr in the same run.")
    private boolean peers;

    @Mixin
    private ResultFiles files = new ResultFiles();

    @Spec
    private @Nullable CommandSpec spec;

    /** The command, with the products that {@code --peers} measures. */
    public SwitchoverCommand(OtherProducts others) {
        this.others = others;
    }

    @Override
    public Integer call() throws SQLException {
        CommandSpec command = requireNonNull(spec, "not made by picocli");
        SwitchoverOptions options = options(command);
        PrintWriter out = command.commandLine().getOut();
        out.println("starting a cluster");
        try (LocalCluster cluster = LocalCluster.start(ClusterOptions.bench(profile.shape(options.rows())))) {
            cluster.createShard();
            if (!peers) {
                return run(cluster, options, Others.notAsked(others), out);
            }
            // theirs are read from it
            if (!options.settings().isEmpty()) {
                InstanceSettings.apply(cluster, LocalCluster.NODE_A, options.settings());
            }
            try (OtherProducts.Running started =
                    others.starter().start(cluster, LocalCluster.NODE_A, options.rows(), options.writers(), out)) {
                return run(cluster, options, Others.of(started), out);
            }
        }
    }

    private int run(LocalCluster cluster, SwitchoverOptions options, Others others, PrintWriter out)
            throws SQLException {
        SwitchoverReport report = new SwitchoverRun(cluster, options.with(others), others, out).run();
        out.print(SwitchoverText.of(report));
        out.flush();
        files.write(report, "Longest time between two acknowledged writes", "milliseconds", report.distributions());
        return report.ok() ? 0 : 1;
    }

    private SwitchoverOptions options(CommandSpec command) {
        check(command);
        try {
            return new SwitchoverOptions(
                    shard.runs(),
                    shard.writers(),
                    shard.rows(ROWS),
                    SeriesTable.named(series),
                    loads.stream().distinct().toList(),
                    sessions.stream().distinct().toList(),
                    sharedBuffers == null ? null : ByteSize.parse(sharedBuffers),
                    instances,
                    profile);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private void check(CommandSpec command) {
        shard.check(command);
        files.check(command);
        Limits limits = new Limits(command);
        sessions.forEach(count -> limits.between("--sessions", count, 1, MOST_SESSIONS));
        limits.between("--instances", instances, 1, MOST_INSTANCES);
        if (peers && profile != Profile.LOCAL) {
            throw limits.refused("--peers are measured on the machine as it is, with --profile local only");
        }
    }
}
