/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a move must leave when it has come to rest. */
final class EndCheck {
    private static final String BAKING = "BAKING";
    private static final List<String> ENDS = List.of("COMPLETED", "ABORTED", "ROLLED_BACK", BAKING);

    private final SimWorld world;
    private final List<String> wrong = new ArrayList<>();

    EndCheck(SimWorld world) {
        this.world = world;
    }

    List<String> of(MoveId move) {
        String state = world.state(move);
        ShardTopology topology = world.topology();
        require(ENDS.contains(state), "the move is in " + state);
        require(topology.state() == TopologyState.SERVING, "the shard is " + topology.state());
        world.checkInvariants();
        String serving = topology.primary().node().value();
        String home = world.nodes().get(0);
        boolean away = state.equals("COMPLETED") || state.equals(BAKING);
        require(away != serving.equals(home), "a move in " + state + " serves on " + serving);
        boolean primary = world.postgres().running().stream()
                .anyMatch(server -> server.host().equals(serving) && !server.inRecovery() && server.takesWrites());
        require(primary, "nothing takes writes on " + serving);
        locks(state, topology);
        List<String> known = new ArrayList<>(world.third().traces(serving));
        if (state.equals(BAKING)) {
            known.add(wayBack(move, serving));
            known.add("setting wal_recycle = 'off' in " + world.dataDir() + " on " + home);
            boolean streams = world.postgres().running().stream()
                    .anyMatch(server -> server.host().equals(home) && server.inRecovery());
            require(streams, "no way back while the move is baking");
        }
        world.postgres().traces().stream()
                .filter(trace -> !known.contains(trace))
                .forEach(wrong::add);
        world.nodes().forEach(node -> journals(state, node));
        wrong.addAll(world.third().wrong(state, serving));
        return List.copyOf(wrong);
    }

    private String wayBack(MoveId move, String node) {
        return "slot " + move.rollbackSlotName() + " in " + world.dataDir() + " on " + node;
    }

    private void locks(String state, ShardTopology topology) {
        List<String> locks = world.zooKeeper().paths().stream()
                .filter(path -> path.startsWith("/locks/"))
                .toList();
        if (state.equals(BAKING)) {
            require(locks.size() == 1 && locks.get(0).startsWith("/locks/instance-"), "locks of the bake: " + locks);
        } else {
            require(locks.isEmpty(), "locks " + locks);
            require(topology.move() == null, "the topology names move " + topology.move());
        }
        Set<String> replicas = topology.replicas().stream()
                .map(replica -> replica.node() + " " + replica.role())
                .collect(Collectors.toSet());
        require(replicas.equals(replicas(state)), "the topology has replicas " + topology.replicas());
    }

    private Set<String> replicas(String state) {
        Set<String> replicas = new HashSet<>();
        if (world.third().kind().stays(state)) {
            replicas.add(Third.NODE + " " + ReplicaRole.READ);
        }
        if (state.equals(BAKING)) {
            replicas.add(world.nodes().get(0) + " " + ReplicaRole.ROLLBACK);
        }
        return replicas;
    }

    /** What an agent still believes that it has to take back. */
    private void journals(String state, String node) {
        try {
            for (String name : world.agent(node).files().names()) {
                JsonNode record =
                        Json.mapper().readTree(world.agent(node).files().read(name));
                require(isTakenBack(state, node, record), "the journal on " + node + ": " + record.path("settings"));
                require(record.path("seal").isNull() || record.path("seal").isMissingNode(), "a seal on " + node);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The way back keeps what makes its promotion short until it is taken or closed. */
    private boolean isTakenBack(String state, String node, JsonNode record) {
        JsonNode settings = record.path("settings");
        boolean wayBack = state.equals(BAKING) && node.equals(world.nodes().get(0));
        return settings.isEmpty()
                || wayBack
                        && settings.size() == 1
                        && settings.get(0).path("setting").asText().equals("wal_recycle");
    }

    private void require(boolean fact, String otherwise) {
        if (!fact) {
            wrong.add(otherwise);
        }
    }
}
