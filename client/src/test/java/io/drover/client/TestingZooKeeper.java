/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.Json;
import io.drover.api.ShardTopology;
import io.drover.topology.CuratorClient;
import io.drover.topology.ParticipantStore;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooKeeper;

/** A ZooKeeper server with short ticks, and a controller's view of it. */
final class TestingZooKeeper implements AutoCloseable {
    static final Duration SESSION = Duration.ofSeconds(2);
    private static final int TICK_MILLIS = 100;

    private final TestingServer server;
    private final ZooKeeperClient controller;
    private final TopologyStore topologies;
    private final ParticipantStore participants;

    TestingZooKeeper() throws Exception {
        server = new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, TICK_MILLIS, -1), true);
        controller = ZooKeeperConnection.connect(address(), Duration.ofSeconds(10));
        topologies = new TopologyStore(controller);
        participants = new ParticipantStore(controller);
    }

    String address() {
        return server.getConnectString() + "/drover";
    }

    TestingServer server() {
        return server;
    }

    ParticipantStore participants() {
        return participants;
    }

    /** Adopts the shard. */
    void create(ShardTopology topology) throws Exception {
        participants.ensure(topology.shard());
        controller
                .session()
                .create(
                        ZkLayout.shardTopology(topology.shard()).toString(),
                        Json.bytes(topology),
                        CreateMode.PERSISTENT)
                .join();
    }

    /** Writes the next topology; answers when ZooKeeper has it, by the monotonic clock. */
    long write(ShardTopology topology) {
        Versioned<ShardTopology> now = topologies.read(topology.shard()).orElseThrow();
        topologies.swap(List.of(now), before -> topology);
        return System.nanoTime();
    }

    /** Ends the session on the server's side too, by a second connection that takes it over and closes it. */
    void expire(ZooKeeperClient client) throws Exception {
        ZooKeeper mine = ((CuratorClient) client).handle();
        ZooKeeper twin = new ZooKeeper(
                server.getConnectString(),
                mine.getSessionTimeout(),
                event -> {},
                mine.getSessionId(),
                mine.getSessionPasswd());
        Eventually.until(() -> twin.getState().isConnected());
        twin.close();
    }

    @Override
    public void close() throws IOException {
        controller.close();
        server.close();
    }
}
