/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.time.Scheduler;
import io.drover.fencing.FenceTransitions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts while ZooKeeper is away. */
class ColdStartTest {
    @TempDir
    private Path directory;

    private final FakeServers servers = new FakeServers();
    private TestingZooKeeper zooKeeper;
    private Path path;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        zooKeeper.create(Topologies.SERVING);
        path = directory.resolve("shard_01.json");
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    private ShardDataSourceConfig.Builder config(ShardId shard) {
        return ShardDataSourceConfig.builder(zooKeeper.address(), shard)
                .credentials("app", "secret")
                .name("ledger")
                .poolSize(2)
                .startTimeout(Duration.ofMillis(200))
                .sessionTimeout(TestingZooKeeper.SESSION)
                .topologyFile(path);
    }

    private TopologyFile file() {
        return new TopologyFile(
                path,
                zooKeeper.address(),
                Topologies.SHARD,
                Duration.ofDays(1),
                Scheduler.system().clock());
    }

    private static String borrowedFrom(ShardDataSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return FakeServers.node(connection);
        }
    }

    private static boolean isBorrowedFrom(String node, ShardDataSource source) {
        try {
            return borrowedFrom(source).equals(node);
        } catch (SQLException e) {
            return false;
        }
    }

    private List<Participant> participants() {
        return List.copyOf(zooKeeper.participants().list(Topologies.SHARD).values());
    }

    /** A start with the default patience: the machine may stand still. */
    private ShardDataSource patient() {
        return ShardDataSource.open(
                config(Topologies.SHARD).startTimeout(Duration.ofSeconds(60)).build(), servers);
    }

    @Test
    void keepsWhatServesAndNoFence() throws Exception {
        try (ShardDataSource source = patient()) {
            Eventually.until(() -> Files.exists(path));
            assertThat(file().read()).isEqualTo(Topologies.SERVING);
            zooKeeper.write(Topologies.WITH_TARGET);
            zooKeeper.write(Topologies.FENCED);
            Eventually.until(() -> source.stats().topology().equals(Topologies.FENCED));
            assertThat(file().read().epoch()).isEqualTo(Topologies.SERVING.epoch());
            zooKeeper.write(Topologies.PROMOTING);
            zooKeeper.write(Topologies.MOVED);
            Eventually.until(() -> source.stats().topology().equals(Topologies.MOVED));
        }

        assertThat(file().read()).isEqualTo(Topologies.MOVED);
    }

    @Test
    void goesByTheFileUntilZooKeeperIsThereAndTakesPartThen() throws Exception {
        file().write(Topologies.SERVING);
        zooKeeper.write(Topologies.WITH_TARGET);
        zooKeeper.write(Topologies.FENCED);
        zooKeeper.write(Topologies.PROMOTING);
        zooKeeper.write(Topologies.MOVED);
        zooKeeper.server().stop();
        try (ShardDataSource source =
                ShardDataSource.open(config(Topologies.SHARD).build(), servers)) {
            assertThat(borrowedFrom(source)).isEqualTo("node_a");
            assertThat(source.stats().connected()).isFalse();
            zooKeeper.server().restart();
            Eventually.until(() -> source.stats().topology().equals(Topologies.MOVED));
            assertThat(source.stats().connected()).isTrue();

            // the pool to it is opened meanwhile
            Eventually.until(() -> isBorrowedFrom("node_b", source));
            assertThat(participants()).extracting(Participant::name).containsExactly("ledger");
            ShardTopology back = FenceTransitions.rollbackAsTarget(Topologies.MOVED, Topologies.MOVE);
            zooKeeper.write(back);
            zooKeeper.write(Topologies.fence(back));
            Eventually.until(() -> participants().stream()
                    .anyMatch(participant -> participant.ackedEpoch().value() == 10));
        }
    }

    @Test
    void refusedFileIsNamedWithTheReason() throws Exception {
        Files.writeString(path, "{");
        zooKeeper.server().stop();

        assertThatThrownBy(() -> ShardDataSource.open(config(Topologies.SHARD).build(), servers))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE))
                .hasMessageContainingAll("could not start within 200 ms", path.toString(), "not whole");
        assertThat(servers.pools()).isEmpty();
    }

    @Test
    void shardThatZooKeeperDoesNotKnowIsNotTakenFromAFile() throws IOException {
        ShardId gone = new ShardId("shard_99");
        ShardTopology topology = new ShardTopology(
                1,
                gone,
                Topologies.SERVING.instance(),
                Topologies.SERVING.epoch(),
                Topologies.SERVING.state(),
                "app",
                Topologies.SERVING.primary(),
                List.of(),
                null,
                null);
        new TopologyFile(
                        path,
                        zooKeeper.address(),
                        gone,
                        Duration.ofDays(1),
                        Scheduler.system().clock())
                .write(topology);

        assertThatThrownBy(() -> ShardDataSource.open(config(gone).build(), servers))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_SHARD));
    }

    @Test
    void demotedPrimaryThatAnOldFileNamesIsNotWrittenTo() throws Exception {
        zooKeeper.server().stop();
        try (ScriptedServer demoted = new ScriptedServer()) {
            demoted.recover(true);
            ShardTopology old = new ShardTopology(
                    1,
                    Topologies.SHARD,
                    Topologies.SERVING.instance(),
                    Topologies.SERVING.epoch(),
                    Topologies.SERVING.state(),
                    "app",
                    new Endpoint(new NodeId("node_a"), "127.0.0.1", demoted.port()),
                    List.of(),
                    null,
                    null);
            file().write(old);
            ShardDataSourceConfig config = config(Topologies.SHARD)
                    .rampUp(Duration.ZERO)
                    .driverProperties(
                            Map.of("preferQueryMode", "simple", "sslmode", "disable", "assumeMinServerVersion", "12"))
                    .build();
            try (ShardDataSource source = ShardDataSource.open(config)) {
                assertThatThrownBy(() -> source.getConnection(Duration.ofSeconds(2)))
                        .hasMessageContainingAll("no connection within", "in recovery");
                demoted.recover(false);
                source.getConnection(Duration.ofSeconds(30)).close();
            }
        }
    }
}
