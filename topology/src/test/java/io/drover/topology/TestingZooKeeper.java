/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;

/** A ZooKeeper server, and clients of it whose sessions outlive a machine that stands still for a while. */
final class TestingZooKeeper implements AutoCloseable {
    static final ShardId SHARD = new ShardId("shard_01");
    static final InstanceId INSTANCE = new InstanceId("7300000000000000001");
    static final Duration SESSION = Duration.ofSeconds(30);
    static final Duration LIMIT = Duration.ofSeconds(60);
    /** A session is given twenty of them at most. */
    private static final int TICK_MILLIS = 1_500;

    private final TestingServer server;
    private final List<ZooKeeperClient> clients = new ArrayList<>();

    TestingZooKeeper() throws Exception {
        // Port 0: one that is sought beforehand may be another's by the time the server takes it.
        server = new TestingServer(new InstanceSpec(null, 0, -1, -1, true, -1, TICK_MILLIS, -1), true);
    }

    TestingServer server() {
        return server;
    }

    ZooKeeperClient connect() {
        ZooKeeperClient client = begin(server.getPort());
        awaitRoots(client);
        return client;
    }

    /** A client that need not be connected yet. */
    ZooKeeperClient begin(int port) {
        ZooKeeperClient client = ZooKeeperConnection.connect("127.0.0.1:" + port + "/drover", SESSION);
        clients.add(client);
        return client;
    }

    /** Waits until a client is connected and its directories are there: connecting waits for a few seconds only. */
    static void awaitRoots(ZooKeeperClient client) {
        ZkCalls calls = new ZkCalls(client, LIMIT);
        until(() -> ZkLayout.roots().stream().allMatch(root -> calls.read(root).isPresent()));
    }

    static ShardTopology serving(ShardId shard, long epoch) {
        return topology(shard, epoch, TopologyState.SERVING);
    }

    static ShardTopology topology(ShardId shard, long epoch, TopologyState state) {
        return new ShardTopology(
                1,
                shard,
                INSTANCE,
                new FenceEpoch(epoch),
                state,
                "app",
                new ShardTopology.Endpoint(new NodeId("node_a"), "127.0.0.21", 5433),
                List.of(),
                null,
                null);
    }

    /** The next epoch, fenced. */
    static ShardTopology fenced(ShardTopology topology) {
        return topology(topology.shard(), topology.epoch().value() + 1, TopologyState.FENCED);
    }

    static Versioned<ShardTopology> publish(ZooKeeperClient client, ShardTopology topology) {
        ZNode<ShardTopology> node = ZkLayout.shardTopology(topology.shard());
        return new CommitResult(new AtomicWrite(new ZkCalls(client))
                        .create(node, topology)
                        .commit())
                .of(node);
    }

    /** Ends the session on the server's side too, by a second connection that takes it over and closes it. */
    void expire(ZooKeeperClient client) throws Exception {
        org.apache.zookeeper.ZooKeeper mine = ((CuratorClient) client).handle();
        long session = mine.getSessionId();
        byte[] password = mine.getSessionPasswd();
        boolean lives = true;
        // The client may take it back before it is closed, so it is over only when a further connection is refused.
        while (lives) {
            org.apache.zookeeper.ZooKeeper twin = new org.apache.zookeeper.ZooKeeper(
                    server.getConnectString(), mine.getSessionTimeout(), event -> {}, session, password);
            until(() -> twin.getState().isConnected() || !twin.getState().isAlive());
            lives = twin.getState().isAlive();
            twin.close();
        }
    }

    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void close() throws IOException {
        clients.forEach(ZooKeeperClient::close);
        server.close();
    }
}
