/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyExport;
import io.drover.api.TopologyRebuild;
import java.util.List;
import java.util.function.Consumer;

/** What people ask of shards and nodes. */
public interface ShardService {
    List<ShardTopology> shards();

    ShardTopology shard(ShardId id);

    /**
     * Adopts a running instance, or makes one, and publishes the shard at epoch 1.
     *
     * @param allowed is told every shard that this concerns before anything is done, and once more when the instance is known for
     *     sure; throws when the caller may not do that to one of them
     */
    ShardTopology adopt(ShardId id, ShardAdoption adoption, Consumer<List<ShardId>> allowed);

    /** The same for a caller who may do everything. */
    default ShardTopology adopt(ShardId id, ShardAdoption adoption) {
        return adopt(id, adoption, concerned -> {});
    }

    List<NodeInfo> nodes();

    /** Takes the record of a node that is gone for good out of ZooKeeper. */
    void forget(NodeId node);

    /** Every topology, to be kept outside of ZooKeeper. */
    TopologyExport exportTopology();

    /** Makes the topology again from what agents remember; shows it only, unless the order says to write it. */
    TopologyRebuild.Plan rebuildTopology(TopologyRebuild.Order order);

    /** Deletes the copies of the shard's instance that were set aside on a node; returns their directories. */
    List<String> purge(ShardId id, NodeId node);
}
