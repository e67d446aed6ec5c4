/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.TopologyState;
import io.drover.api.time.Scheduler;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.fake.FakeZooKeeper;
import io.drover.testing.fake.Network;
import io.drover.topology.ParticipantStore;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import java.io.IOException;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Takes a connection and gives it back, of the production pool and the PostgreSQL driver. Neither asks a server meanwhile, so there is none
 * but for the logins, and no ZooKeeper but in memory. Run by {@link BorrowCommand}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BorrowBenchmark {
    static final String HIKARI = "hikari";
    static final String KIT = "kit";

    private static final ShardId SHARD = new ShardId("shard_01");
    private static final String DATABASE = "app";
    private static final String INSTANCE = "7";
    private static final Duration SESSION = Duration.ofSeconds(30);

    /** Through what. */
    @Param({HIKARI, KIT})
    public String through = HIKARI;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private @Nullable DataSource source;

    /** Opens a session for each caller: no login is measured. */
    @Setup
    public void open(BenchmarkParams params) throws IOException, KeeperException, SQLException {
        LoginServer server = new LoginServer(INSTANCE);
        opened.add(server);
        DataSource connections =
                through.equals(KIT) ? kit(server, params.getThreads()) : bare(server, params.getThreads());
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < params.getThreads(); i++) {
            all.add(connections.getConnection());
        }
        for (Connection each : all) {
            each.close();
        }
        source = connections;
    }

    private DataSource kit(LoginServer server, int sessions) throws KeeperException {
        FakeZooKeeper zooKeeper = new FakeZooKeeper(Scheduler.system(), ZkLayout.roots());
        opened.add(zooKeeper);
        ZooKeeperClient controller = connect(zooKeeper, "controller");
        opened.add(controller);
        new ParticipantStore(controller).ensure(SHARD);
        controller
                .session()
                .create(ZkLayout.shardTopology(SHARD).toString(), Json.bytes(topology(server)), CreateMode.PERSISTENT)
                .join();
        ShardDataSource kit = ShardDataSource.open(
                ShardDataSourceConfig.builder("none", SHARD)
                        .credentials("app", "")
                        .name("bench")
                        .poolSize(sessions)
                        .driverProperties(LoginServer.DRIVER)
                        .build(),
                () -> connect(zooKeeper, "kit"));
        opened.add(kit);
        return kit;
    }

    private static ZooKeeperClient connect(FakeZooKeeper zooKeeper, String name) {
        return zooKeeper.connect(name, SESSION, Scheduler.system(), message -> Network.Fate.AT_ONCE);
    }

    private static ShardTopology topology(LoginServer server) {
        Endpoint primary = new Endpoint(
                new NodeId("node_a"), InetAddress.getLoopbackAddress().getHostAddress(), server.port());
        return new ShardTopology(
                1,
                SHARD,
                new InstanceId(INSTANCE),
                new FenceEpoch(1),
                TopologyState.SERVING,
                DATABASE,
                primary,
                List.of(),
                null,
                null);
    }

    /** Sized as the kit sizes its own. */
    private DataSource bare(LoginServer server, int sessions) throws SQLException {
        PGSimpleDataSource driver = new PGSimpleDataSource();
        driver.setServerNames(new String[] {InetAddress.getLoopbackAddress().getHostAddress()});
        driver.setPortNumbers(new int[] {server.port()});
        driver.setDatabaseName(DATABASE);
        driver.setUser("app");
        for (Map.Entry<String, String> property : LoginServer.DRIVER.entrySet()) {
            driver.setProperty(property.getKey(), property.getValue());
        }
        HikariConfig hikari = new HikariConfig();
        hikari.setDataSource(driver);
        hikari.setMaximumPoolSize(sessions);
        hikari.setMinimumIdle(sessions);
        HikariDataSource pool = new HikariDataSource(hikari);
        opened.add(pool);
        return pool;
    }

    /** One call. */
    @Benchmark
    public Connection borrow() throws SQLException {
        try (Connection connection = requireNonNull(source, "not set up").getConnection()) {
            return connection;
        }
    }

    /** Ends all, the last that was opened first. */
    @TearDown
    public void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }
}
