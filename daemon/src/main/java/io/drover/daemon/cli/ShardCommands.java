/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.DatabaseName;
import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.api.NodePath;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands about shards and nodes. */
final class ShardCommands {
    private ShardCommands() {}

    @Command(name = "shards", mixinStandardHelpOptions = true, description = "Lists shards and who serves them.")
    static final class ListShards extends ClientCommand {
        @Override
        public Integer call() {
            JsonNode answer = controller().get("/v1/shards");
            if (json()) {
                printJson(answer);
                return ExitCode.DONE;
            }
            Table table = new Table("SHARD", "STATE", "EPOCH", "PRIMARY", "ADDRESS", "DATABASE", "REPLICAS", "MOVE");
            for (JsonNode node : answer.path("shards")) {
                ShardTopology shard = RestClient.as(node, ShardTopology.class);
                table.row(
                        shard.shard(),
                        shard.state(),
                        shard.epoch(),
                        shard.primary().node(),
                        shard.primary().host() + ":" + shard.primary().port(),
                        shard.database(),
                        replicas(shard),
                        shard.move());
            }
            out().println(table);
            return ExitCode.DONE;
        }
    }

    static String replicas(ShardTopology shard) {
        return shard.replicas().isEmpty()
                ? "-"
                : shard.replicas().stream()
                        .map(replica -> replica.node() + " (" + replica.role() + ")")
                        .collect(Collectors.joining(", "));
    }

    @Command(name = "nodes", mixinStandardHelpOptions = true, description = "Lists nodes and the instances on them.")
    static final class ListNodes extends ClientCommand {
        @Override
        public Integer call() {
            JsonNode answer = controller().get("/v1/nodes");
            if (json()) {
                printJson(answer);
                return ExitCode.DONE;
            }
            Table table = new Table("NODE", "HOST", "AGENT", "ALIVE", "DISK FREE", "DISK TOTAL", "INSTANCES");
            for (JsonNode entry : answer.path("nodes")) {
                NodeInfo node = RestClient.as(entry, NodeInfo.class);
                NodeInfo.Disk disk = node.disk();
                table.row(
                        node.id(),
                        node.host(),
                        node.agent(),
                        node.alive() ? "yes" : "no",
                        disk == null ? null : Texts.bytes(disk.free()),
                        disk == null ? null : Texts.bytes(disk.total()),
                        instances(node));
            }
            out().println(table);
            return ExitCode.DONE;
        }

        private static String instances(NodeInfo node) {
            return node.instances().isEmpty()
                    ? "-"
                    : node.instances().stream()
                            .map(instance -> instance.shards() + " " + instance.role() + " port " + instance.port()
                                    + (instance.running() ? "" : " (stopped)"))
                            .collect(Collectors.joining("; "));
        }
    }

    /** What adopting and making an instance have in common. */
    abstract static class PutShard extends ChangingCommand {
        @Parameters(paramLabel = "SHARD", description = "the shard's id from now on")
        private @Nullable ShardId shard;

        @Option(names = "--node", required = true, paramLabel = "NODE", description = "the node")
        private @Nullable NodeId node;

        @Option(
                names = "--port",
                required = true,
                paramLabel = "PORT",
                description = "its port, the same on every node")
        private int port;

        @Option(names = "--database", required = true, paramLabel = "DATABASE", description = "the shard's database")
        private @Nullable DatabaseName database;

        final int put(Map<String, Object> more) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("node", Texts.orDash(node));
            body.put("port", port);
            body.put("database", Texts.orDash(database));
            body.putAll(more);
            JsonNode answer = controller().call("PUT", "/v1/shards/" + shard, body, Map.of());
            if (json()) {
                printJson(answer);
            } else {
                ShardTopology topology = RestClient.as(answer, ShardTopology.class);
                out().println("shard " + topology.shard() + ": " + topology.state() + " on "
                        + topology.primary().node() + " at "
                        + topology.primary().host() + ":"
                        + topology.primary().port() + ", epoch " + topology.epoch());
            }
            return ExitCode.DONE;
        }
    }

    @Command(name = "adopt", mixinStandardHelpOptions = true, description = "Takes over a running instance.")
    static final class Adopt extends PutShard {
        @Option(
                names = "--data-dir",
                required = true,
                paramLabel = "DIR",
                description = "its data directory on the node")
        private @Nullable NodePath dataDir;

        @Override
        public Integer call() {
            return put(Map.of("dataDir", Texts.orDash(dataDir)));
        }
    }

    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Makes a new instance with an empty database; its agent chooses the directory.")
    static final class Init extends PutShard {
        @Override
        public Integer call() {
            return put(Map.of("initialize", true));
        }
    }

    @Command(
            name = "purge",
            mixinStandardHelpOptions = true,
            description = "Deletes the copies of a shard's instance that moves have set aside on a node.")
    static final class Purge extends ChangingCommand {
        @Parameters(paramLabel = "SHARD", description = "the shard")
        private @Nullable ShardId shard;

        @Option(names = "--node", required = true, paramLabel = "NODE", description = "the node")
        private @Nullable NodeId node;

        @Override
        public Integer call() {
            JsonNode answer = controller()
                    .call("POST", "/v1/shards/" + shard + "/purge", Map.of("node", Texts.orDash(node)), Map.of());
            if (json()) {
                printJson(answer);
                return ExitCode.DONE;
            }
            JsonNode directories = answer.path("directories");
            if (directories.isEmpty()) {
                out().println("nothing is set aside for " + shard + " on " + node);
            }
            directories.forEach(directory -> out().println("deleted " + directory.asText()));
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "forget",
            mixinStandardHelpOptions = true,
            description =
                    "Takes a node that is gone for good out of the list of nodes. Touches nothing on its machine.")
    static final class Forget extends ChangingCommand {
        @Parameters(paramLabel = "NODE", description = "the node; its agent is stopped, and no shard has a copy on it")
        private @Nullable NodeId node;

        @Override
        public Integer call() {
            JsonNode answer = controller().call("DELETE", "/v1/nodes/" + node, null, Map.of());
            if (json()) {
                printJson(answer);
            } else {
                out().println("node " + node + " is forgotten");
            }
            return ExitCode.DONE;
        }
    }
}
