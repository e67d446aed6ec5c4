/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.topology.AccessTree;
import io.drover.topology.ZooKeeperClient;
import java.util.Collection;
import java.util.List;

/** Reads again who may write what a move rests on in ZooKeeper. */
public interface AccessAudit {
    /** Where access is not controlled. */
    AccessAudit NONE = (shards, nodes) -> List.of();

    /** What is wrong, a line for each znode. */
    List<String> faults(Collection<ShardId> shards, Collection<NodeId> nodes);

    /** That of a controller's connection. */
    static AccessAudit of(ZooKeeperClient client) {
        return client.accessRules().isEmpty() ? NONE : new AccessTree(client)::faults;
    }
}
