/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.time.Scheduler;
import io.drover.client.FakeServers.FakePool;
import io.drover.client.internal.KitPorts;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.Versioned;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardFollowerTest {
    private static final int SIZE = 2;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final FakeServers servers = new FakeServers();
    private final List<Announcement> announced = new CopyOnWriteArrayList<>();
    private final List<Connection> held = new ArrayList<>();
    private final AtomicLong zxid = new AtomicLong(100);
    private final ShardDataSourceConfig config = ShardDataSourceConfig.builder("zookeeper", Topologies.SHARD)
            .credentials("app", "secret")
            .poolSize(SIZE)
            .acquireTimeout(LONG)
            .build();
    private final KitPorts ports = new KitPorts(
            Scheduler.system(),
            () -> {
                throw new IllegalStateException("a follower knows nothing of ZooKeeper");
            },
            servers,
            ThreadLocalRandom::current);
    private final MetricRegistry registry = new MetricRegistry();
    private final KitMetrics metrics = new KitMetrics(registry, "test", "shard_01");
    private final ShardFollower follower = new ShardFollower(
            config, ports, metrics, (epoch, ready) -> announced.add(new Announcement(epoch.value(), ready)));

    private record Announcement(long acknowledged, boolean targetReady) {}

    @AfterEach
    void stop() {
        follower.drain(Duration.ZERO);
        follower.close();
    }

    private void see(ShardTopology topology) {
        seeAt(topology, zxid.incrementAndGet());
    }

    private void seeAt(ShardTopology topology, long mzxid) {
        follower.follow(new Versioned<>(topology, 1, 1, mzxid, Instant.EPOCH));
        settle();
    }

    /** All that was given to the kit's thread has been done; what that causes in turn as well. */
    private void settle() {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            follower.run(() -> done.complete(null));
            done.join();
        }
    }

    private Connection borrow() throws SQLException {
        Connection connection = borrow(LONG);
        held.add(connection);
        return connection;
    }

    private Connection borrow(Duration limit) throws SQLException {
        return follower.lane().borrow(new Deadline(Scheduler.system(), limit));
    }

    private CompletableFuture<Connection> borrowLater() {
        int before = follower.lane().gate().waiting();
        CompletableFuture<Connection> later = CompletableFuture.supplyAsync(() -> {
            try {
                return borrow(LONG);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        Eventually.until(() -> later.isDone() || follower.lane().gate().waiting() > before);
        return later;
    }

    private void assertRefused(String... fragments) {
        assertThatThrownBy(() -> borrow(Duration.ofMillis(20)))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContainingAll(fragments);
    }

    @Test
    void handsOutConnectionsToThePrimary() throws SQLException {
        see(Topologies.SERVING);

        assertThat(FakeServers.node(borrow())).isEqualTo("node_a");
    }

    @Test
    void waitsWhileFencedAndGoesOnAtTheTarget() throws SQLException {
        see(Topologies.WITH_TARGET);
        see(Topologies.FENCED);
        CompletableFuture<Connection> waiting = borrowLater();
        assertThat(waiting).isNotDone();
        see(Topologies.PROMOTING);
        assertThat(waiting).isNotDone();
        see(Topologies.MOVED);

        assertThat(FakeServers.node(waiting.join())).isEqualTo("node_b");
        assertThat(follower.stats(true).pauses()).isEqualTo(1);
        assertThat(follower.stats(true).lastPause()).isPositive();
    }

    @Test
    void refusalSaysShardStateEpochAndTime() {
        see(Topologies.FENCED);

        assertRefused("shard_01", "FENCED", "epoch 8", "no connection within");
    }

    @Test
    void refusalUnderAFenceSaysForHowLongWritesAreHeld() {
        see(Topologies.WITH_TARGET);
        see(Topologies.FENCED);

        assertThatThrownBy(() -> borrow(Duration.ofMillis(20)))
                .hasMessageMatching(
                        "shard shard_01 in state FENCED at epoch 8, held for \\d+ ms: no connection within .*");
        see(Topologies.MOVED);
        servers.pools("node_b").get(0).reachable = false;
        assertThatThrownBy(() -> borrow(Duration.ofMillis(20)))
                .hasMessageStartingWith("shard shard_01 in state SERVING at epoch 9: no connection");
    }

    private Object gauge(String name) {
        return registry.getGauges().get("drover.client.test.shard_01." + name).getValue();
    }

    @Test
    void metricsTellOfAMove() throws SQLException {
        see(Topologies.WITH_TARGET);
        servers.pools("node_a").get(0).idle = 1;
        servers.pools("node_b").get(0).idle = 2;
        Connection connection = borrow();
        assertThat(gauge("epoch")).isEqualTo(7L);
        assertThat(gauge("state")).isEqualTo(0);
        assertThat(gauge("borrowed")).isEqualTo(1);
        assertThat(gauge("pool.primary.open")).isEqualTo(2);
        assertThat(gauge("pool.primary.idle")).isEqualTo(1);
        assertThat(gauge("pool.target.open")).isEqualTo(2);
        assertThat(gauge("pool.target.idle")).isEqualTo(2);
        see(Topologies.FENCED);
        connection.close();
        CompletableFuture<Connection> waiting = borrowLater();
        assertThat(gauge("state")).isEqualTo(1);
        assertThat(gauge("waiting")).isEqualTo(1);
        assertThat(gauge("held")).isEqualTo(1);
        see(Topologies.MOVED);
        waiting.join().close();

        assertThat(gauge("epoch")).isEqualTo(9L);
        assertThat(gauge("held")).isEqualTo(0);
        assertThat(gauge("pool.target.open")).isEqualTo(0);
        assertThat(registry.timer("drover.client.test.shard_01.pause").getCount())
                .isEqualTo(1);
    }

    @Test
    void poolKeepsItsSizeOverASwitchAndIsNotOpenedAnew() throws SQLException {
        see(Topologies.WITH_TARGET);
        FakePool target = servers.pools("node_b").get(0);
        target.idle = SIZE;
        Eventually.until(() -> follower.stats(true).targetReady());
        see(Topologies.FENCED);
        see(Topologies.MOVED);
        for (int i = 0; i < SIZE; i++) {
            assertThat(FakeServers.node(borrow())).isEqualTo("node_b");
        }

        assertThat(servers.pools("node_b")).containsExactly(target);
        assertThat(target.borrowed).hasValue(SIZE);
        assertThat(target.resting).isFalse();
        assertThat(borrowLater()).isNotDone();
    }

    @Test
    void acknowledgesOnlyWhenTheLastConnectionIsBack() throws SQLException {
        see(Topologies.WITH_TARGET);
        Connection first = borrow();
        Connection second = borrow();
        see(Topologies.FENCED);
        assertThat(announced).isEmpty();
        first.close();
        first.close();
        settle();
        assertThat(announced).isEmpty();
        second.close();
        settle();

        assertThat(announced).containsExactly(new Announcement(8, false));
    }

    @Test
    void acknowledgesAtOnceWhenNothingIsInFlight() {
        see(Topologies.WITH_TARGET);
        see(Topologies.FENCED);

        assertThat(announced).containsExactly(new Announcement(8, false));
    }

    @Test
    void startingUnderAFenceAcknowledgesAndWaits() {
        see(Topologies.FENCED);

        assertThat(announced).containsExactly(new Announcement(8, false));
        assertRefused("FENCED");
        assertThat(servers.pools("node_a")).isEmpty();
    }

    @Test
    void connectionHeldSinceAnEarlierEpochKeepsTheNextFenceUnacknowledged() throws SQLException {
        see(Topologies.WITH_TARGET);
        Connection straggler = borrow();
        see(Topologies.FENCED);
        see(Topologies.REOPENED);
        see(Topologies.fence(Topologies.REOPENED));
        assertThat(announced).isEmpty();
        straggler.close();
        settle();

        assertThat(announced).containsExactly(new Announcement(10, false));
    }

    @Test
    void readersOnThePrimaryAreDrainedToo() throws SQLException {
        see(Topologies.WITH_TARGET);
        Connection reader = follower.readers().getConnection();
        assertThat(reader.isReadOnly()).isTrue();
        see(Topologies.FENCED);
        assertThat(announced).isEmpty();
        reader.close();
        settle();

        assertThat(announced).containsExactly(new Announcement(8, false));
    }

    @Test
    void abortedMoveProvesEverySessionAnewOnTheSamePrimary() throws SQLException {
        see(Topologies.WITH_TARGET);
        borrow().close();
        see(Topologies.FENCED);
        CompletableFuture<Connection> waiting = borrowLater();
        see(Topologies.ABORTING);
        assertThat(waiting).isNotDone();
        assertThat(servers.pools("node_a").get(0).renewals).hasValue(0);
        see(Topologies.REOPENED);

        assertThat(FakeServers.node(waiting.join())).isEqualTo("node_a");
        assertThat(servers.pools("node_a")).hasSize(1);
        assertThat(servers.pools("node_a").get(0).renewals).hasValue(1);
        assertThat(servers.pools("node_a").get(0).closed).isFalse();
        assertThat(servers.pools("node_b").get(0).closed).isFalse();
    }

    @Test
    void fenceThatWasNotSeenProvesEverySessionAnewAsWell() throws SQLException {
        see(Topologies.WITH_TARGET);
        Connection old = borrow();
        see(Topologies.REOPENED);
        borrow();
        old.close();
        settle();

        assertThat(servers.pools("node_a").get(0).renewals).hasValue(1);
        assertThat(servers.pools("node_a").get(0).closed).isFalse();
    }

    @Test
    void poolToTheOldPrimaryIsClosedWhenItsLastConnectionIsBack() throws SQLException {
        see(Topologies.WITH_TARGET);
        Connection straggler = borrow();
        see(Topologies.FENCED);
        see(Topologies.MOVED);
        FakePool old = servers.pools("node_a").get(0);
        settle();
        assertThat(old.closed).isFalse();
        straggler.close();

        Eventually.until(() -> old.closed);
    }

    @Test
    void poolToTheOldPrimaryIsClosedAfterTheSwitch() {
        see(Topologies.WITH_TARGET);
        see(Topologies.FENCED);
        settle();
        assertThat(servers.pools("node_a").get(0).closed).isFalse();
        see(Topologies.MOVED);

        Eventually.until(() -> servers.pools("node_a").get(0).closed);
    }

    @Test
    void lowerEpochIsRefused() throws SQLException {
        see(Topologies.WITH_TARGET);
        see(Topologies.FENCED);
        see(Topologies.MOVED);
        see(Topologies.SERVING);
        see(Topologies.FENCED);

        assertThat(FakeServers.node(borrow())).isEqualTo("node_b");
    }

    @Test
    void olderWriteAtTheSameEpochIsRefused() {
        seeAt(Topologies.FENCED, 50);
        seeAt(Topologies.ABORTING, 60);
        seeAt(Topologies.FENCED, 50);

        assertThat(follower.stats(true).topology()).isEqualTo(Topologies.ABORTING);
    }

    @Test
    void replicasChangeAtTheSameEpochWithoutTouchingThePool() throws SQLException {
        see(Topologies.SERVING);
        Connection connection = borrow();
        see(Topologies.WITH_TARGET);
        see(FenceTransitions.withoutTarget(Topologies.WITH_TARGET));

        assertThat(connection.isClosed()).isFalse();
        assertThat(servers.pools("node_a")).hasSize(1);
        Eventually.until(() -> servers.pools("node_b").get(0).closed);
    }

    @Test
    void targetIsWarmedAheadAndTakenOver() throws SQLException {
        see(Topologies.WITH_TARGET);
        FakePool target = servers.pools("node_b").get(0);
        target.idle = SIZE - 1;
        settle();
        assertThat(follower.stats(true).targetReady()).isFalse();
        target.idle = SIZE;
        Eventually.until(() -> announced.contains(new Announcement(0, true)));
        see(Topologies.FENCED);
        assertThat(announced).endsWith(new Announcement(8, true));
        see(Topologies.MOVED);
        borrow();

        assertThat(servers.pools("node_b")).containsExactly(target);
        assertThat(target.borrowed).hasValue(1);
        assertThat(announced).endsWith(new Announcement(8, false));
    }

    @Test
    void closedPoolUnderACallerIsNoFailureOfTheCaller() throws SQLException {
        see(Topologies.WITH_TARGET);
        FakePool source = servers.pools("node_a").get(0);
        source.reachable = false;
        CompletableFuture<Connection> caller = CompletableFuture.supplyAsync(() -> {
            try {
                return borrow(LONG);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        see(Topologies.FENCED);
        source.reachable = true;
        see(Topologies.MOVED);

        assertThat(FakeServers.node(caller.join())).isEqualTo("node_b");
    }

    @Test
    void unreachablePrimaryIsNamedWhenTheTimeIsUp() {
        see(Topologies.SERVING);
        servers.pools("node_a").get(0).reachable = false;

        assertRefused("shard_01", "SERVING", "epoch 7", "no route to node_a");
    }

    @Test
    void readsGoToReplicasByTheirWeight() throws SQLException {
        see(Topologies.withReplicas(
                Topologies.SERVING,
                Topologies.replica("node_c", ReplicaRole.READ, 30),
                Topologies.replica("node_d", ReplicaRole.READ, 10),
                Topologies.replica("node_e", ReplicaRole.READ, 0)));
        int[] count = new int[2];
        for (int i = 0; i < 4_000; i++) {
            try (Connection connection = follower.readers().getConnection()) {
                count["node_c".equals(FakeServers.node(connection)) ? 0 : 1]++;
            }
        }

        assertThat(count[0]).isBetween(2_800, 3_200);
        assertThat(servers.pools())
                .extracting(pool -> pool.endpoint.node().value())
                .doesNotContain("node_e");
    }

    @Test
    void readsGoOnAtReplicasWhileWritesAreHeld() throws SQLException {
        ShardTopology read = Topologies.withReplicas(
                Topologies.WITH_TARGET, Topologies.TARGET, Topologies.replica("node_c", ReplicaRole.READ, 1));
        see(read);
        see(Topologies.fence(read));

        try (Connection connection = follower.readers().getConnection()) {
            assertThat(FakeServers.node(connection)).isEqualTo("node_c");
        }
        assertThat(announced).containsExactly(new Announcement(8, false));
    }

    @Test
    void readsLeaveAReplicaThatLosesItsWeight() throws SQLException {
        see(Topologies.withReplicas(Topologies.SERVING, Topologies.replica("node_c", ReplicaRole.READ, 1)));
        Connection reader = follower.readers().getConnection();
        see(Topologies.SERVING);

        try (Connection connection = follower.readers().getConnection()) {
            assertThat(FakeServers.node(connection)).isEqualTo("node_a");
        }
        FakePool replica = servers.pools("node_c").get(0);
        Eventually.until(() -> replica.resting);
        assertThat(replica.closed).isFalse();
        reader.close();
        Eventually.until(() -> replica.closed);
    }

    @Test
    void readsGoToThePrimaryWhenTheReplicaCannotBeReached() throws SQLException {
        see(Topologies.withReplicas(Topologies.SERVING, Topologies.replica("node_c", ReplicaRole.READ, 1)));
        servers.pools("node_c").get(0).reachable = false;

        try (Connection connection = follower.readers().getConnection()) {
            assertThat(FakeServers.node(connection)).isEqualTo("node_a");
        }
    }

    @Test
    void listenersHearOfEachPause() throws SQLException {
        List<String> heard = new CopyOnWriteArrayList<>();
        follower.addListener(new ShardListener() {
            @Override
            public void held(ShardTopology topology) {
                heard.add("held " + topology.state());
                throw new IllegalStateException("a listener that fails harms nobody");
            }

            @Override
            public void acknowledged(FenceEpoch epoch) {
                heard.add("acknowledged " + epoch);
            }

            @Override
            public void resumed(ShardTopology topology, Duration pause) {
                heard.add("resumed " + topology.primary().node());
            }
        });
        see(Topologies.WITH_TARGET);
        see(Topologies.FENCED);
        see(Topologies.MOVED);

        assertThat(heard).containsExactly("held FENCED", "acknowledged 8", "resumed node_b");
    }

    @Test
    void drainingWaitsForTheApplicationAndThenEndsAllPools() throws SQLException {
        see(Topologies.WITH_TARGET);
        Connection connection = borrow();
        assertThat(follower.drain(Duration.ofMillis(20))).isFalse();
        connection.close();

        assertThat(follower.drain(LONG)).isTrue();
        follower.close();
        assertThat(servers.pools()).allMatch(pool -> pool.closed);
    }
}
