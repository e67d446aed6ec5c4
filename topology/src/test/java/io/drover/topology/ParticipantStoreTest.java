/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.LIMIT;
import static io.drover.topology.TestingZooKeeper.SHARD;
import static io.drover.topology.TestingZooKeeper.publish;
import static io.drover.topology.TestingZooKeeper.serving;
import static io.drover.topology.TestingZooKeeper.until;
import static io.drover.topology.TopologyStoreTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.KillSession;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParticipantStoreTest {
    private TestingZooKeeper zooKeeper;
    private ZooKeeperClient client;
    private ParticipantStore controllers;
    private ParticipantStore clients;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        client = zooKeeper.connect();
        clients = new ParticipantStore(client);
        controllers = new ParticipantStore(zooKeeper.connect());
        controllers.ensure(SHARD);
        controllers.ensure(SHARD);
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    private static Participant acknowledged(long epoch) {
        return new Participant(1, "web", "127.0.0.1", new FenceEpoch(epoch), false);
    }

    @Test
    void aClientComesAcknowledgesAndGoes() throws Exception {
        Semaphore changes = new Semaphore(0);
        try (Watch watch = controllers.watch(SHARD, changes::release);
                Registration registration = clients.register(SHARD, "web-1", acknowledged(0))) {
            assertThat(watch).isNotNull();
            assertThat(controllers.list(SHARD)).containsEntry("web-1", acknowledged(0));
            until(registration::current);
            changes.drainPermits();

            registration.update(acknowledged(8));

            assertThat(changes.tryAcquire(LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
            until(() -> controllers.list(SHARD).equals(Map.of("web-1", acknowledged(8))));
        }
        until(() -> controllers.list(SHARD).isEmpty());
    }

    @Test
    void whoeverComesOrGoesBetweenTwoLooksIsSeen() {
        try (Registration first = clients.register(SHARD, "web-1", acknowledged(0))) {
            until(first::current);
            assertThat(controllers.list(SHARD)).containsOnlyKeys("web-1");
            try (Registration second = clients.register(SHARD, "web-2", acknowledged(7))) {
                until(second::current);
                assertThat(controllers.list(SHARD))
                        .isEqualTo(Map.of("web-1", acknowledged(0), "web-2", acknowledged(7)));
                second.update(acknowledged(8));
                until(() -> controllers.list(SHARD).equals(Map.of("web-1", acknowledged(0), "web-2", acknowledged(8))));
            }
            until(() -> controllers.list(SHARD).equals(Map.of("web-1", acknowledged(0))));
        }
    }

    @Test
    void theTopologyIsReadInTheSessionOfTheZnode() {
        Versioned<ShardTopology> topology = publish(client, serving(SHARD, 1));
        try (Registration registration = clients.register(SHARD, "web-1", acknowledged(0))) {
            assertThat(registration.readTopology()).contains(topology);
            assertThat(registration.session()).isEqualTo(client.sessionId());

            List<Versioned<ShardTopology>> fenced =
                    new TopologyStore(client).swap(List.of(topology), TestingZooKeeper::fenced);
            assertThat(registration.readTopology()).contains(fenced.get(0));
        }
    }

    @Test
    void theZnodeIsMadeAgainInANewSessionWithTheLatestContent() throws Exception {
        try (Registration registration = clients.register(SHARD, "web-1", acknowledged(0))) {
            long old = registration.session();
            registration.update(acknowledged(3));

            zooKeeper.expire(client);

            until(() -> registration.session() != old && registration.current());
            assertThat(controllers.list(SHARD)).containsEntry("web-1", acknowledged(3));
        }
        until(() -> controllers.list(SHARD).isEmpty());
    }

    /** Nobody is told of it: it is found by looking, which is done seldom. */
    @Test
    void aZnodeThatAPersonDeletesIsMadeAgain() throws Exception {
        String path = ZkLayout.participant(SHARD, "web-1").path();
        byte[] content = AtomicWrite.encode(ZkLayout.participant(SHARD, "web-1"), acknowledged(4));
        try (EphemeralNode node = new EphemeralNode(client, new ZkCalls(client), path, content, () -> {})) {
            node.start(Duration.ofMillis(20));
            until(node::isCurrent);
            ZooKeeperSession person = zooKeeper.connect().session();
            long made = person.read(path).join().orElseThrow().stat().czxid();
            person.delete(path, -1).join();
            until(() -> person.read(path)
                    .join()
                    .filter(again -> again.stat().czxid() > made)
                    .isPresent());
            assertThat(controllers.list(SHARD)).containsEntry("web-1", acknowledged(4));
        }
    }

    /** Others keep the session, which would keep the znode, and every fence would wait for it. */
    @Test
    void aZnodeThatWasMadeWithoutAnAnswerGoesWithItsRegistration() throws Exception {
        Registration registration = clients.prepare(SHARD, "web-1", acknowledged(0));
        client.session()
                .create(
                        ZkLayout.participant(SHARD, "web-1").path(),
                        AtomicWrite.encode(ZkLayout.participant(SHARD, "web-1"), acknowledged(0)),
                        CreateMode.EPHEMERAL)
                .join();
        assertThat(controllers.list(SHARD)).containsOnlyKeys("web-1");
        registration.close();
        until(() -> controllers.list(SHARD).isEmpty());
        assertThat(client.isConnected()).isTrue();
    }

    @Test
    void aZnodeLeftOverByTheOldSessionIsReplaced() throws Exception {
        publish(client, serving(SHARD, 1));
        try (Registration registration = clients.register(SHARD, "web-1", acknowledged(0))) {
            long old = registration.session();
            // The client loses its session without telling the server, which keeps the znode for a while.
            KillSession.kill(((CuratorClient) client).handle());

            until(() -> client.sessionId() != old && client.isConnected());
            assertThat(registration.readTopology()).isPresent();

            assertThat(registration.session()).isNotEqualTo(old);
            assertThat(registration.session()).isEqualTo(client.sessionId());
            assertThat(controllers.list(SHARD)).containsKey("web-1");
        }
    }

    @Test
    void aClientOfAnUnknownShardIsRefused() {
        assertRefused(
                ErrorCode.UNKNOWN_SHARD, () -> clients.register(new ShardId("nowhere"), "web-1", acknowledged(0)));
    }

    @Test
    void aZnodeThatIsNoParticipantHasAcknowledgedNothing() throws Exception {
        client.session()
                .create(ZkLayout.participant(SHARD, "odd").path(), new byte[] {'x'}, CreateMode.PERSISTENT)
                .join();

        assertThat(controllers.list(SHARD).values())
                .extracting(Participant::ackedEpoch)
                .containsExactly(new FenceEpoch(0));
    }

    @Test
    void anAgentStaysRegisteredAcrossSessions() throws Exception {
        NodeRecord node = new NodeRecord(new NodeId("node_a"), "127.0.0.21", "http://127.0.0.21:8090");
        NodeRegistry agent = new NodeRegistry(client);
        NodeRegistry controller = new NodeRegistry(zooKeeper.connect());
        assertThat(controller.list()).isEmpty();
        try (Watch registration = agent.register(node)) {
            assertThat(registration).isNotNull();
            until(() -> controller.list().equals(List.of(new NodeStatus(node, true))));
            zooKeeper.expire(client);
            until(() -> controller.alive(node.id()));
        }
        until(() -> controller.list().equals(List.of(new NodeStatus(node, false))));
        assertThat(controller.find(node.id())).contains(node);

        NodeRecord moved = new NodeRecord(node.id(), "127.0.0.22", node.agent());
        try (Watch registration = agent.register(moved)) {
            assertThat(registration).isNotNull();
            until(() -> controller.list().equals(List.of(new NodeStatus(moved, true))));
        }
    }
}
