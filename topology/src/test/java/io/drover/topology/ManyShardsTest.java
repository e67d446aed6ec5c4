/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.INSTANCE;
import static io.drover.topology.TestingZooKeeper.publish;
import static io.drover.topology.TestingZooKeeper.serving;
import static io.drover.topology.TestingZooKeeper.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reading and watching costs does not grow with the shards of others. */
class ManyShardsTest {
    private static final int SHARDS = 180;
    private static final int OF_A_POLL = 50;
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration SELDOM = Duration.ofMillis(300);
    private static final Duration OFTEN = Duration.ofMillis(20);

    private final Map<ShardId, Versioned<ShardTopology>> told = new ConcurrentHashMap<>();
    private final List<Versioned<ShardTopology>> published = new ArrayList<>();
    private TestingZooKeeper zooKeeper;
    private ZooKeeperClient client;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        client = zooKeeper.connect();
        for (int i = 0; i < SHARDS; i++) {
            published.add(publish(client, serving(shard(i), 1)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    private static ShardId shard(int number) {
        return new ShardId("shard_" + number);
    }

    private void tell(Versioned<ShardTopology> topology) {
        told.put(topology.value().shard(), topology);
    }

    @Test
    void tellsOfEveryShardAfterConnecting() {
        try (TopologyWatcher watcher = TopologyWatcher.watchAll(client, NEVER, this::tell)) {
            until(() -> told.size() == SHARDS);
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void pollsSomeOfTheIdleShardsAtATime() {
        CountingClient counting = new CountingClient(client, false);
        try (TopologyWatcher watcher = TopologyWatcher.watchAll(counting, SELDOM, this::tell)) {
            until(() -> told.size() == SHARDS);
            // the watch may have come into force after the first tick: then the second reads all of them, too
            until(() -> readsOfAPoll(counting) == OF_A_POLL);
            assertThat(readsOfAPoll(counting)).isEqualTo(OF_A_POLL);
            assertThat(watcher).isNotNull();
        }
    }

    private static int readsOfAPoll(CountingClient counting) {
        counting.forget();
        until(() -> counting.reads() > 0);
        LockSupport.parkNanos(SELDOM.dividedBy(3).toNanos());
        return counting.reads();
    }

    @Test
    void whatNoWatchHasToldIsFoundInTurns() {
        CountingClient deaf = new CountingClient(client, true);
        try (TopologyWatcher watcher = TopologyWatcher.watchAll(deaf, OFTEN, this::tell)) {
            until(() -> told.size() == SHARDS);
            List<Versioned<ShardTopology>> changed =
                    new TopologyStore(client).swap(List.of(published.get(3), published.get(SHARDS - 1)), same -> same);
            until(() -> changed.equals(List.of(told.get(shard(3)), told.get(shard(SHARDS - 1)))));
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void aShardThatAMoveHoldsIsReadAtEveryPoll() {
        CountingClient counting = new CountingClient(client, true);
        ShardTopology idle = published.get(7).value();
        Versioned<ShardTopology> held = new TopologyStore(client)
                .swap(List.of(published.get(7)), same -> heldBy(idle, MoveId.random()))
                .get(0);
        try (TopologyWatcher watcher = TopologyWatcher.watchAll(counting, OFTEN, this::tell)) {
            until(() -> told.size() == SHARDS && held.equals(told.get(shard(7))));
            counting.forget();
            until(() -> counting.reads() > 8 * OF_A_POLL);
            assertThat(counting.reads(shard(7))).isGreaterThanOrEqualTo(6);
            assertThat(counting.reads(shard(8))).isLessThan(6);
            assertThat(watcher).isNotNull();
        }
    }

    @Test
    void oneIdleShardIsPolledTenTimesAsSeldomAsOneThatAMoveHolds() {
        ShardTopology moved = published.get(6).value();
        new TopologyStore(client).swap(List.of(published.get(6)), same -> heldBy(moved, MoveId.random()));
        CountingClient ofIdle = new CountingClient(client, true);
        CountingClient ofHeld = new CountingClient(client, true);
        try (TopologyWatcher idle = TopologyWatcher.watch(ofIdle, shard(5), OFTEN, this::tell);
                TopologyWatcher held = TopologyWatcher.watch(ofHeld, shard(6), OFTEN, this::tell)) {
            until(() -> ofIdle.reads() >= 3 && ofHeld.reads() >= 3);
            ofIdle.forget();
            ofHeld.forget();
            until(() -> ofHeld.reads() >= 100);
            // ten, if no poll of either was late
            assertThat(ofIdle.reads()).isBetween(2, 30);
            assertThat(held).isNotEqualTo(idle);
        }
    }

    @Test
    void aShardIsPolledOftenAsSoonAsAMoveHoldsIt() {
        CountingClient deaf = new CountingClient(client, true);
        ShardTopology idle = published.get(5).value();
        try (TopologyWatcher watcher = TopologyWatcher.watch(deaf, shard(5), OFTEN, this::tell)) {
            until(() -> told.size() == 1);
            Versioned<ShardTopology> held = new TopologyStore(client)
                    .swap(List.of(published.get(5)), same -> heldBy(idle, MoveId.random()))
                    .get(0);
            until(() -> held.equals(told.get(shard(5))));
            CountingClient ofIdle = new CountingClient(client, true);
            try (TopologyWatcher other = TopologyWatcher.watch(ofIdle, shard(4), OFTEN, this::tell)) {
                deaf.forget();
                until(() -> ofIdle.reads() >= 4);
                assertThat(deaf.reads()).isGreaterThan(2 * ofIdle.reads());
                assertThat(watcher).isNotEqualTo(other);
            }
        }
    }

    private static ShardTopology heldBy(ShardTopology topology, MoveId move) {
        return new ShardTopology(
                1,
                topology.shard(),
                topology.instance(),
                topology.epoch(),
                topology.state(),
                topology.database(),
                topology.primary(),
                List.of(),
                move,
                null);
    }

    @Test
    void readsOnlyTheShardsThatAnInstanceIsKnownToHold() {
        CountingClient counting = new CountingClient(client, false);
        TopologyStore store = new TopologyStore(counting);
        assertThat(store.readInstance(INSTANCE, List.of(shard(4), shard(2), new ShardId("nowhere"))))
                .containsExactly(published.get(4), published.get(2));
        assertThat(counting.reads()).isEqualTo(3);
        assertThat(store.readInstance(new InstanceId("1"), List.of(shard(4)))).isEmpty();
    }

    @Test
    void findsAllShardsOfAnInstanceInSeveralGoes() {
        for (int i = SHARDS; i < 3 * 500 + 7; i++) {
            published.add(publish(client, serving(shard(i), 1)));
        }
        assertThat(new TopologyStore(client).readInstance(INSTANCE)).hasSize(published.size());
    }
}
