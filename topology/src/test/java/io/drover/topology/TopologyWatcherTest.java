/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.LIMIT;
import static io.drover.topology.TestingZooKeeper.SHARD;
import static io.drover.topology.TestingZooKeeper.publish;
import static io.drover.topology.TestingZooKeeper.serving;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.topology.TopologyWatcher.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopologyWatcherTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private TestingZooKeeper zooKeeper;
    private ZooKeeperClient client;
    private TopologyStore store;
    private Recorder recorder;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        client = zooKeeper.connect();
        store = new TopologyStore(client, LIMIT);
        recorder = new Recorder();
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    private static final class Recorder implements TopologyWatcher.Listener {
        private final BlockingQueue<Versioned<ShardTopology>> wentBack = new LinkedBlockingQueue<>();
        private final BlockingQueue<Versioned<ShardTopology>> changes = new LinkedBlockingQueue<>();
        private final BlockingQueue<ShardId> absences = new LinkedBlockingQueue<>();
        private final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();

        @Override
        public void changed(Versioned<ShardTopology> newest) {
            changes.add(newest);
        }

        @Override
        public void wentBack(Versioned<ShardTopology> read) {
            wentBack.add(read);
        }

        @Override
        public void absent(ShardId shard) {
            absences.add(shard);
        }

        @Override
        public void connection(Connection change) {
            connections.add(change);
        }

        Versioned<ShardTopology> next() throws InterruptedException {
            Versioned<ShardTopology> change = changes.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(change).as("change").isNotNull();
            return change;
        }

        void awaitConnection(Connection expected) throws InterruptedException {
            Connection next;
            do {
                next = connections.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                assertThat(next).as("waiting for %s", expected).isNotNull();
            } while (next != expected);
        }
    }

    @Test
    void tellsWhatThereIsAndEachChange() throws Exception {
        Versioned<ShardTopology> first = publish(client, serving(SHARD, 1));
        try (TopologyWatcher watcher = TopologyWatcher.watch(client, SHARD, NEVER, recorder)) {
            recorder.awaitConnection(Connection.CONNECTED);
            assertThat(recorder.next()).isEqualTo(first);
            Versioned<ShardTopology> second = swap(first);
            assertThat(recorder.next()).isEqualTo(second);
            assertThat(watcher).isNotNull();
        }
        swap(store.readAll().get(0));
        assertThat(recorder.changes).isEmpty();
    }

    @Test
    void aShardMayAppearLater() throws Exception {
        try (TopologyWatcher watcher = TopologyWatcher.watch(client, SHARD, NEVER, recorder)) {
            assertThat(recorder.absences.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                    .isEqualTo(SHARD);
            Versioned<ShardTopology> first = publish(client, serving(SHARD, 1));
            assertThat(recorder.next()).isEqualTo(first);
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void neverGoesBackToALowerEpochEvenWhenItWasWrittenLater() throws Exception {
        Versioned<ShardTopology> first = publish(client, serving(SHARD, 5));
        try (TopologyWatcher watcher = TopologyWatcher.watch(client, SHARD, NEVER, recorder)) {
            recorder.next();
            Versioned<ShardTopology> lower =
                    store.swap(List.of(first), old -> serving(SHARD, 4)).get(0);
            Versioned<ShardTopology> higher =
                    store.swap(List.of(lower), old -> serving(SHARD, 6)).get(0);
            assertThat(recorder.next()).isEqualTo(higher);
            assertThat(recorder.wentBack).allMatch(lower::equals);
            assertThat(watcher).isNotNull();
        }
    }

    /** H39: what it was told last has versions that mean nothing in the tree that is there now. */
    @Test
    void tellsOnceThatZooKeeperHoldsAnOlderTopology() throws Exception {
        Versioned<ShardTopology> first = publish(client, serving(SHARD, 5));
        try (TopologyWatcher watcher = TopologyWatcher.watch(client, SHARD, Duration.ofMillis(20), recorder)) {
            recorder.next();
            Versioned<ShardTopology> lower =
                    store.swap(List.of(first), old -> serving(SHARD, 4)).get(0);
            assertThat(recorder.wentBack.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                    .isEqualTo(lower);
            assertThat(recorder.wentBack.poll(200, TimeUnit.MILLISECONDS)).isNull();
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void rapidChangesEndWithTheNewestAndNeverGoBack() throws Exception {
        Versioned<ShardTopology> newest = publish(client, serving(SHARD, 1));
        try (TopologyWatcher watcher = TopologyWatcher.watch(zooKeeper.connect(), SHARD, NEVER, recorder)) {
            for (int i = 0; i < 200; i++) {
                newest = swap(newest);
            }
            Versioned<ShardTopology> last = recorder.next();
            while (last.mzxid() < newest.mzxid()) {
                Versioned<ShardTopology> next = recorder.next();
                assertThat(next.mzxid()).isGreaterThan(last.mzxid());
                last = next;
            }
            assertThat(last).isEqualTo(newest);
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void survivesARestartOfTheServerAndSeesWhatItMissed() throws Exception {
        Versioned<ShardTopology> first = publish(client, serving(SHARD, 1));
        ZooKeeperClient own = zooKeeper.connect();
        try (TopologyWatcher watcher = TopologyWatcher.watch(own, SHARD, NEVER, recorder)) {
            recorder.next();
            recorder.awaitConnection(Connection.CONNECTED);
            ZooKeeper handle = ((CuratorClient) own).handle();
            handle.getTestable().closeSocket();
            // the client notices when it has something to send
            handle.sync("/", (code, path, context) -> {}, null);
            recorder.awaitConnection(Connection.SUSPENDED);
            Versioned<ShardTopology> missed = swap(first);
            assertThat(recorder.next()).isEqualTo(missed);

            zooKeeper.server().restart();
            TestingZooKeeper.until(() -> store.read(SHARD).isPresent());
            Versioned<ShardTopology> later = swap(missed);
            assertThat(recorder.next()).isEqualTo(later);
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void watchesOnInANewSession() throws Exception {
        ZooKeeperClient own = zooKeeper.connect();
        Versioned<ShardTopology> first = publish(client, serving(SHARD, 1));
        try (TopologyWatcher watcher = TopologyWatcher.watch(own, SHARD, NEVER, recorder)) {
            recorder.next();
            zooKeeper.expire(own);
            recorder.awaitConnection(Connection.NEW_SESSION);
            Versioned<ShardTopology> second = swap(first);
            assertThat(recorder.next()).isEqualTo(second);
            assertThat(recorder.changes).isEmpty();
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void watchesAllShardsAlsoNewOnes() throws Exception {
        publish(client, serving(SHARD, 1));
        client.session()
                .create(ZkLayout.topologies() + "/Not-A-Shard", new byte[0], CreateMode.PERSISTENT)
                .join();
        ShardId later = new ShardId("shard_02");
        try (TopologyWatcher watcher = TopologyWatcher.watchAll(client, recorder)) {
            assertThat(recorder.next().value().shard()).isEqualTo(SHARD);
            Versioned<ShardTopology> added = publish(client, serving(later, 1));
            assertThat(recorder.next()).isEqualTo(added);
            new AtomicWrite(new ZkCalls(client))
                    .delete(ZkLayout.shardTopology(later), added.version())
                    .commit();
            assertThat(recorder.absences.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                    .isEqualTo(later);
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void tellsAChangeWithinMilliseconds() throws Exception {
        Versioned<ShardTopology> newest = publish(client, serving(SHARD, 1));
        BlockingQueue<Long> delays = new LinkedBlockingQueue<>();
        ZooKeeperClient own = zooKeeper.connect();
        try (TopologyWatcher watcher =
                TopologyWatcher.watch(own, SHARD, NEVER, change -> delays.add(System.nanoTime()))) {
            delays.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            long enough = Duration.ofMillis(50).toNanos();
            long end = System.nanoTime() + LIMIT.toNanos();
            long best = Long.MAX_VALUE;
            // Once is enough: a busy machine tells many a change later.
            while (best >= enough && System.nanoTime() < end) {
                long start = System.nanoTime();
                newest = swap(newest);
                Long told = delays.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                assertThat(told).isNotNull();
                best = Math.min(best, told - start);
            }
            assertThat(best).isLessThan(enough);
            assertThat(watcher).isNotNull();
        }
    }

    private Versioned<ShardTopology> swap(Versioned<ShardTopology> old) {
        return store.swap(List.of(old), TestingZooKeeper::fenced).get(0);
    }
}
