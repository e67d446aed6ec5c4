/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderRecord;
import io.drover.topology.TopologyStore;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Sees the topology change as soon as a client can, to do harm at the right moment. */
public final class TopologyProbe implements AutoCloseable {
    private final ShardId shard;
    private final ZooKeeperClient client;
    private final TopologyWatcher watcher;
    private final Map<TopologyState, Runnable> actions = new ConcurrentHashMap<>();
    private final List<TopologyState> seen = new CopyOnWriteArrayList<>();

    private TopologyProbe(LocalCluster cluster, ShardId shard) {
        this.shard = shard;
        client = ZooKeeperConnection.connect(cluster.zookeeper(), Duration.ofSeconds(10));
        watcher = TopologyWatcher.watch(client, shard, new TopologyWatcher.Listener() {
            @Override
            public void changed(Versioned<ShardTopology> newest) {
                TopologyState state = newest.value().state();
                seen.add(state);
                Runnable action = actions.remove(state);
                if (action != null) {
                    action.run();
                }
            }
        });
    }

    /** Begins to watch the shard. */
    public static TopologyProbe open(LocalCluster cluster) {
        return open(cluster, LocalCluster.SHARD);
    }

    /** Begins to watch another shard. */
    public static TopologyProbe open(LocalCluster cluster, ShardId shard) {
        return new TopologyProbe(cluster, shard);
    }

    ZooKeeperClient client() {
        return client;
    }

    /** Does something once, when the state is next seen. */
    public void onNext(TopologyState state, Runnable action) {
        actions.put(state, action);
    }

    /** The states seen so far; some may have been skipped. */
    public List<TopologyState> seen() {
        return List.copyOf(seen);
    }

    /** The state as ZooKeeper has it now. */
    public TopologyState stored() {
        return new TopologyStore(client)
                .read(shard)
                .map(topology -> topology.value().state())
                .orElseThrow(() -> new IllegalStateException("ZooKeeper knows no topology of " + shard));
    }

    /** The node that serves as ZooKeeper has it now; empty in any other state. */
    public Optional<NodeId> serving() {
        return new TopologyStore(client)
                .read(shard)
                .map(Versioned::value)
                .filter(topology -> topology.state() == TopologyState.SERVING)
                .map(topology -> topology.primary().node());
    }

    /** Gives reads to a replica as an operator's tool would, past every controller. */
    public void setReadWeight(NodeId replica, int weight) {
        TopologyStore store = new TopologyStore(client);
        Waiting.until("the read weight is set", Duration.ofMinutes(1), () -> {
            try {
                store.swap(
                        store.read(shard).stream().toList(),
                        topology -> FenceTransitions.withReadWeight(topology, replica, weight));
                return true;
            } catch (DroverException e) {
                if (e.code() != ErrorCode.CONFLICT) {
                    throw e;
                }
                // somebody else has written it meanwhile
                return false;
            }
        });
    }

    /** The id of the controller that leads. */
    public String leader() {
        return new DocumentStore(client)
                .read(ZkLayout.leaderEpoch())
                .map(Versioned::value)
                .map(LeaderRecord::controller)
                .orElseThrow(() -> new IllegalStateException("no controller has ever led"));
    }

    @Override
    public void close() {
        watcher.close();
        client.close();
    }
}
