/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/** The newest topologies that the watch has brought. They may be stale: they start an act, and a transaction proves it. */
final class TopologyView implements TopologyWatcher.Listener {
    private final Map<ShardId, Versioned<ShardTopology>> newest = new ConcurrentHashMap<>();
    /** The same by instance: each is asked for twice a second, among ten thousand. Both are written by the watch's thread only. */
    private final Map<InstanceId, Map<ShardId, Versioned<ShardTopology>>> byInstance = new ConcurrentHashMap<>();

    private final OnChange onChange;
    private volatile boolean connected;

    /** Who wants to know of changes. */
    interface OnChange {
        /** A topology of this instance has changed. */
        void topology(InstanceId instance);

        /** The connection has changed. */
        void connection();
    }

    TopologyView(OnChange onChange) {
        this.onChange = onChange;
    }

    /** The topologies of an instance's shards, by shard id. */
    List<Versioned<ShardTopology>> seen(InstanceId instance) {
        return List.copyOf(byInstance.getOrDefault(instance, Map.of()).values());
    }

    /** Whether these are all shards that the instance is known to hold. */
    static boolean isWhole(List<Versioned<ShardTopology>> seen, InstanceRecord record) {
        return seen.stream()
                .map(topology -> topology.value().shard())
                .collect(Collectors.toSet())
                .containsAll(record.shards());
    }

    /** The topology of every shard. */
    Collection<Versioned<ShardTopology>> seen() {
        return newest.values();
    }

    /** Whether the watch has a connection to ZooKeeper. */
    boolean connected() {
        return connected;
    }

    @Override
    public void changed(Versioned<ShardTopology> topology) {
        connected = true;
        ShardId shard = topology.value().shard();
        InstanceId instance = topology.value().instance();
        Versioned<ShardTopology> before = newest.put(shard, topology);
        if (before != null && !before.value().instance().equals(instance)) {
            forget(before);
        }
        byInstance
                .computeIfAbsent(instance, any -> new ConcurrentSkipListMap<>())
                .put(shard, topology);
        onChange.topology(instance);
    }

    @Override
    public void absent(ShardId shard) {
        remove(shard);
    }

    private void remove(ShardId shard) {
        Versioned<ShardTopology> before = newest.remove(shard);
        if (before != null) {
            forget(before);
        }
    }

    private void forget(Versioned<ShardTopology> before) {
        InstanceId instance = before.value().instance();
        Map<ShardId, Versioned<ShardTopology>> shards = byInstance.get(instance);
        if (shards != null) {
            shards.remove(before.value().shard());
            if (shards.isEmpty()) {
                byInstance.remove(instance);
            }
        }
        onChange.topology(instance);
    }

    /** What is known from before is not what ZooKeeper holds: its versions mean nothing there (H39). */
    @Override
    public void wentBack(Versioned<ShardTopology> read) {
        remove(read.value().shard());
    }

    @Override
    public void connection(TopologyWatcher.Connection change) {
        connected = switch (change) {
            case CONNECTED, RECONNECTED, NEW_SESSION -> true;
            case SUSPENDED, LOST -> false;
        };
        onChange.connection();
    }
}
