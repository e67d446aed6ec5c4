/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.LocalCluster;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderRecord;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Sees what ZooKeeper holds, past every controller, with the time at which it was seen. */
final class Watcher implements AutoCloseable {
    private static final Duration SESSION = Duration.ofSeconds(10);

    private final ZooKeeperClient client;
    private final DocumentStore store;
    private final TopologyWatcher watcher;
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private volatile Consumer<Seen> listener = newest -> {};

    private Watcher(String connect) {
        client = ZooKeeperConnection.connect(connect, SESSION);
        store = new DocumentStore(client);
        watcher = TopologyWatcher.watch(client, LocalCluster.SHARD, new TopologyWatcher.Listener() {
            @Override
            public void changed(Versioned<ShardTopology> newest) {
                Seen now = new Seen(System.nanoTime(), newest.value());
                listener.accept(now);
                seen.add(now);
            }
        });
    }

    /** A topology and when it was seen. */
    record Seen(long nanos, ShardTopology topology) {
        TopologyState state() {
            return topology.state();
        }

        NodeId primary() {
            return topology.primary().node();
        }
    }

    static Watcher open(LocalCluster cluster) {
        return new Watcher(cluster.zookeeper());
    }

    /** The topologies seen so far; some may have been skipped. */
    List<Seen> seen() {
        return List.copyOf(seen);
    }

    /** Hears of what is seen from now on, on the watcher's own thread; one at a time. */
    void listen(Consumer<Seen> one) {
        listener = one;
    }

    /** The newest. */
    Seen last() {
        if (seen.isEmpty()) {
            throw new IllegalStateException("no topology seen yet");
        }
        return seen.get(seen.size() - 1);
    }

    void forget() {
        Seen newest = last();
        seen.clear();
        seen.add(newest);
    }

    /** The controller that leads, or led last. */
    String leader() {
        return store.read(ZkLayout.leaderEpoch())
                .map(Versioned::value)
                .map(LeaderRecord::controller)
                .orElseThrow(() -> new IllegalStateException("no controller has ever led"));
    }

    /** The state that is stored of a move; empty when there is no such move. */
    Optional<MoveState> state(MoveId move) {
        return store.read(ZkLayout.move(move, JsonNode.class))
                .map(Versioned::value)
                .map(record -> MoveState.valueOf(record.get("state").asText()));
    }

    @Override
    public void close() {
        watcher.close();
        client.close();
    }
}
