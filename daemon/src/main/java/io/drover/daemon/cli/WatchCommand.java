/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.drover.api.Json;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.topology.AccessRules;
import io.drover.topology.PemFiles;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import io.drover.topology.ZooKeeperSettings;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code watch}: prints what clients of a shard see, as it changes. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Prints the topology of one shard or of all as it changes, until interrupted.")
final class WatchCommand implements Callable<Integer> {
    private static final Duration SESSION = Duration.ofSeconds(6);

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "SHARD", description = "the shard; default: every shard")
    private @Nullable ShardId shard;

    @Option(
            names = "--zookeeper",
            required = true,
            paramLabel = "HOST:PORT/CHROOT",
            description = "servers and chroot, such as 127.0.0.1:2181/drover")
    private String zookeeper = "";

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = "file with user:password of a client, where access to ZooKeeper is controlled")
    private @Nullable Path credentials;

    @ArgGroup(exclusive = false, heading = "TLS, all three or none:%n")
    private @Nullable Tls tls;

    @Option(names = "--json", description = "print one JSON object a line")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        CommandLineLogging.quiet();
        PrintWriter out = out();
        Printer printer = new Printer(out, json);
        try (ZooKeeperClient client = ZooKeeperConnection.connect(settings());
                TopologyWatcher watcher = shard == null
                        ? TopologyWatcher.watchAll(client, printer)
                        : TopologyWatcher.watch(client, shard, printer)) {
            if (!json) {
                out.println("watching " + (shard == null ? "every shard" : "shard " + shard) + " in " + zookeeper);
                out.flush();
            }
            return untilInterrupted(watcher);
        }
    }

    private ZooKeeperSettings settings() {
        return new ZooKeeperSettings(
                zookeeper,
                SESSION,
                tls == null ? null : new PemFiles(tls.certificate, tls.key, tls.ca),
                credentials == null ? null : AccessRules.ofReader(credentials));
    }

    /** This program's side of TLS. */
    private static final class Tls {
        @Option(
                names = "--tls-certificate",
                required = true,
                paramLabel = "FILE",
                description = "certificate to show to ZooKeeper, PEM")
        private Path certificate = Path.of("");

        @Option(names = "--tls-key", required = true, paramLabel = "FILE", description = "its private key, PEM")
        private Path key = Path.of("");

        @Option(
                names = "--tls-ca",
                required = true,
                paramLabel = "FILE",
                description = "CA that ZooKeeper's certificate has to come from, PEM")
        private Path ca = Path.of("");
    }

    /** The process ends by a signal; the watcher stays open until then. */
    private static int untilInterrupted(AutoCloseable open) throws InterruptedException {
        requireNonNull(open, "open is null");
        new CountDownLatch(1).await();
        return ExitCode.DONE;
    }

    private PrintWriter out() {
        CommandSpec known = spec;
        if (known == null) {
            throw new IllegalStateException("BUG: the command was not started by picocli");
        }
        return known.commandLine().getOut();
    }

    /** Writes a line for each change. */
    record Printer(PrintWriter out, boolean json) implements TopologyWatcher.Listener {
        @Override
        public void changed(Versioned<ShardTopology> newest) {
            out.println(json ? compact(newest.value()) : newest.modified() + " " + line(newest.value()));
            out.flush();
        }

        @Override
        public void absent(ShardId shard) {
            if (!json) {
                out.println("shard " + shard + " has no topology");
                out.flush();
            }
        }

        @Override
        public void connection(TopologyWatcher.Connection change) {
            if (!json) {
                out.println("connection to ZooKeeper: " + change);
                out.flush();
            }
        }

        static String line(ShardTopology shard) {
            return shard.shard() + " epoch " + shard.epoch() + " " + shard.state() + ", primary "
                    + shard.primary().node() + " " + shard.primary().host() + ":"
                    + shard.primary().port() + ", replicas " + ShardCommands.replicas(shard) + ", move "
                    + Texts.orDash(shard.move());
        }

        private static String compact(ShardTopology shard) {
            try {
                return Json.mapper().writeValueAsString(shard);
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
