/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static java.util.Objects.requireNonNull;

import io.drover.api.ByteSize;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.LocalCluster;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/bench copy}. */
@Command(
        name = "copy",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures a base backup through Drover beside plain pg_basebackup, and what both do to the source's writers.")
final class CopyCommand implements Callable<Integer> {
    private static final long ROWS = 2_000_000;
    /** What pg_basebackup takes. */
    private static final long LEAST_RATE = 32L << 10;

    private static final long MOST_RATE = 1L << 30;

    @Mixin
    private ShardOptions shard = new ShardOptions();

    @Option(
            names = "--max-rate",
            paramLabel = "RATE",
            description = "Copy with this limit as well, such as 20MiB in a second.")
    private @Nullable String maxRate;

    @Mixin
    private ResultFiles files = new ResultFiles();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        CommandSpec command = requireNonNull(spec, "not made by picocli");
        CopyOptions options = check(command);
        PrintWriter out = command.commandLine().getOut();
        out.println("starting a cluster");
        out.flush();
        try (LocalCluster cluster = LocalCluster.start(ClusterOptions.bench())) {
            cluster.createShard();
            CopyReport report = new CopyRun(cluster, options, out).run();
            out.print(CopyText.of(report));
            out.flush();
            files.write(report, "Rate of base backups", "megabytes per second", report.distributions());
            return report.ok() ? 0 : 1;
        }
    }

    private CopyOptions check(CommandSpec command) {
        shard.check(command);
        files.check(command);
        return new CopyOptions(shard.runs(), shard.rows(ROWS), shard.writers(), rate(command));
    }

    private @Nullable ByteSize rate(CommandSpec command) {
        if (maxRate == null) {
            return null;
        }
        ByteSize rate;
        try {
            rate = ByteSize.parse(maxRate);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--max-rate: " + e.getMessage(), e);
        }
        if (rate.bytes() < LEAST_RATE || rate.bytes() > MOST_RATE) {
            throw new ParameterException(command.commandLine(), "--max-rate must be 32KiB to 1GiB");
        }
        return rate;
    }
}
