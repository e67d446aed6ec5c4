/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.time.Scheduler;
import io.drover.client.internal.PoolFactory;
import io.drover.fencing.DrainResult;
import io.drover.fencing.DrainWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShardDataSourceTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration START = Duration.ofSeconds(5);

    private final FakeServers servers = new FakeServers();
    private final List<ShardTopology> held = new CopyOnWriteArrayList<>();
    private final MetricRegistry registry = new MetricRegistry();
    private TestingZooKeeper zooKeeper;
    private ShardDataSource source;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        zooKeeper.create(Topologies.SERVING);
        source = ShardDataSource.open(config(LONG), servers);
        source.addListener(new ShardListener() {
            @Override
            public void held(ShardTopology topology) {
                held.add(topology);
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        source.close();
        zooKeeper.close();
    }

    private ShardDataSourceConfig config(Duration startTimeout) {
        return ShardDataSourceConfig.builder(zooKeeper.address(), Topologies.SHARD)
                .credentials("app", "secret")
                .name("ledger")
                .poolSize(2)
                .acquireTimeout(LONG)
                .startTimeout(startTimeout)
                .sessionTimeout(TestingZooKeeper.SESSION)
                .metrics(registry)
                .build();
    }

    private Collection<Participant> participants() {
        return zooKeeper.participants().list(Topologies.SHARD).values();
    }

    private String borrowedFrom() throws SQLException {
        try (Connection connection = source.getConnection()) {
            return FakeServers.node(connection);
        }
    }

    private CompletableFuture<String> borrowLater() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return borrowedFrom();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void takesPartBeforeItHandsOutConnections() throws SQLException {
        assertThat(participants()).extracting(Participant::name).containsExactly("ledger");
        assertThat(borrowedFrom()).isEqualTo("node_a");
    }

    @Test
    void movesWithTheShard() throws SQLException {
        zooKeeper.write(Topologies.WITH_TARGET);
        Eventually.until(() -> !servers.pools("node_b").isEmpty());
        servers.pools("node_b").get(0).idle = 2;
        Eventually.until(() -> participants().stream().allMatch(Participant::targetReady));
        Connection inFlight = source.getConnection();
        zooKeeper.write(Topologies.FENCED);
        // The topology is shown a moment before connections are held.
        Eventually.until(() -> held.contains(Topologies.FENCED));
        assertThat(source.stats().pauses()).isZero();
        assertThat(source.stats().topology()).isEqualTo(Topologies.FENCED);
        CompletableFuture<String> waiting = borrowLater();
        DrainWatch drain = new DrainWatch(zooKeeper.participants(), Scheduler.system());
        Map<ShardId, FenceEpoch> epochs = Map.of(Topologies.SHARD, Topologies.FENCED.epoch());
        assertThat(drain.awaitDrained(epochs, Duration.ofMillis(50)).complete()).isFalse();
        inFlight.close();
        DrainResult drained = drain.awaitDrained(epochs, LONG);
        assertThat(drained.complete()).isTrue();
        assertThat(waiting).isNotDone();
        zooKeeper.write(Topologies.PROMOTING);
        zooKeeper.write(Topologies.MOVED);

        assertThat(waiting.join()).isEqualTo("node_b");
        Eventually.until(() -> source.stats().pauses() == 1);
    }

    @Test
    void goesOnWhileZooKeeperIsAway() throws Exception {
        zooKeeper.server().stop();
        Eventually.until(() -> !source.stats().connected());

        assertThat(borrowedFrom()).isEqualTo("node_a");
        zooKeeper.server().restart();
        Eventually.until(() -> source.stats().connected());
        zooKeeper.write(Topologies.WITH_TARGET);
        zooKeeper.write(Topologies.FENCED);
        Eventually.until(() -> participants().stream()
                .anyMatch(participant -> participant.ackedEpoch().equals(Topologies.FENCED.epoch())));
    }

    @Test
    void thoseOfOneProcessShareASession() {
        ShardDataSourceConfig config = ShardDataSourceConfig.builder(zooKeeper.address(), Topologies.SHARD)
                .credentials("app", "secret")
                .startTimeout(LONG)
                .build();
        try (ShardDataSource one = ShardDataSource.open(config);
                ShardDataSource other = ShardDataSource.open(config)) {
            assertThat(one.membership().client().sessionId())
                    .isNotZero()
                    .isEqualTo(other.membership().client().sessionId());
            assertThat(participants()).hasSize(3);
        }
    }

    @Test
    void expiredSessionIsRegisteredAnewAndStillFenced() throws Exception {
        zooKeeper.expire(source.membership().client());
        Eventually.until(() -> participants().size() == 1 && source.stats().connected());
        assertThat(borrowedFrom()).isEqualTo("node_a");
        zooKeeper.write(Topologies.WITH_TARGET);
        zooKeeper.write(Topologies.FENCED);

        Eventually.until(() -> participants().stream()
                .anyMatch(participant -> participant.ackedEpoch().equals(Topologies.FENCED.epoch())));
    }

    @Test
    void fenceRaisedWhileTheSessionWasLostIsSeen() throws Exception {
        zooKeeper.write(Topologies.WITH_TARGET);
        zooKeeper.write(Topologies.FENCED);
        Eventually.until(() -> held.contains(Topologies.FENCED));
        zooKeeper.expire(source.membership().client());
        zooKeeper.write(Topologies.PROMOTING);
        zooKeeper.write(Topologies.MOVED);

        assertThat(borrowedFrom()).isEqualTo("node_b");
    }

    @Test
    void unknownShardIsRefusedAfterTheStartTimeout() {
        ShardDataSourceConfig unknown = ShardDataSourceConfig.builder(zooKeeper.address(), new ShardId("shard_99"))
                .credentials("app", "secret")
                .startTimeout(Duration.ofMillis(300))
                .build();

        assertThatThrownBy(() -> ShardDataSource.open(unknown, servers))
                .isInstanceOfSatisfying(DroverException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_SHARD);
                    assertThat(e).hasMessageContaining("shard_99").hasMessageContaining("300 ms");
                });
    }

    @Test
    void aPoolThatCannotBeOpenedEndsTheStartWithTheReason() {
        assertThatThrownBy(() -> ShardDataSource.open(named("other"), (topology, endpoint, purpose) -> {
                    throw new IllegalArgumentException("no such driver property");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("shard_01", "no such driver property");
        assertThat(participants()).hasSize(1);
    }

    @Test
    void theStartTimeoutIsForZooKeeperAndNotForASlowMachine() {
        PoolFactory slow = (topology, endpoint, purpose) -> {
            Waiting.pause(Scheduler.system(), START.plusMillis(500));
            return servers.open(topology, endpoint, purpose);
        };
        ShardDataSource.open(named("other"), slow).close();
    }

    private ShardDataSourceConfig named(String name) {
        return ShardDataSourceConfig.builder(zooKeeper.address(), Topologies.SHARD)
                .credentials("app", "secret")
                .name(name)
                .startTimeout(START)
                .sessionTimeout(TestingZooKeeper.SESSION)
                .build();
    }

    @Test
    void everyMetricHasItsRowInTheDocumentation() throws IOException {
        String prefix = "drover.client.ledger.shard_01.";
        Set<String> documented = Pattern.compile("`([a-z.]+)`")
                .matcher(Files.readString(Path.of("..", "docs", "client-kit.md"))
                        .lines()
                        .dropWhile(line -> !line.equals("## Metrics"))
                        .filter(line -> line.startsWith("| `"))
                        .map(line -> line.substring(0, line.indexOf('|', 1)))
                        .collect(Collectors.joining()))
                .results()
                .map(name -> prefix + name.group(1))
                .collect(Collectors.toSet());

        assertThat(registry.getNames()).isEqualTo(documented);
        assertThat(registry.getGauges().get(prefix + "connected").getValue()).isEqualTo(1);
    }

    @Test
    void metricsOfTwoDataSourcesDoNotMixAndGoWithTheirOwn() {
        assertThatThrownBy(() -> ShardDataSource.open(config(LONG), servers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("drover.client.ledger.shard_01.*")
                .hasMessageContaining("name of its own");
        assertThat(participants()).hasSize(1);
        source.close();

        assertThat(registry.getNames()).isEmpty();
    }

    @Test
    void aCallMayHaveADeadlineOfItsOwn() throws SQLException {
        try (Connection first = source.getConnection();
                Connection second = source.getConnection()) {
            assertThat(List.of(first, second)).doesNotContainNull();
            assertThatThrownBy(() -> source.getConnection(Duration.ofMillis(20)))
                    .isInstanceOf(SQLTransientConnectionException.class);
        }
    }

    @Test
    void closingLeavesNeitherZnodeNorPoolNorThread() {
        source.close();
        source.close();

        assertThat(participants()).isEmpty();
        assertThat(servers.pools()).allMatch(pool -> pool.closed);
        assertThatThrownBy(() -> source.getConnection()).isInstanceOf(SQLNonTransientConnectionException.class);
        Eventually.until(() -> threads().isEmpty());
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains("drover-" + Topologies.SHARD))
                .collect(Collectors.toSet());
    }
}
