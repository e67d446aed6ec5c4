/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.DroverException;
import io.drover.api.Json;
import io.drover.api.ShardId;
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

/** A ZooKeeper server whose sessions outlive a machine that stands still, and a controller's view of it. */
final class TestingZooKeeper implements AutoCloseable {
    static final Duration SESSION = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** A session is given twenty of them at most. */
    private static final int TICK_MILLIS = 1_500;

    private final TestingServer server;
    private final ZooKeeperClient controller;
    private final TopologyStore topologies;
    private final ParticipantStore participants;

    TestingZooKeeper() throws Exception {
        // Port 0: one that is sought beforehand may be another's by the time the server takes it.
        server = new TestingServer(new InstanceSpec(null, 0, -1, -1, true, -1, TICK_MILLIS, -1), true);
        controller = ZooKeeperConnection.connect(address(), SESSION);
        topologies = new TopologyStore(controller, LIMIT);
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
        Eventually.until(() -> hasParticipants(topology.shard()));
        controller
                .session()
                .create(
                        ZkLayout.shardTopology(topology.shard()).toString(),
                        Json.bytes(topology),
                        CreateMode.PERSISTENT)
                .join();
    }

    /** Not while the controller has no directories yet: connecting waits for a few seconds only. */
    private boolean hasParticipants(ShardId shard) {
        try {
            participants.ensure(shard);
            return true;
        } catch (DroverException e) {
            return false;
        }
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
        long session = mine.getSessionId();
        byte[] password = mine.getSessionPasswd();
        boolean lives = true;
        // The client may take it back before it is closed, so it is over only when a further connection is refused.
        while (lives) {
            ZooKeeper twin =
                    new ZooKeeper(server.getConnectString(), mine.getSessionTimeout(), event -> {}, session, password);
            Eventually.until(() -> isDecided(twin.getState()));
            lives = twin.getState().isAlive();
            twin.close();
        }
    }

    private static boolean isDecided(ZooKeeper.States state) {
        return state.isConnected() || !state.isAlive();
    }

    @Override
    public void close() throws IOException {
        controller.close();
        server.close();
    }
}
