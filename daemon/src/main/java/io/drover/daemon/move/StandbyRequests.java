/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The standbys that a move has to do with: those that are there come along, those that are asked for are made. */
final class StandbyRequests {
    private final NodeRegistry nodes;

    StandbyRequests(NodeRegistry nodes) {
        this.nodes = nodes;
    }

    /**
     * Checks the names.
     *
     * @throws DroverException UNKNOWN_NODE, SAME_NODE when it is the source or the target, INVALID_VALUE when it is named twice
     */
    List<Standby> standbys(MoveRequest request, ShardTopology shard) {
        List<Standby> standbys = new ArrayList<>();
        Set<NodeId> known = new HashSet<>();
        for (Endpoint there : FenceTransitions.readers(shard)) {
            standbys.add(new Standby(there, false));
            known.add(there.node());
        }
        Set<NodeId> asked = new HashSet<>();
        for (NodeId node : request.standbys()) {
            NodeRecord record = check(request, shard, node);
            if (!asked.add(node)) {
                throw new DroverException(
                        ErrorCode.INVALID_VALUE, "standbys names " + node + " twice", "name each node once");
            }
            if (!known.contains(node)) {
                standbys.add(new Standby(
                        new Endpoint(node, record.host(), shard.primary().port()), true));
            }
        }
        return standbys;
    }

    private NodeRecord check(MoveRequest request, ShardTopology shard, NodeId node) {
        boolean isTarget = node.equals(request.target());
        if (isTarget || node.equals(shard.primary().node())) {
            throw new DroverException(
                    ErrorCode.SAME_NODE,
                    "standbys names " + node + ", which is the " + (isTarget ? "target" : "source") + " of the move",
                    isTarget
                            ? "name another node as the standby's"
                            : "name another node; the source is the way back until the move is completed");
        }
        return nodes.find(node)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.UNKNOWN_NODE,
                        "standbys names " + node + ", and there is no such node",
                        "list the nodes: bin/drover nodes; a node appears when its agent has started once"));
    }
}
