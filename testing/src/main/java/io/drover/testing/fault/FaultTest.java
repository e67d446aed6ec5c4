/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/fault-test}. */
@Command(
        name = "bin/fault-test",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Moves a shard under load while processes are killed, frozen, cut off or starved, and checks each move.",
        footer =
                "Exit code 0 only when nothing was lost or doubled, no two primaries took writes, every move ended, and nothing"
                        + " was left behind. A run that fails keeps its logs under target/fault-test.")
public final class FaultTest implements Callable<Integer> {
    static final Path DIRECTORY = Path.of("target/fault-test");

    @Option(names = "--runs", paramLabel = "N", required = true, description = "How many runs.")
    private int runs;

    @Option(
            names = "--seed",
            paramLabel = "S",
            required = true,
            description = "Seed of the first; each further has the next.")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Where to write the report.")
    private @Nullable Path json;

    @Option(
            names = "--clusters",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many clusters share the runs; they wait more than they work.")
    private int clusters;

    @Option(names = "--plan", description = "Only print what the seeds stand for.")
    private boolean planOnly;

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs and ends the process. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FaultTest()).execute(arguments));
    }

    @Override
    public Integer call() {
        if (runs < 1 || clusters < 1 || clusters > 8) {
            throw new ParameterException(
                    java.util.Objects.requireNonNull(spec, "not made by picocli")
                            .commandLine(),
                    "--runs must be at least 1, and --clusters 1 to 8");
        }
        if (planOnly) {
            for (int i = 0; i < runs; i++) {
                System.out.println(FaultPlan.of(seed + i));
            }
            return 0;
        }
        FaultReport report = new FaultSeries(seed, runs, clusters).run();
        System.out.print(FaultText.of(report));
        if (json != null) {
            FaultText.write(report, json);
        }
        if (report.runs() < runs) {
            System.out.println((runs - report.runs()) + " runs were not made: their cluster did not start");
        }
        return report.isClean() && report.runs() == runs ? 0 : 1;
    }
}
