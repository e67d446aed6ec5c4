/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.time.Scheduler;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody who can write ZooKeeper would have the application's password (S18). */
class TopologyPoisoningTest {
    private final FakeServers servers = new FakeServers();
    private TestingZooKeeper zooKeeper;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        zooKeeper.create(Topologies.SERVING);
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    private ShardDataSourceConfig allowing(String... hosts) {
        return ShardDataSourceConfig.builder(zooKeeper.address(), Topologies.SHARD)
                .credentials("app", "secret")
                .sessionTimeout(TestingZooKeeper.SESSION)
                .startTimeout(Duration.ofSeconds(60))
                .acquireTimeout(Duration.ofSeconds(60))
                .allowedHosts(List.of(hosts))
                .build();
    }

    private static ShardTopology leadingTo(String host) {
        ShardTopology moved = Topologies.MOVED;
        return new ShardTopology(
                moved.v(),
                moved.shard(),
                moved.instance(),
                moved.epoch(),
                moved.state(),
                moved.database(),
                new Endpoint(new NodeId("node_x"), host, 5432),
                List.of(),
                null,
                null);
    }

    private List<String> hosts() {
        return servers.pools().stream().map(pool -> pool.endpoint.host()).toList();
    }

    @Test
    void aPlaceThatIsNotAllowedIsNeverFollowedAndOneThatIsAllowedIs() throws SQLException {
        try (ShardDataSource source = ShardDataSource.open(allowing("127.0.0.0/24", "node_b.example"), servers)) {
            zooKeeper.write(leadingTo("evil.example"));
            // nothing else tells that it was seen
            Waiting.pause(Scheduler.system(), Duration.ofMillis(500));
            assertThat(source.stats().topology().epoch()).isEqualTo(Topologies.SERVING.epoch());
            zooKeeper.write(Topologies.REOPENED);
            Eventually.until(() -> source.stats().topology().epoch().equals(Topologies.REOPENED.epoch()));
            try (Connection connection = source.getConnection()) {
                assertThat(FakeServers.node(connection)).isEqualTo("node_a");
            }
            assertThat(hosts()).doesNotContain("evil.example");
        }
    }

    @Test
    void aStartAtAPlaceThatIsNotAllowedIsRefused() {
        assertThatThrownBy(() -> ShardDataSource.open(allowing("10.0.0.0/8"), servers))
                .isInstanceOfSatisfying(
                        DroverException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.IDENTITY_MISMATCH))
                .hasMessageContaining("127.0.0.21")
                .hasMessageContaining("nothing was sent there");
        assertThat(hosts()).isEmpty();
    }
}
