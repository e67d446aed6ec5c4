/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.ShardId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;

/** A connection that counts how often each topology is read, and may be deaf: then no watch ever tells anything. */
final class CountingClient extends ForwardingZooKeeperClient {
    private final boolean deaf;
    private final Map<String, Integer> reads = new ConcurrentHashMap<>();

    CountingClient(ZooKeeperClient client, boolean deaf) {
        super(client);
        this.deaf = deaf;
    }

    /** How often a topology was read. */
    int reads(ShardId shard) {
        return reads.getOrDefault(ZkLayout.shardTopology(shard).path(), 0);
    }

    /** How many reads of topologies there were. */
    int reads() {
        return reads.values().stream().mapToInt(Integer::intValue).sum();
    }

    void forget() {
        reads.clear();
    }

    @Override
    public ZooKeeperSession session() throws KeeperException {
        return new Session(super.session());
    }

    private final class Session implements ZooKeeperSession {
        private final ZooKeeperSession session;

        private Session(ZooKeeperSession session) {
            this.session = session;
        }

        @Override
        public long id() {
            return session.id();
        }

        @Override
        public CompletableFuture<Optional<ZNodeData>> read(String path) {
            ZkLayout.topologyShard(path).ifPresent(shard -> reads.merge(path, 1, Integer::sum));
            return session.read(path);
        }

        @Override
        public CompletableFuture<Optional<ZNodeData>> readFresh(String path) {
            return session.readFresh(path);
        }

        @Override
        public CompletableFuture<List<String>> children(String path) {
            return session.children(path);
        }

        @Override
        public CompletableFuture<String> create(String path, byte[] bytes, CreateMode mode) {
            return session.create(path, bytes, mode);
        }

        @Override
        public CompletableFuture<ZNodeStat> set(String path, byte[] bytes, int version) {
            return session.set(path, bytes, version);
        }

        @Override
        public CompletableFuture<Void> delete(String path, int version) {
            return session.delete(path, version);
        }

        @Override
        public CompletableFuture<List<Optional<ZNodeStat>>> transact(List<ZNodeChange> changes) {
            return session.transact(changes);
        }

        @Override
        public CompletableFuture<Void> watch(String path, AddWatchMode mode, WatchListener listener) {
            return deaf ? CompletableFuture.completedFuture(null) : session.watch(path, mode, listener);
        }

        @Override
        public void unwatch(String path, WatchListener listener) {
            session.unwatch(path, listener);
        }
    }
}
