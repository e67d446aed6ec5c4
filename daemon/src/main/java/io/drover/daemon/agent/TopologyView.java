/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The newest topologies that the watch has brought. They may be stale: they start an act, and a transaction proves it. */
final class TopologyView implements TopologyWatcher.Listener {
    private final Map<ShardId, Versioned<ShardTopology>> newest = new ConcurrentHashMap<>();
    private final Runnable onChange;
    private volatile boolean connected;

    TopologyView(Runnable onChange) {
        this.onChange = onChange;
    }

    /** The topologies of an instance's shards, by shard id. */
    List<Versioned<ShardTopology>> seen(InstanceId instance) {
        return newest.values().stream()
                .filter(topology -> topology.value().instance().equals(instance))
                .sorted(Comparator.comparing(topology -> topology.value().shard()))
                .toList();
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
        newest.put(topology.value().shard(), topology);
        onChange.run();
    }

    @Override
    public void absent(ShardId shard) {
        newest.remove(shard);
        onChange.run();
    }

    /** What is known from before is not what ZooKeeper holds: its versions mean nothing there (H39). */
    @Override
    public void wentBack(Versioned<ShardTopology> read) {
        newest.remove(read.value().shard());
        onChange.run();
    }

    @Override
    public void connection(TopologyWatcher.Connection change) {
        connected = switch (change) {
            case CONNECTED, RECONNECTED, NEW_SESSION -> true;
            case SUSPENDED, LOST -> false;
        };
        onChange.run();
    }
}
