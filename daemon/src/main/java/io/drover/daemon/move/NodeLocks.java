/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.MoveLock;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.util.List;
import java.util.Optional;

/** The locks of a move's two nodes: held while something is copied or cut over, free during the bake. */
final class NodeLocks {
    private final DocumentStore documents;

    NodeLocks(DocumentStore documents) {
        this.documents = documents;
    }

    /**
     * Takes both with a transaction, or finds that the move has them.
     *
     * @throws DroverException NODE_BUSY when another move holds one
     */
    void take(MoveIdentity identity, LeaderTransaction transaction) {
        for (NodeId node : nodes(identity)) {
            ZNode<MoveLock> lock = ZkLayout.nodeLock(node);
            Optional<MoveId> holder =
                    documents.read(lock).map(stored -> stored.value().move());
            if (holder.isEmpty()) {
                transaction.create(lock, new MoveLock(identity.id()));
            } else if (!holder.orElseThrow().equals(identity.id())) {
                throw busy(node, holder.orElseThrow());
            }
        }
    }

    /** Refuses when another move holds one. */
    void refuseWhenBusy(MoveIdentity identity) {
        for (NodeId node : nodes(identity)) {
            documents
                    .read(ZkLayout.nodeLock(node))
                    .map(stored -> stored.value().move())
                    .filter(holder -> !holder.equals(identity.id()))
                    .ifPresent(holder -> {
                        throw busy(node, holder);
                    });
        }
    }

    static DroverException busy(NodeId node, MoveId holder) {
        return new DroverException(
                        ErrorCode.NODE_BUSY,
                        "node " + node + " is held by move " + holder,
                        "wait until move " + holder + " is in BAKING or has ended: bin/drover show " + holder)
                .heldBy(holder);
    }

    /** Frees with a transaction whichever of them are the move's. */
    void free(MoveIdentity identity, LeaderTransaction transaction) {
        for (NodeId node : nodes(identity)) {
            ZNode<MoveLock> lock = ZkLayout.nodeLock(node);
            Optional<Versioned<MoveLock>> stored = documents.read(lock);
            if (stored.isPresent() && stored.orElseThrow().value().move().equals(identity.id())) {
                transaction.delete(lock, stored.orElseThrow());
            }
        }
    }

    private static List<NodeId> nodes(MoveIdentity identity) {
        return List.of(identity.source().node(), identity.target().node());
    }
}
