/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.configuration.YamlConfigurationFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.drover.api.Durations;
import io.drover.api.Json;
import io.drover.api.PreflightReport;
import io.drover.daemon.pgbouncer.PgBouncerAdapter;
import io.drover.daemon.pgbouncer.PgBouncerConfiguration;
import io.drover.daemon.pgbouncer.PoolerPreflight;
import io.drover.daemon.pgbouncer.StartGate;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pgbouncer}: steers PgBouncer by the topology, until ended. */
@Command(
        name = "pgbouncer",
        mixinStandardHelpOptions = true,
        description = "Steers PgBouncer: pauses it under a fence, leads it to the new primary. Runs until ended.")
final class PgBouncerCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE.yml", description = "its configuration, see docs/pgbouncer.md")
    private Path file = Path.of("");

    @Option(names = "--check", description = "only say what would be in the way of a move, and change nothing")
    private boolean check;

    @Option(names = "--json", description = "with --check: print one JSON object")
    private boolean json;

    @Option(
            names = "--gate",
            arity = "0..1",
            paramLabel = "LIMIT",
            fallbackValue = "60s",
            description =
                    "only wait, so long at most (default 60s), until PgBouncer may start: for ExecStartPre of its unit")
    private @Nullable String gate;

    @Option(
            names = "--retire",
            description = "forget the adapter's group: no move misses it any more; for poolers that will not come back")
    private boolean retire;

    @Override
    public Integer call() throws InterruptedException {
        // until the configuration has said what is logged
        CommandLineLogging.quiet();
        if (check) {
            return tell(PoolerPreflight.run(configuration()));
        }
        if (retire) {
            PgBouncerAdapter.retire(configuration()).forEach(out()::println);
            return ExitCode.DONE;
        }
        PgBouncerConfiguration configuration = configuration();
        configuration.getLogging().configure(new MetricRegistry(), "pgbouncer");
        if (gate != null) {
            StartGate.pass(configuration, Durations.parse(gate));
            return ExitCode.DONE;
        }
        PgBouncerAdapter adapter = PgBouncerAdapter.start(configuration);
        Runtime.getRuntime().addShutdownHook(new Thread(adapter::close, "drover-pgbouncer-close"));
        new CountDownLatch(1).await();
        return ExitCode.DONE;
    }

    private PgBouncerConfiguration configuration() {
        try {
            return new YamlConfigurationFactory<>(
                            PgBouncerConfiguration.class, Validators.newValidator(), Jackson.newObjectMapper(), "dw")
                    .build(new FileConfigurationSourceProvider(), file.toString());
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private PrintWriter out() {
        return requireNonNull(spec, "spec is null").commandLine().getOut();
    }

    private int tell(PreflightReport report) {
        PrintWriter out = out();
        try {
            out.println(json ? Json.mapper().writeValueAsString(report) : Texts.checks(report));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
        out.flush();
        return report.ok() ? ExitCode.DONE : ExitCode.REFUSED;
    }
}
