/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.topology.CommitResult;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderElection;
import io.drover.topology.LeaderRecord;
import io.drover.topology.Leadership;
import io.drover.topology.MoveLock;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.NodeStatus;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Registration;
import io.drover.topology.TopologyStore;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.Watch;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the stores, the election and the watches do on whatever stands behind the port. */
@Timeout(120)
abstract class StoreContract {
    private static final ShardId SHARD = new ShardId("shard_01");

    private ZooKeeperWorld world;
    private ZooKeeperClient client;
    private ZooKeeperClient other;

    abstract ZooKeeperWorld open() throws Exception;

    @BeforeEach
    void connect() throws Exception {
        world = open();
        client = world.connect();
        other = world.connect();
    }

    @AfterEach
    void close() throws Exception {
        world.close();
        assertThat(world.awaitsLoss()).as("what was to be lost").isFalse();
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static ShardTopology topology(long epoch) {
        return new ShardTopology(
                1,
                SHARD,
                new InstanceId("7300000000000000001"),
                new FenceEpoch(epoch),
                TopologyState.SERVING,
                "app",
                new ShardTopology.Endpoint(new NodeId("node_a"), "127.0.0.21", 5433),
                List.of(),
                null,
                null);
    }

    private static ShardTopology next(ShardTopology old) {
        return topology(old.epoch().value() + 1);
    }

    private static Versioned<ShardTopology> publish(ZooKeeperClient by, long epoch) throws Exception {
        by.session()
                .create(ZkLayout.shardTopology(SHARD).toString(), Json.bytes(topology(epoch)), CreateMode.PERSISTENT)
                .get(Eventually.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        return new TopologyStore(by).read(SHARD).orElseThrow();
    }

    private static Participant acknowledged(long epoch) {
        return new Participant(1, "web", "127.0.0.1", new FenceEpoch(epoch), false);
    }

    /** One controller, and what it was told. */
    private static final class Controller implements LeaderElection.Listener, AutoCloseable {
        private final BlockingQueue<Leadership> gained = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> losses = new LinkedBlockingQueue<>();
        private final LeaderElection election;

        Controller(ZooKeeperClient client, String id) {
            election = new LeaderElection(client, id, "http://" + id, this);
            election.start();
        }

        @Override
        public void gained(Leadership leadership) {
            gained.add(leadership);
        }

        @Override
        public void lost() {
            losses.add("lost");
        }

        Leadership awaitLead() throws InterruptedException {
            Leadership leadership = gained.poll(Eventually.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(leadership).as("leadership").isNotNull();
            return leadership;
        }

        void awaitLoss() throws InterruptedException {
            assertThat(losses.poll(Eventually.LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                    .isNotNull();
        }

        @Override
        public void close() {
            election.close();
        }
    }

    @Test
    void aLostAnswerIsClearedUpAsSuccess() throws Exception {
        Versioned<ShardTopology> first = publish(client, 1);
        TopologyStore store = new TopologyStore(client, Eventually.LIMIT);
        world.loseAnswer(client);

        Versioned<ShardTopology> written =
                store.swap(List.of(first), StoreContract::next).get(0);

        assertThat(written.version()).isEqualTo(1);
        assertThat(new TopologyStore(other).readAll()).containsExactly(written);
    }

    @Test
    void aLostRequestIsSentAgain() throws Exception {
        Versioned<ShardTopology> first = publish(client, 1);
        TopologyStore store = new TopologyStore(client, Eventually.LIMIT);
        world.loseRequest(client);

        Versioned<ShardTopology> written =
                store.swap(List.of(first), StoreContract::next).get(0);

        assertThat(new TopologyStore(other).readAll()).containsExactly(written);
    }

    @Test
    void anothersWriteIsNotTakenForOurs() throws Exception {
        Versioned<ShardTopology> first = publish(client, 1);
        TopologyStore store = new TopologyStore(client, Eventually.LIMIT);
        new TopologyStore(other).swap(List.of(first), StoreContract::next);
        world.loseRequest(client);

        assertRefused(ErrorCode.CONFLICT, () -> store.swap(List.of(first), old -> topology(9)));
    }

    @Test
    void theNextInLineLeadsWhenTheLeadersSessionEnds() throws Exception {
        ZNode<MoveLock> lock = ZkLayout.nodeLock(new NodeId("node_a"));
        try (Controller first = new Controller(client, "c1")) {
            Leadership old = first.awaitLead();
            try (Controller second = new Controller(other, "c2")) {
                Eventually.until(
                        "the other knows the leader",
                        () -> second.election.current().isPresent());
                assertThat(second.election.held()).isEmpty();

                world.expire(client);
                Leadership fresh = second.awaitLead();
                first.awaitLoss();

                assertThat(fresh.epoch()).isEqualTo(old.epoch().next());
                assertThat(old.stillHeld()).isFalse();
                assertRefused(
                        ErrorCode.LEADERSHIP_LOST,
                        () -> old.transaction()
                                .create(lock, new MoveLock(MoveId.random()))
                                .commit());
                fresh.transaction().create(lock, new MoveLock(MoveId.random())).commit();
                assertThat(new DocumentStore(client).read(lock)).isPresent();
            }
            // The one that has lost its session stands in the line again.
            assertThat(first.awaitLead().epoch()).isGreaterThan(old.epoch().next());
        }
    }

    @Test
    void anExpiredSessionEndsTheLeadershipAndTheNextHasAHigherEpoch() throws Exception {
        try (Controller only = new Controller(client, "c1")) {
            Leadership old = only.awaitLead();
            world.expire(client);
            only.awaitLoss();
            assertThat(old.stillHeld()).isFalse();

            Leadership fresh = only.awaitLead();
            assertThat(fresh.epoch()).isEqualTo(old.epoch().next());
            fresh.verify();
            assertRefused(ErrorCode.LEADERSHIP_LOST, old::verify);
        }
    }

    @Test
    void aCutConnectionEndsTheLeadershipAtOnceAndTheSamePlaceLeadsAnew() throws Exception {
        try (Controller only = new Controller(client, "c1")) {
            Leadership old = only.awaitLead();
            world.cut(client);
            only.awaitLoss();
            assertThat(old.stillHeld()).isFalse();
            world.heal(client);

            assertThat(only.awaitLead().epoch()).isEqualTo(old.epoch().next());
        }
    }

    @Test
    void anAmbiguousTransactionOfTheLeaderSucceedsOnce() throws Exception {
        ZNode<MoveLock> one = ZkLayout.nodeLock(new NodeId("node_a"));
        ZNode<MoveLock> two = ZkLayout.nodeLock(new NodeId("node_b"));
        try (Controller only = new Controller(client, "c1")) {
            Leadership leadership = only.awaitLead();
            world.loseAnswer(client);

            CommitResult result = leadership
                    .transaction()
                    .create(one, new MoveLock(MoveId.random()))
                    .create(two, new MoveLock(MoveId.random()))
                    .commit();

            assertThat(new DocumentStore(client).readAll(ZkLayout.locks()))
                    .isEqualTo(List.of(result.of(one), result.of(two)));
        }
    }

    @Test
    void aLeaderWhoseEpochIsNoLongerTheLastStepsBack() throws Exception {
        try (Controller only = new Controller(client, "c1")) {
            Leadership old = only.awaitLead();
            other.session()
                    .set(
                            ZkLayout.leaderEpoch().toString(),
                            Json.bytes(new LeaderRecord(old.epoch().next(), "c9", "http://c9")),
                            -1)
                    .get(Eventually.LIMIT.toMillis(), TimeUnit.MILLISECONDS);

            assertThatThrownBy(old::verify).isInstanceOf(DroverException.class);
            only.awaitLoss();

            assertThat(only.awaitLead().epoch()).isEqualTo(old.epoch().next().next());
        }
    }

    @Test
    void aClientIsRegisteredAnewInItsNextSession() throws Exception {
        Versioned<ShardTopology> topology = publish(client, 1);
        ParticipantStore seen = new ParticipantStore(other);
        seen.ensure(SHARD);
        try (Registration registration = new ParticipantStore(client).register(SHARD, "web-1", acknowledged(0))) {
            long old = registration.session();
            assertThat(registration.readTopology()).contains(topology);
            registration.update(acknowledged(3));

            world.expire(client);
            Eventually.until("registered anew", () -> registration.session() != old && registration.current());

            assertThat(seen.list(SHARD)).containsEntry("web-1", acknowledged(3));
            assertThat(registration.readTopology()).contains(topology);
        }
        Eventually.until("it has left", () -> seen.list(SHARD).isEmpty());
    }

    @Test
    void aClientThatIsCutOffVanishesFromTheParticipants() throws Exception {
        ParticipantStore seen = new ParticipantStore(other);
        seen.ensure(SHARD);
        ZooKeeperClient cutOff = world.connect(ZooKeeperWorld.SHORT_SESSION);
        BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        try (Watch watch = seen.watch(SHARD, () -> changes.add("changed"));
                Registration registration = new ParticipantStore(cutOff).register(SHARD, "web-1", acknowledged(0))) {
            assertThat(watch).isNotNull();
            assertThat(seen.list(SHARD)).containsKey("web-1");

            world.cut(cutOff);
            Eventually.until("it has vanished", () -> seen.list(SHARD).isEmpty());

            // its own threads tell it, a moment earlier or later than the server tells the others
            Eventually.until("it knows that it was cut off", () -> !registration.current());
            Eventually.until("the others are told", () -> !changes.isEmpty());
            world.heal(cutOff);
            Eventually.until("it is back", () -> seen.list(SHARD).containsKey("web-1"));
        }
    }

    @Test
    void anAgentsNodeIsAliveWhileItsSessionLasts() throws Exception {
        NodeRecord node = new NodeRecord(new NodeId("node_a"), "127.0.0.21", "http://127.0.0.21:8090");
        NodeRegistry seen = new NodeRegistry(other);
        try (Watch registration = new NodeRegistry(client).register(node)) {
            assertThat(registration).isNotNull();
            Eventually.until("alive", () -> seen.list().equals(List.of(new NodeStatus(node, true))));
        }
        assertThat(seen.list()).containsExactly(new NodeStatus(node, false));
    }

    @Test
    void aWatcherTellsTheNewestAfterACutAndFollowsNoLowerEpoch() throws Exception {
        Versioned<ShardTopology> first = publish(other, 5);
        TopologyStore writer = new TopologyStore(other);
        List<Versioned<ShardTopology>> told = new CopyOnWriteArrayList<>();
        List<TopologyWatcher.Connection> connections = new CopyOnWriteArrayList<>();
        TopologyWatcher.Listener listener = new TopologyWatcher.Listener() {
            @Override
            public void changed(Versioned<ShardTopology> newest) {
                told.add(newest);
            }

            @Override
            public void connection(TopologyWatcher.Connection change) {
                connections.add(change);
            }
        };
        try (TopologyWatcher watcher = TopologyWatcher.watch(client, SHARD, listener)) {
            assertThat(watcher).isNotNull();
            Eventually.until("the first is told", () -> told.equals(List.of(first)));

            world.cut(client);
            Eventually.until("suspended", () -> connections.contains(TopologyWatcher.Connection.SUSPENDED));
            Versioned<ShardTopology> lower =
                    writer.swap(List.of(first), old -> topology(4)).get(0);
            Versioned<ShardTopology> missed =
                    writer.swap(List.of(lower), old -> topology(6)).get(0);
            world.heal(client);
            Eventually.until("the newest is told", () -> told.equals(List.of(first, missed)));

            Versioned<ShardTopology> back =
                    writer.swap(List.of(missed), old -> topology(5)).get(0);
            Versioned<ShardTopology> last =
                    writer.swap(List.of(back), old -> topology(7)).get(0);
            Eventually.until("the last is told", () -> told.contains(last));
            assertThat(told).containsExactly(first, missed, last);
        }
    }
}
