/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.SHARD;
import static io.drover.topology.TestingZooKeeper.publish;
import static io.drover.topology.TestingZooKeeper.serving;
import static io.drover.topology.TestingZooKeeper.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopologyStoreTest {
    private static final ShardId OTHER = new ShardId("shard_02");

    private TestingZooKeeper zooKeeper;
    private ZooKeeperClient client;
    private TopologyStore store;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        client = zooKeeper.connect();
        store = new TopologyStore(client);
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    static void assertRefused(ErrorCode code, ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void readsWhatExists() {
        Versioned<ShardTopology> first = publish(client, serving(SHARD, 1));
        publish(client, serving(OTHER, 3));

        assertThat(store.read(SHARD)).contains(first);
        assertThat(store.read(new ShardId("nowhere"))).isEmpty();
        assertThat(store.readAll()).extracting(read -> read.value().shard()).containsExactly(SHARD, OTHER);
        assertThat(store.readInstance(TestingZooKeeper.INSTANCE)).hasSize(2);
        assertThat(store.readInstance(new InstanceId("1"))).isEmpty();
    }

    @Test
    void rehearsesAWriteWithoutAnEffect() {
        publish(client, serving(SHARD, 1));
        List<Versioned<ShardTopology>> before = store.readAll();

        store.rehearseSwap(before, TestingZooKeeper::fenced);

        assertThat(store.readAll()).isEqualTo(before);
    }

    @Test
    void replacesAllShardsOfAnInstanceInOneTransaction() {
        publish(client, serving(SHARD, 1));
        publish(client, serving(OTHER, 1));

        List<Versioned<ShardTopology>> written = store.swap(store.readAll(), TestingZooKeeper::fenced);

        assertThat(written).extracting(topology -> topology.value().state()).containsOnly(TopologyState.FENCED);
        assertThat(written)
                .extracting(Versioned::mzxid)
                .containsOnly(written.get(0).mzxid());
        assertThat(store.readAll()).isEqualTo(written);
    }

    @Test
    void changesNothingWhenOneShardWasWrittenMeanwhile() {
        publish(client, serving(SHARD, 1));
        publish(client, serving(OTHER, 1));
        List<Versioned<ShardTopology>> old = store.readAll();
        store.swap(List.of(old.get(1)), TestingZooKeeper::fenced);

        assertThatThrownBy(() -> store.swap(old, TestingZooKeeper::fenced))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
                .hasMessageContaining("/topology/shard_02");
        assertThat(store.read(SHARD)).contains(old.get(0));
    }

    @Test
    void verifiesVersionsAndLeader() {
        Versioned<ShardTopology> first = publish(client, serving(SHARD, 1));
        LeaderEpoch epoch = new LeaderEpoch(4);
        LeaderRecord record = new LeaderRecord(epoch, "c1", "http://c1");
        ZkCalls calls = new ZkCalls(client);
        new AtomicWrite(calls).create(ZkLayout.leaderEpoch(), record).commit();

        store.verify(List.of(first), epoch);
        store.verify(epoch);
        assertRefused(ErrorCode.LEADERSHIP_LOST, () -> store.verify(new LeaderEpoch(3)));

        store.swap(List.of(first), TestingZooKeeper::fenced);
        assertRefused(ErrorCode.CONFLICT, () -> store.verify(List.of(first)));
        assertRefused(ErrorCode.CONFLICT, () -> store.verify(List.of(first), epoch));

        new AtomicWrite(calls)
                .set(ZkLayout.leaderEpoch(), 0, new LeaderRecord(epoch.next(), "c2", "http://c2"))
                .commit();
        assertRefused(ErrorCode.LEADERSHIP_LOST, () -> store.verify(epoch));
        store.verify(epoch.next());
    }

    @Test
    void noLeaderIsNotALeader() {
        assertRefused(ErrorCode.LEADERSHIP_LOST, () -> store.verify(new LeaderEpoch(0)));
    }

    @Test
    void givesUpWithinItsLimit() throws Exception {
        Versioned<ShardTopology> first = publish(client, serving(SHARD, 1));
        zooKeeper.server().stop();
        TopologyStore hasty = new TopologyStore(client, Duration.ofMillis(300));

        // Tried again because any call takes long on a machine that stands still in the middle of it.
        until(() -> {
            long start = System.nanoTime();
            assertRefused(ErrorCode.ZOOKEEPER_UNAVAILABLE, () -> hasty.read(SHARD));
            assertRefused(ErrorCode.ZOOKEEPER_UNAVAILABLE, () -> hasty.swap(List.of(first), TestingZooKeeper::fenced));
            return Duration.ofNanos(System.nanoTime() - start).compareTo(Duration.ofSeconds(2)) < 0;
        });
    }

    @Test
    void anInterruptEndsTheWaitAndStaysSet() throws Exception {
        zooKeeper.server().stop();
        Thread.currentThread().interrupt();

        Optional<ErrorCode> code = Optional.empty();
        try {
            store.read(SHARD);
        } catch (DroverException e) {
            code = Optional.of(e.code());
        }

        assertThat(Thread.interrupted()).isTrue();
        assertThat(code).contains(ErrorCode.ZOOKEEPER_UNAVAILABLE);
    }
}
