/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.configuration.YamlConfigurationFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.drover.daemon.config.ControllerConfiguration;
import io.drover.topology.AccessTree;
import io.drover.topology.Credentials;
import io.drover.topology.ZooKeeperClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code zookeeper-access}: who may do what in ZooKeeper. Talks to ZooKeeper itself, as a controller. */
@Command(
        name = "zookeeper-access",
        mixinStandardHelpOptions = true,
        description = "Shows and mends who may do what in ZooKeeper.",
        subcommands = {
            ZooKeeperAccessCommand.Check.class,
            ZooKeeperAccessCommand.Tighten.class,
            ZooKeeperAccessCommand.Digest.class
        })
final class ZooKeeperAccessCommand {
    ZooKeeperAccessCommand() {}

    private static <T> T asController(Path file, Function<AccessTree, T> ask) {
        CommandLineLogging.quiet();
        ControllerConfiguration configuration = read(file);
        if (configuration.getZookeeper().getAccess() == null) {
            throw new IllegalArgumentException(file + " has no section access in its section zookeeper");
        }
        try (ZooKeeperClient client = configuration.getZookeeper().openAsController()) {
            return ask.apply(new AccessTree(client));
        }
    }

    private static ControllerConfiguration read(Path file) {
        ObjectMapper mapper = Jackson.newObjectMapper();
        try {
            return new YamlConfigurationFactory<>(
                            ControllerConfiguration.class, Validators.newValidator(), mapper, "dw")
                    .build(new FileConfigurationSourceProvider(), file.toString());
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void print(@Nullable CommandSpec spec, List<String> lines) {
        PrintWriter out = requireNonNull(spec, "spec is null").commandLine().getOut();
        lines.forEach(out::println);
        out.flush();
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Prints each znode whose access list is not what it should be, and changes nothing.")
    static final class Check implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(paramLabel = "FILE.yml", description = "a controller's configuration")
        private Path file = Path.of("");

        @Override
        public Integer call() {
            List<String> faults = asController(file, AccessTree::faults);
            print(spec, faults.isEmpty() ? List.of("every access list is as it should be") : faults);
            return faults.isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
        }
    }

    @Command(
            name = "tighten",
            mixinStandardHelpOptions = true,
            description = "Gives every znode the access list that it should have, and prints which were changed.")
    static final class Tighten implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(paramLabel = "FILE.yml", description = "a controller's configuration")
        private Path file = Path.of("");

        @Option(
                names = "--force",
                description =
                        "also lock out agents and clients that have no credentials yet; without it that is refused")
        private boolean force;

        @Override
        public Integer call() {
            List<String> done = asController(file, tree -> tree.tighten(force));
            print(spec, done.isEmpty() ? List.of("every access list was as it should be") : done);
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "digest",
            mixinStandardHelpOptions = true,
            description = "Prints what the list zookeeper.access.roles has of each user in a file of credentials.")
    static final class Digest implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "credentials: user:password on each line")
        private Path file = Path.of("");

        @Override
        public Integer call() {
            print(spec, Credentials.read(file).digests());
            return ExitCode.DONE;
        }
    }
}
