/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.fencing.FenceTransitions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A shard on node_a, and what a move to node_b makes of it. */
final class Topologies {
    static final ShardId SHARD = new ShardId("shard_01");
    static final MoveId MOVE = new MoveId("0a1b2c3d-move");
    static final Replica TARGET = replica("node_b", ReplicaRole.TARGET, 0);
    static final ShardTopology SERVING = new ShardTopology(
            1,
            SHARD,
            new InstanceId("7"),
            new FenceEpoch(7),
            TopologyState.SERVING,
            "app",
            new Endpoint(new NodeId("node_a"), "127.0.0.21", 5433),
            List.of(),
            null,
            null);
    static final ShardTopology WITH_TARGET = FenceTransitions.withTarget(SERVING, TARGET, MOVE);
    static final ShardTopology FENCED = fence(WITH_TARGET);
    static final ShardTopology PROMOTING = FenceTransitions.promote(FENCED);
    static final ShardTopology MOVED = FenceTransitions.serve(PROMOTING);
    static final ShardTopology ABORTING = FenceTransitions.abort(FENCED);
    static final ShardTopology REOPENED = FenceTransitions.reopen(ABORTING);

    private Topologies() {}

    static Replica replica(String node, ReplicaRole role, int weight) {
        return new Replica(new NodeId(node), node + ".example", 5433, role, weight);
    }

    static ShardTopology fence(ShardTopology topology) {
        return FenceTransitions.fence(topology, MOVE, Instant.parse("2026-01-01T00:00:00Z"), Duration.ofSeconds(2));
    }

    /** The same topology with these replicas. */
    static ShardTopology withReplicas(ShardTopology topology, Replica... replicas) {
        return new ShardTopology(
                topology.v(),
                topology.shard(),
                topology.instance(),
                topology.epoch(),
                topology.state(),
                topology.database(),
                topology.primary(),
                List.of(replicas),
                topology.move(),
                topology.fence());
    }
}
