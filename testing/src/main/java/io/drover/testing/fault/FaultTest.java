/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
        print(report);
        if (json != null) {
            try {
                Files.write(json, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + json, e);
            }
        }
        return report.isClean() ? 0 : 1;
    }

    private static void print(FaultReport report) {
        System.out.printf(
                "%n%d runs from seed %d in %.0f s: %d vacuous, %d lost, %d duplicated, %d two primaries, %d without end state,"
                        + " %d leftovers, %d with other problems; %,d writes acknowledged, %,d unknown%n",
                report.runs(),
                report.seed(),
                report.seconds(),
                report.vacuous(),
                report.lost(),
                report.duplicated(),
                report.twoPrimaries(),
                report.noEndState(),
                report.leftovers(),
                report.otherProblems(),
                report.acked(),
                report.unknown());
        System.out.println("by fault    " + report.byFault());
        System.out.println("by outcome  " + report.byOutcome());
        System.out.println("by part     " + report.bySlot());
        report.withoutWriterMillis()
                .forEach((kind, millis) -> System.out.println("no writer   " + kind + ": " + text(millis)));
    }

    private static String text(List<Long> sorted) {
        return String.format(
                Locale.ROOT,
                "n=%d median %d ms max %d ms",
                sorted.size(),
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() - 1));
    }
}
