/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.fault.FaultPoints;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.MoveLock;
import io.drover.topology.NodeRecord;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the record of a node that is gone for good out of ZooKeeper. Never one that a shard or a move still refers to, nor one with an
 * agent, which would write it again. Touches nothing on the machine.
 */
record NodeRemoval(Services services) {
    /**
     * Removes it.
     *
     * @throws DroverException NOT_FOUND; STATE_CONFLICT while its agent is connected, or a shard or a move needs the node; NODE_BUSY
     *     while a move holds it. Nothing was changed then
     */
    void remove(NodeId node, Leadership leadership) {
        ZNode<NodeRecord> path = ZkLayout.node(node);
        Versioned<NodeRecord> record = services.documents()
                .read(path)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.NOT_FOUND, "there is no node " + node, "list the nodes: bin/drover nodes"));
        refuseWhenNeeded(node, null);
        try {
            // a move that begins meanwhile takes the lock, an agent that comes back makes a child of the record
            LeaderTransaction transaction = leadership
                    .transaction()
                    .checkAbsent(ZkLayout.nodeLock(node))
                    .delete(path, record);
            FaultPoints.around("node", "forget", transaction::commit);
        } catch (DroverException e) {
            if (e.code() == ErrorCode.ALREADY_EXISTS || e.code() == ErrorCode.CONFLICT) {
                refuseWhenNeeded(node, e);
            }
            throw e;
        }
    }

    private void refuseWhenNeeded(NodeId node, @Nullable DroverException cause) {
        if (services.nodes().alive(node)) {
            throw refused(
                    node,
                    "its agent is connected",
                    "stop the agent for good first (systemctl disable --now drover-agent on its machine)",
                    cause);
        }
        services.documents()
                .read(ZkLayout.nodeLock(node))
                .map(Versioned::value)
                .map(MoveLock::move)
                .ifPresent(move -> {
                    throw NodeLocks.busy(node, move);
                });
        List<String> shards = services.topology().readAll().stream()
                .map(Versioned::value)
                .filter(shard -> isPartOf(shard, node))
                .map(shard -> shard.shard().value())
                .toList();
        if (!shards.isEmpty()) {
            throw refused(
                    node,
                    "shards have a copy on it: " + String.join(", ", shards),
                    "move them away and complete the moves, or give its standbys up, first: bin/drover shards",
                    cause);
        }
        services.documents().readAll(ZkLayout.moves(MoveRecord.class)).stream()
                .map(Versioned::value)
                .filter(move -> !move.state().isFinal() && isPartOf(move, node))
                .map(move -> move.identity().id())
                .findFirst()
                .ifPresent(move -> {
                    throw refused(node, "move " + move + " goes on with it", endIt(move), cause);
                });
    }

    private static boolean isPartOf(ShardTopology shard, NodeId node) {
        return Stream.concat(
                        Stream.of(shard.primary().node()),
                        shard.replicas().stream().map(ShardTopology.Replica::node))
                .anyMatch(node::equals);
    }

    private static boolean isPartOf(MoveRecord move, NodeId node) {
        MoveIdentity identity = move.identity();
        // a standby that the move makes is in no topology before the switch
        return identity.source().node().equals(node)
                || identity.target().node().equals(node)
                || identity.standbys().stream()
                        .anyMatch(standby -> standby.node().equals(node));
    }

    private static String endIt(MoveId move) {
        return "complete, roll back or abort it first: bin/drover show " + move;
    }

    private static DroverException refused(NodeId node, String why, String hint, @Nullable DroverException cause) {
        return new DroverException(
                ErrorCode.STATE_CONFLICT,
                "node " + node + " is not forgotten: " + why + "; nothing was changed",
                hint,
                cause);
    }
}
