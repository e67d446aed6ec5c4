/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.LIMIT;
import static io.drover.topology.TestingZooKeeper.SHARD;
import static io.drover.topology.TestingZooKeeper.serving;
import static io.drover.topology.TestingZooKeeper.until;
import static io.drover.topology.TopologyStoreTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.LeaderEpoch;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaderElectionTest {
    private TestingZooKeeper zooKeeper;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    /** One controller, and what it was told. */
    private static final class Controller implements LeaderElection.Listener, AutoCloseable {
        private final BlockingQueue<Leadership> gained = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> losses = new LinkedBlockingQueue<>();
        private final List<String> told = new CopyOnWriteArrayList<>();
        private final Semaphore mayReturn = new Semaphore(0);
        private volatile boolean holds;
        private final ZooKeeperClient client;
        private final LeaderElection election;

        Controller(ZooKeeperClient client, String id) {
            this.client = client;
            this.election = new LeaderElection(client, id, "http://" + id, this);
            election.start();
        }

        @Override
        public void gained(Leadership leadership) {
            boolean waits = holds;
            told.add("gained");
            gained.add(leadership);
            returnWhenLet(waits);
        }

        @Override
        public void lost() {
            boolean waits = holds;
            told.add("lost");
            losses.add("lost");
            returnWhenLet(waits);
        }

        private void returnWhenLet(boolean waits) {
            if (waits) {
                mayReturn.acquireUninterruptibly();
            }
        }

        Leadership awaitLead() throws InterruptedException {
            Leadership leadership = gained.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(leadership).as("leadership").isNotNull();
            return leadership;
        }

        void awaitLoss() throws InterruptedException {
            assertThat(losses.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isNotNull();
        }

        @Override
        public void close() {
            election.close();
        }
    }

    /** Asked again when ZooKeeper does not answer within the short time that it is given here. */
    private static Optional<LeaderRecord> current(LeaderElection election) {
        List<Optional<LeaderRecord>> answers = new ArrayList<>();
        until(() -> {
            try {
                return answers.add(election.current());
            } catch (DroverException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE);
                return false;
            }
        });
        return answers.get(0);
    }

    @Test
    void theFirstLeadsAndTheOtherKnowsIt() throws Exception {
        try (Controller first = new Controller(zooKeeper.connect(), "c1")) {
            Leadership leadership = first.awaitLead();
            try (Controller second = new Controller(zooKeeper.connect(), "c2")) {
                leadership.verify();

                assertThat(leadership.epoch()).isEqualTo(new LeaderEpoch(1));
                assertThat(leadership.stillHeld()).isTrue();
                assertThat(second.election.held()).isEmpty();
                assertThat(current(second.election)).contains(new LeaderRecord(new LeaderEpoch(1), "c1", "http://c1"));
                assertThat(current(first.election)).isEqualTo(current(second.election));
            }
        }
    }

    @Test
    void theEpochRisesWithTheNextLeaderAndTheOldOnesTransactionIsRefused() throws Exception {
        Controller first = new Controller(zooKeeper.connect(), "c1");
        Leadership old = first.awaitLead();
        try (Controller second = new Controller(zooKeeper.connect(), "c2")) {
            until(() -> current(second.election).isPresent());
            first.close();
            Leadership fresh = second.awaitLead();
            first.awaitLoss();

            assertThat(fresh.epoch()).isEqualTo(new LeaderEpoch(2));
            assertThat(old.stillHeld()).isFalse();
            assertRefused(ErrorCode.LEADERSHIP_LOST, old::verify);
            assertRefused(
                    ErrorCode.LEADERSHIP_LOST,
                    () -> old.transaction()
                            .create(ZkLayout.shardTopology(SHARD), serving(SHARD, 1))
                            .commit());
            fresh.transaction()
                    .create(ZkLayout.shardTopology(SHARD), serving(SHARD, 1))
                    .commit();
        }
    }

    @Test
    void aServerAwayEndsTheLeadershipAtOnce() throws Exception {
        try (Controller only = new Controller(zooKeeper.connect(), "c1")) {
            Leadership old = only.awaitLead();
            zooKeeper.server().stop();
            only.awaitLoss();
            assertThat(old.stillHeld()).isFalse();
            zooKeeper.server().restart();
            assertThat(only.awaitLead().epoch()).isGreaterThan(old.epoch());
        }
    }

    /** A client gives its session up before the servers do. */
    @Test
    void doesNotWaitBehindItsPlaceInAFormerSession() throws Exception {
        try (Controller only = new Controller(zooKeeper.connect(), "c1")) {
            only.awaitLead();
            ZooKeeper former = ((CuratorClient) only.client).handle();
            String trace = former.create("/trace", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            // as long as it is connected it tells the servers that its session is over
            zooKeeper.server().stop();
            only.awaitLoss();
            former.getTestable().injectSessionExpiration();
            until(() -> !former.getState().isAlive());
            zooKeeper.server().restart();

            only.awaitLead();
            assertThat(((CuratorClient) only.client).handle().exists(trace, false))
                    .as("what the servers keep of the former session")
                    .isNotNull();
        }
    }

    /** Were the loss told of after the gain, a controller would lead and drive nothing, and no other could. */
    @Test
    void aLossIsToldOfBeforeTheNextGain() throws Exception {
        try (Controller only = new Controller(zooKeeper.connect(), "c1")) {
            only.awaitLead();
            only.holds = true;
            loseAndRegainTheFirstPlace(only);
            only.awaitLoss();
            // two tasks that lead wait now, and the first of them gains
            loseAndRegainTheFirstPlace(only);
            only.mayReturn.release();
            only.awaitLead();
            // the second waits before the one that tells of this loss
            loseAndRegainTheFirstPlace(only);
            only.holds = false;
            only.mayReturn.release();

            until(() -> only.told.size() >= 5);
            assertThat(only.told).containsExactly("gained", "lost", "gained", "lost", "gained");
        }
    }

    private void loseAndRegainTheFirstPlace(Controller controller) throws Exception {
        zooKeeper.server().stop();
        until(() -> !controller.election.isFirst());
        zooKeeper.server().restart();
        until(controller.election::isFirst);
    }

    @Test
    void aLeaderWhoseEpochWasRaisedByAnotherStepsDownAtTheNextWrite() throws Exception {
        ZooKeeperClient client = zooKeeper.connect();
        try (Controller only = new Controller(client, "c1")) {
            Leadership old = only.awaitLead();
            // What a second holder of the latch would do.
            LeaderRecord usurper = new LeaderRecord(old.epoch().next(), "c9", "http://c9");
            new AtomicWrite(new ZkCalls(client))
                    .set(ZkLayout.leaderEpoch(), old.version(), usurper)
                    .commit();

            assertRefused(ErrorCode.LEADERSHIP_LOST, old::verify);
            only.awaitLoss();
            assertThat(only.awaitLead().epoch()).isEqualTo(new LeaderEpoch(3));
        }
    }

    @Test
    void aDeadLeaderIsNotNamedForLong() throws Exception {
        ZooKeeperClient doomed = zooKeeper.connect();
        Controller first = new Controller(doomed, "c1");
        first.awaitLead();
        LeaderElection observer = new LeaderElection(zooKeeper.connect(), "c2", "http://c2", first);
        assertThat(current(observer)).isPresent();

        doomed.close();

        until(() -> current(observer).isEmpty());
        first.close();
        observer.close();
    }

    @Test
    void aTransactionWritesAllWithOneZxid() throws Exception {
        ZooKeeperClient client = zooKeeper.connect();
        DocumentStore documents = new DocumentStore(client);
        MoveId move = MoveId.random();
        ZNode<MoveLock> lock = ZkLayout.nodeLock(new NodeId("node_a"));
        ZNode<MoveLock> other = ZkLayout.nodeLock(new NodeId("node_b"));
        try (Controller only = new Controller(client, "c1")) {
            Leadership leadership = only.awaitLead();

            CommitResult made =
                    leadership.transaction().create(lock, new MoveLock(move)).commit();
            assertThat(documents.read(lock)).contains(made.of(lock));

            CommitResult mixed = leadership
                    .transaction()
                    .set(lock, made.of(lock), new MoveLock(MoveId.random()))
                    .create(other, new MoveLock(move))
                    .commit();
            assertThat(documents.readAll(ZkLayout.locks())).isEqualTo(List.of(mixed.of(lock), mixed.of(other)));
            assertThat(mixed.of(other).mzxid()).isEqualTo(mixed.zxid());

            leadership
                    .transaction()
                    .check(lock, mixed.of(lock))
                    .delete(other, mixed.of(other))
                    .commit();
            assertThat(documents.children(ZkLayout.locks())).containsExactly(lock.name());
        }
    }

    @Test
    void aTransactionNamesTheZnodeThatStandsInItsWay() throws Exception {
        ZooKeeperClient client = zooKeeper.connect();
        ZNode<MoveLock> lock = ZkLayout.nodeLock(new NodeId("node_a"));
        ZNode<MoveLock> other = ZkLayout.nodeLock(new NodeId("node_b"));
        MoveLock value = new MoveLock(MoveId.random());
        try (Controller only = new Controller(client, "c1")) {
            Leadership leadership = only.awaitLead();
            Versioned<MoveLock> first =
                    leadership.transaction().create(lock, value).commit().of(lock);
            leadership.transaction().set(lock, first, value).commit();

            assertRefused(
                    ErrorCode.ALREADY_EXISTS,
                    () -> leadership
                            .transaction()
                            .create(other, value)
                            .create(lock, value)
                            .commit());
            assertRefused(
                    ErrorCode.CONFLICT,
                    () -> leadership
                            .transaction()
                            .create(other, value)
                            .set(lock, first, value)
                            .commit());
            assertThat(new DocumentStore(client).read(other)).isEmpty();
            assertThat(leadership.stillHeld()).isTrue();
        }
    }

    @Test
    void aRecordTooLargeIsRefusedBeforeItIsSent() throws Exception {
        try (Controller only = new Controller(zooKeeper.connect(), "c1")) {
            Leadership leadership = only.awaitLead();
            ZNode<String> node = ZkLayout.idempotency("key", String.class);
            assertRefused(ErrorCode.INTERNAL, () -> leadership.transaction().create(node, "x".repeat(70_000)));
        }
    }
}
