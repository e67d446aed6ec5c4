/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.ShardId;
import io.drover.api.fault.FaultPoints;
import java.util.List;
import java.util.Optional;

/**
 * Which poolers a shard has, whether their adapters are there or not. Participants are ephemeral: one that is missing could not be told
 * from one that never was. Thread-safe.
 */
public final class PoolerRegistry {
    private final ZkCalls calls;

    public PoolerRegistry(ZooKeeperClient client) {
        this.calls = new ZkCalls(client);
    }

    /** Adapter: makes its group known, or changes it. */
    public void keep(ShardId shard, PoolerGroup group) {
        ZNode<PoolerGroup> node = ZkLayout.poolerGroup(shard, group.name());
        Optional<Versioned<byte[]>> stored = calls.read(node.path());
        AtomicWrite write = new AtomicWrite(calls);
        if (stored.isEmpty()) {
            String directory = ZkLayout.poolers(shard).path();
            if (calls.read(directory).isEmpty()) {
                calls.ensure(directory);
            }
            write.create(node, group);
        } else if (!ZkCalls.decode(node, stored.orElseThrow()).value().equals(group)) {
            write.set(node, stored.orElseThrow().version(), group);
        } else {
            return;
        }
        FaultPoints.around("pgbouncer", "group", write::commit);
    }

    /**
     * A person: forgets a group that will not come back.
     *
     * @return whether it was known
     */
    public boolean forget(ShardId shard, String group) {
        ZNode<PoolerGroup> node = ZkLayout.poolerGroup(shard, group);
        Optional<Versioned<byte[]>> stored = calls.read(node.path());
        if (stored.isEmpty()) {
            return false;
        }
        AtomicWrite write =
                new AtomicWrite(calls).delete(node, stored.orElseThrow().version());
        FaultPoints.around("pgbouncer", "forget", write::commit);
        return true;
    }

    /** Controller: the groups of a shard. */
    public List<PoolerGroup> list(ShardId shard) {
        ZDirectory<PoolerGroup> directory = ZkLayout.poolers(shard);
        if (calls.read(directory.path()).isEmpty()) {
            return List.of();
        }
        return calls
                .readAll(calls.children(directory.path()).stream()
                        .map(directory::child)
                        .toList())
                .stream()
                .map(Versioned::value)
                .toList();
    }
}
