/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.SHARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.LeaderEpoch;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import io.drover.api.ShardTopology;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what on a real server, by the roles of one installation. */
class AccessControlTest {
    private static final byte[] FORGED = "forged".getBytes(StandardCharsets.UTF_8);
    private static final Participant WEB = new Participant(1, "web", "127.0.0.1", new FenceEpoch(0), false);
    private static final String TOPOLOGY = ZkLayout.shardTopology(SHARD).path();

    @TempDir
    Path directory;

    private SecuredZooKeeper zooKeeper;
    private ZooKeeperClient controller;
    private Versioned<ShardTopology> topology;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new SecuredZooKeeper(directory);
        controller = zooKeeper.controller();
        new ParticipantStore(controller).ensure(SHARD);
        topology = TestingZooKeeper.publish(controller, TestingZooKeeper.serving(SHARD, 1));
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    @Test
    void aClientTakesPartAndReadsAndWritesNothingElse() throws Exception {
        ZooKeeperClient client = zooKeeper.client();
        ParticipantStore participants = new ParticipantStore(client);
        try (Registration own = participants.register(SHARD, "web-1", WEB)) {
            assertThat(own.readTopology().orElseThrow().value()).isEqualTo(topology.value());
            own.update(new Participant(1, "web", "127.0.0.1", new FenceEpoch(7), true));
            assertThat(new ParticipantStore(controller).list(SHARD).get("web-1").ackedEpoch())
                    .isEqualTo(new FenceEpoch(7));
        }

        forbids(client.session().set(TOPOLOGY, FORGED, -1));
        forbids(client.session().delete(TOPOLOGY, -1));
        forbids(client.session().create("/topology/other", FORGED, CreateMode.PERSISTENT));
        forbids(client.session().create("/nodes/node_x", FORGED, CreateMode.PERSISTENT));
        forbids(client.session().create("/locks/node-node_a", FORGED, CreateMode.PERSISTENT));
        forbids(client.session().create("/leader/candidate-1", FORGED, CreateMode.EPHEMERAL_SEQUENTIAL));
        forbids(client.session().children("/moves"));
        forbids(((CuratorSession) client.session())
                .setAccess(TOPOLOGY, List.of(new Grant("world", "anyone", Grant.ALL))));
        assertThat(topologyNow()).isEqualTo(topology);
    }

    @Test
    void noClientTouchesTheZnodeOfAnotherOne() throws Exception {
        ZooKeeperClient mine = zooKeeper.client();
        ZooKeeperClient others = zooKeeper.client();
        String path = ZkLayout.participant(SHARD, "web-1").path();
        try (Registration own = new ParticipantStore(mine).register(SHARD, "web-1", WEB)) {
            assertThat(own.session()).isEqualTo(mine.sessionId());
            forbids(others.session().set(path, FORGED, -1));
            forbids(others.session().delete(path, -1));
            forbids(others.session().read(path));
        }
        assertThat(new ParticipantStore(controller).list(SHARD)).containsKey("web-1");
        mine.close();
        TestingZooKeeper.until(
                () -> new ParticipantStore(controller).list(SHARD).isEmpty());
    }

    @Test
    void anAgentPublishesAndKeepsItsOwnSubtreeAndNoOther() throws Exception {
        ZooKeeperClient agent = zooKeeper.agent("node_a");
        ZooKeeperClient other = zooKeeper.agent("node_b");
        NodeRegistry nodes = new NodeRegistry(controller);
        Watch registered = new NodeRegistry(agent).register(record("node_a"));
        TestingZooKeeper.until(() -> nodes.alive(new NodeId("node_a")));
        forbids(other.session().set("/nodes/node_a", FORGED, -1));
        forbids(other.session().delete("/nodes/node_a/alive", -1));
        forbids(other.session().set("/nodes/node_a/alive", FORGED, -1));
        forbids(other.session().create("/nodes/node_a/more", FORGED, CreateMode.PERSISTENT));
        forbids(other.session().read("/nodes/node_a"));
        registered.close();
        assertThat(nodes.alive(new NodeId("node_a"))).isFalse();
        assertThat(nodes.find(new NodeId("node_a"))).contains(record("node_a"));

        TopologyStore store = new TopologyStore(agent);
        assertThat(store.swap(List.of(topology), TestingZooKeeper::fenced)).hasSize(1);
        forbids(agent.session().delete(TOPOLOGY, -1));
        forbids(agent.session().delete("/nodes/node_a", -1));
        forbids(agent.session().create("/moves/m1", FORGED, CreateMode.PERSISTENT));
        forbids(agent.session().create("/participants/shard_01/x", FORGED, CreateMode.EPHEMERAL));
    }

