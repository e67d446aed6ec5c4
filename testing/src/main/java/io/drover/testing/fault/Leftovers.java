/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.WorldSnapshot;
import io.drover.testing.fault.KeptDirectories.Serves;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What is there after a move that has no business to be there any more. */
final class Leftovers {
    private static final Set<String> TOOLS =
            Set.of("pg_basebackup", "pg_rewind", "pg_verifybackup", "pg_waldump", "pg_ctl", "initdb");
    private static final Pattern KEPT = Pattern.compile("data\\.set-aside-[^/]*");

    private static final Pattern SLOT_OF_STANDBY = Pattern.compile("drover_[0-9a-f]{8}_s\\d+");

    private final LocalCluster cluster;
    private final ServerConfiguration before;
    private final Optional<NodeId> standby;
    private final List<String> found = new ArrayList<>();

    private Leftovers(LocalCluster cluster, ServerConfiguration before, Optional<NodeId> standby) {
        this.cluster = cluster;
        this.before = before;
        this.standby = standby;
    }

    /**
     * Looks everywhere.
     *
     * @param before how the shard's primary was configured before the move
     * @param standby where the move has made a further standby, which has to stream from the primary
     */
    static List<String> of(
            FaultCluster faults, ShardTopology topology, ServerConfiguration before, Optional<NodeId> standby) {
        Leftovers leftovers = new Leftovers(faults.cluster(), before, standby);
        NodeId primary = topology.primary().node();
        leftovers.inTopology(topology);
        leftovers.inWorld(primary);
        leftovers.inServer(primary);
        return leftovers.found;
    }

    private void inTopology(ShardTopology topology) {
        note(topology.state() != TopologyState.SERVING, "the shard is " + topology.state());
        List<NodeId> readers = topology.replicas().stream().map(Replica::node).toList();
        note(!readers.equals(standby.stream().toList()), "replicas in the topology: " + topology.replicas());
        note(topology.move() != null, "the topology names move " + topology.move());
        note(topology.fence() != null, "the topology has a fence");
    }

    private void inWorld(NodeId primary) {
        Map<String, String> world = WorldSnapshot.of(cluster).facts();
        for (Map.Entry<String, String> fact : world.entrySet()) {
            String name = fact.getKey();
            String value = fact.getValue();
            if (name.startsWith("znode /locks/")) {
                found.add(name);
            } else if (name.startsWith("process ")) {
                String program = Path.of(value.split(" ")[0]).getFileName().toString();
                note(TOOLS.contains(program), "runs: " + value);
                note(program.equals("postgres") && !isOf(primary, value) && !isOfStandby(value), "runs: " + value);
            }
        }
        for (ClusterNode node : cluster.nodes()) {
            onNode(node, serves(node.id(), primary), world);
            found.addAll(KeptDirectories.wrong(world, node.dataRoot(), servesAs(node.id(), primary), before.stored()));
        }
    }

    private void onNode(ClusterNode node, boolean serves, Map<String, String> world) {
        world.forEach((name, value) -> {
            if (name.startsWith("directory " + node.dataRoot() + "/")) {
                String directory = Path.of(name.substring("directory ".length()))
                        .getFileName()
                        .toString();
                boolean data = directory.startsWith("data");
                boolean expected = directory.equals("data")
                        ? serves
                        : KEPT.matcher(directory).matches();
                note(data && !expected, name);
            } else if (name.startsWith("file " + node.dataRoot() + "/agent/")) {
                JsonNode record = Json.read(value.getBytes(StandardCharsets.UTF_8), JsonNode.class);
                note(!record.path("settings").isEmpty(), "settings of a move in " + name + ": " + value);
                note(record.hasNonNull("seal"), "a seal in " + name + ": " + value);
            }
        });
    }

    private void inServer(NodeId primary) {
        String slots = cluster.psql(primary).run(LocalCluster.DATABASE, "select slot_name from pg_replication_slots");
        boolean expected = standby.isPresent() ? SLOT_OF_STANDBY.matcher(slots).matches() : slots.isEmpty();
        note(!expected, "slots on " + primary + ": " + slots.replace('\n', ' '));
        String streams = cluster.psql(primary)
                .run(LocalCluster.DATABASE, "select application_name || ' ' || state from pg_stat_replication");
        String wanted = standby.map(node -> node + " streaming").orElse("");
        note(!streams.equals(wanted), "standbys of " + primary + ": '" + streams + "' and not '" + wanted + "'");
        before.differencesOf(ServerConfiguration.of(cluster, primary))
                .forEach(difference -> found.add("setting on " + primary + ": " + difference));
        standby.ifPresent(node -> before.differencesOfStandby(ServerConfiguration.of(cluster, node))
                .forEach(difference -> found.add("setting on " + node + ": " + difference)));
        cluster.nodes().stream()
                .filter(node -> !serves(node.id(), primary))
                .forEach(node -> note(
                        ProcessTable.belongingTo(node.dataRoot()).stream()
                                .anyMatch(pid -> ProcessTable.commandLine(pid).contains("-D ")),
                        "a server runs on " + node.id()));
    }

    private boolean serves(NodeId node, NodeId primary) {
        return node.equals(primary) || standby.filter(node::equals).isPresent();
    }

    private Serves servesAs(NodeId node, NodeId primary) {
        if (node.equals(primary)) {
            return Serves.PRIMARY;
        }
        return standby.filter(node::equals).isPresent() ? Serves.STANDBY : Serves.NOTHING;
    }

    private boolean isOfStandby(String commandLine) {
        return standby.filter(node -> isOf(node, commandLine)).isPresent();
    }

    private boolean isOf(NodeId node, String commandLine) {
        return commandLine.contains(cluster.node(node).dataRoot() + "/");
    }

    private void note(boolean wrong, String what) {
        if (wrong) {
            found.add(what);
        }
    }
}
