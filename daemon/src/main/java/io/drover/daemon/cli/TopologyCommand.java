/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyExport;
import io.drover.api.TopologyRebuild;
import io.drover.api.TopologyRebuild.LeftOut;
import io.drover.api.TopologyRebuild.Order;
import io.drover.api.agent.Reports.MemoryReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The topology as a whole. */
@Command(
        name = "topology",
        mixinStandardHelpOptions = true,
        description = "Keeps the topology outside of ZooKeeper, and makes it again when ZooKeeper has lost it.",
        subcommands = {TopologyCommand.Export.class, TopologyCommand.Rebuild.class})
final class TopologyCommand {

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Writes every topology to a file, or prints it.")
    static final class Export extends ClientCommand {
        @Parameters(arity = "0..1", paramLabel = "FILE", description = "the file; printed without one")
        private @Nullable Path file;

        @Override
        public Integer call() {
            JsonNode export = controller().get("/v1/topology");
            Path target = file;
            if (target == null) {
                printJson(export);
                return ExitCode.DONE;
            }
            try {
                Files.writeString(target, export.toPrettyString() + "\n", StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + target, e);
            }
            out().println(export.path("shards").size() + " shards written to " + target);
            return ExitCode.DONE;
        }
    }

    /** A node that cannot answer. */
    static final class Without {
        @Option(names = "--without", required = true, paramLabel = "NODE", description = "a node that cannot answer")
        private @Nullable NodeId node;

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "TEXT",
                description = "why it can never serve again with what it holds")
        private String reason = "";

        LeftOut leftOut() {
            NodeId named = node;
            if (named == null) {
                throw new IllegalStateException("BUG: picocli demands it");
            }
            return new LeftOut(named, reason);
        }
    }

    @Command(
            name = "rebuild",
            mixinStandardHelpOptions = true,
            description =
                    "Makes the topology again from what the agents remember, after ZooKeeper was emptied or restored from"
                            + " an old snapshot. Shows what it would write, and writes nothing without --write.")
    static final class Rebuild extends ClientCommand {
        @Option(names = "--export", paramLabel = "FILE", description = "an export of former times")
        private @Nullable Path export;

        @Option(
                names = "--agent",
                paramLabel = "URL",
                description = "an agent to ask that ZooKeeper does not know; may be repeated")
        private List<URI> agents = new ArrayList<>();

        @Option(
                names = "--agent-token-file",
                paramLabel = "FILE",
                description = "file with the token of the agents; default: --token-file")
        private @Nullable Path agentToken;

        @ArgGroup(exclusive = false, multiplicity = "0..*")
        private List<Without> without = new ArrayList<>();

        @Option(names = "--write", description = "write it")
        private boolean write;

        @Override
        public Integer call() {
            Order order = new Order(
                    readExport(),
                    agents.stream().map(this::ask).toList(),
                    without.stream().map(Without::leftOut).toList(),
                    write);
            JsonNode answer = controller().call("POST", "/v1/topology/rebuild", order, Map.of());
            TopologyRebuild.Plan plan = RestClient.as(answer, TopologyRebuild.Plan.class);
            if (json()) {
                printJson(answer);
            } else {
                show(plan);
            }
            return plan.problems().isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
        }

        /** What it says of the nodes that are left out. */
        @Override
        @Nullable
        String reason() {
            return without.isEmpty()
                    ? null
                    : without.stream()
                            .map(Without::leftOut)
                            .map(each -> each.node() + ": " + each.reason())
                            .collect(Collectors.joining("; "));
        }

        private @Nullable TopologyExport readExport() {
            Path file = export;
            if (file == null) {
                return null;
            }
            try {
                return Json.read(Files.readAllBytes(file), TopologyExport.class);
            } catch (IOException e) {
                throw new DroverException(
                        ErrorCode.MALFORMED_REQUEST,
                        file + " is no export that can be read: " + e.getMessage(),
                        "bin/drover topology export FILE writes one",
                        e);
            }
        }

        /** Asked by this program and not by the controller, which only ever speaks to registered addresses (S19). */
        private MemoryReport ask(URI agent) {
            Path file = agentToken;
            RestClient client = file == null ? clientOf(agent) : clientOf(agent, file);
            return RestClient.as(client.get("/v1/node/memory"), MemoryReport.class);
        }

        private void show(TopologyRebuild.Plan plan) {
            Table table = new Table("SHARD", "NOW", "NEXT", "WHY");
            plan.shards()
                    .forEach(shard -> table.row(shard.shard(), text(shard.now()), text(shard.next()), shard.why()));
            out().println(table);
            out().println("asked: " + plan.asked());
            if (plan.leaderEpoch() != null) {
                out().println("leader epoch: " + plan.leaderEpoch());
            }
            plan.endedMoves().forEach(move -> out().println("ends move " + move + ", which is from the past"));
            plan.warnings().forEach(warning -> out().println("note: " + warning));
            plan.problems().forEach(problem -> out().println("problem: " + problem));
            if (plan.written()) {
                out().println("written; the controllers elect a leader anew");
            } else if (plan.problems().isEmpty()) {
                out().println(
                                plan.leaderEpoch() == null
                                        ? "nothing to rebuild"
                                        : "nothing was written; the same command with --write writes it");
            }
        }

        private static @Nullable String text(@Nullable ShardTopology topology) {
            return topology == null
                    ? null
                    : topology.state() + " " + topology.epoch() + " on "
                            + topology.primary().node();
        }
    }
}