    @Test
    void anAgentProvesTheLeaderAndAsksForMoves() throws Exception {
        AtomicWrite made = new AtomicWrite(new ZkCalls(controller))
                .create(ZkLayout.leaderEpoch(), new LeaderRecord(new LeaderEpoch(3), "c1", "http://h"));
        made.commit();
        ZooKeeperClient agent = zooKeeper.agent("node_a");
        TopologyStore store = new TopologyStore(agent);
        forbids(agent.session().set("/leader-epoch", FORGED, -1));

        store.verify(List.of(topology), new LeaderEpoch(3));
        assertThat(store.standingOf("12345678")).isEqualTo(MoveStanding.UNKNOWN);
        assertThat(store.readInstanceFresh(TestingZooKeeper.INSTANCE)).containsExactly(topology);
        store.rehearseSwap(List.of(topology), TestingZooKeeper::fenced);
        assertThat(topologyNow()).isEqualTo(topology);
    }

    @Test
    void nobodyWithoutCredentialsReadsOrWritesAnything() throws Exception {
        ZooKeeperClient nobody = zooKeeper.anonymous();
        for (String path : List.of("/", TOPOLOGY, "/topology", "/participants", "/nodes", "/leader", "/locks")) {
            forbids(nobody.session().children(path));
            forbids(nobody.session().set(path, FORGED, -1));
            forbids(nobody.session().create(path.equals("/") ? "/x" : path + "/x", FORGED, CreateMode.PERSISTENT));
        }
        forbids(nobody.session().read(TOPOLOGY));
        assertThatThrownBy(() -> new ParticipantStore(nobody).register(SHARD, "web-1", WEB))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("access control forbids");
    }

    @Test
    void anAdapterKeepsItsGroupAndClientsDoNot() throws Exception {
        PoolerGroup group = new PoolerGroup(1, "edge", 2);
        PoolerRegistry registry = new PoolerRegistry(zooKeeper.connect(zooKeeper.poolerRules()));
        registry.keep(SHARD, group);
        registry.keep(SHARD, new PoolerGroup(1, "edge", 3));
        assertThat(new PoolerRegistry(controller).list(SHARD)).containsExactly(new PoolerGroup(1, "edge", 3));
        ZooKeeperClient client = zooKeeper.client();
        forbids(client.session().set("/poolers/shard_01/edge", FORGED, -1));
        forbids(client.session().create("/poolers/shard_01/other", FORGED, CreateMode.PERSISTENT));
        assertThat(new AccessTree(controller).faults()).isEmpty();
        assertThat(registry.forget(SHARD, "edge")).isTrue();
    }

    /** As of an earlier session of the same process, which the server has not ended yet. */
    @Test
    void aClientWaitsForItsOwnZnodeOfAnEarlierSessionToGo() {
        AccessRules rules = zooKeeper.clientRules();
        ZooKeeperClient earlier = zooKeeper.connect(rules);
        ZooKeeperClient later = zooKeeper.connect(rules);
        Registration former = new ParticipantStore(earlier).register(SHARD, "web-1", WEB);
        CompletableFuture<Registration> next =
                CompletableFuture.supplyAsync(() -> new ParticipantStore(later).register(SHARD, "web-1", WEB));
        assertThat(former.session()).isEqualTo(earlier.sessionId());
        assertThat(next).isNotDone();

        earlier.close();
        assertThat(next.join().session()).isEqualTo(later.sessionId());
        assertThat(new ParticipantStore(controller).list(SHARD)).containsOnlyKeys("web-1");
    }

    private static NodeRecord record(String node) {
        return new NodeRecord(new NodeId(node), "127.0.0.21", "http://127.0.0.21:8090");
    }

    private Versioned<ShardTopology> topologyNow() {
        return new TopologyStore(controller).read(SHARD).orElseThrow();
    }

    private static void forbids(CompletableFuture<?> answer) {
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(KeeperException.NoAuthException.class);
    }
}
