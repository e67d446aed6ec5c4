/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/bench borrow}. */
@Command(
        name = "borrow",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures what a connection costs, through the client kit and through HikariCP alone.")
final class BorrowCommand implements Callable<Integer> {
    private static final int MOST_THREADS = 100;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Measurements of either, two at least (5).")
    private int rounds;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "8", description = "Callers, and sessions.")
    private int threads;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "5", description = "How long each is measured.")
    private int seconds;

    @Mixin
    private ResultFiles files = new ResultFiles();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws RunnerException {
        CommandSpec command = requireNonNull(spec, "not made by picocli");
        check(command);
        PrintWriter out = command.commandLine().getOut();
        BorrowReport report = BorrowReport.of(threads, seconds, measure(out));
        out.print(report.text());
        out.flush();
        files.write(report, "Taking a connection and giving it back", "nanoseconds", report.distributions());
        return report.verdict().equals("missed") ? 1 : 0;
    }

    private List<BorrowReport.Round> measure(PrintWriter out) throws RunnerException {
        List<BorrowReport.Round> measured = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            // who comes first changes, so that what grows or fades is in both
            boolean kitFirst = i % 2 == 1;
            double first = nanos(kitFirst ? BorrowBenchmark.KIT : BorrowBenchmark.HIKARI);
            double second = nanos(kitFirst ? BorrowBenchmark.HIKARI : BorrowBenchmark.KIT);
            BorrowReport.Round round =
                    kitFirst ? new BorrowReport.Round(second, first) : new BorrowReport.Round(first, second);
            measured.add(round);
            out.println(String.format(
                    Locale.ROOT,
                    "round %d: HikariCP %.0f ns, kit %.0f ns",
                    i + 1,
                    round.hikariNanos(),
                    round.kitNanos()));
            out.flush();
        }
        return measured;
    }

    private double nanos(String through) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(BorrowBenchmark.class.getName())
                        .param("through", through)
                        .threads(threads)
                        .forks(1)
                        .warmupIterations(seconds)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(seconds)
                        .measurementTime(TimeValue.seconds(1))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        // not those of this JVM, which is not to disturb a load
                        .jvmArgs("-Xmx256m", "-XX:-UsePerfData")
                        .build())
                .runSingle()
                .getPrimaryResult()
                .getScore();
    }

    private void check(CommandSpec command) {
        Limits limits = new Limits(command);
        // one has no error
        limits.atLeast("--rounds", rounds, 2);
        limits.between("--threads", threads, 1, MOST_THREADS);
        limits.atLeast("--seconds", seconds, 1);
        files.check(command);
    }
}
