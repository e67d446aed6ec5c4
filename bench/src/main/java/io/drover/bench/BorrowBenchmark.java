/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.cluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
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
import org.postgresql.ds.PGSimpleDataSource;

/** Takes a connection and gives it back; the server is real and hears nothing of it. Run by {@link BorrowCommand}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BorrowBenchmark {
    /** The system property that names the file with {@link BorrowServer}. */
    static final String SERVER = "drover.bench.server";
    /** The one that says how many callers there are, and sessions. */
    static final String SESSIONS = "drover.bench.sessions";

    static final String HIKARI = "hikari";
    static final String KIT = "kit";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Through what. */
    @Param({HIKARI, KIT})
    public String through = HIKARI;

    private @Nullable DataSource source;
    private @Nullable AutoCloseable opened;

    /** Opens every session: no login is measured. */
    @Setup
    public void open() throws IOException, SQLException {
        BorrowServer server = BorrowServer.read(Path.of(requireNonNull(System.getProperty(SERVER), SERVER)));
        int sessions = Integer.getInteger(SESSIONS, 1);
        if (through.equals(KIT)) {
            ShardDataSource kit = ShardDataSource.open(
                    ShardDataSourceConfig.builder(server.zookeeper(), LocalCluster.SHARD)
                            .credentials(LocalCluster.USER, server.password())
                            .name("bench")
                            .poolSize(sessions)
                            .build());
            source = kit;
            opened = kit;
        } else {
            HikariDataSource pool = bare(server, sessions);
            source = pool;
            opened = pool;
        }
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            all.add(borrowed().getConnection());
        }
        for (Connection each : all) {
            each.close();
        }
    }

    /** Sized as the kit sizes its own. */
    private static HikariDataSource bare(BorrowServer server, int sessions) {
        PGSimpleDataSource driver = new PGSimpleDataSource();
        driver.setServerNames(new String[] {server.host()});
        driver.setPortNumbers(new int[] {server.port()});
        driver.setDatabaseName(LocalCluster.DATABASE);
        driver.setUser(LocalCluster.USER);
        driver.setPassword(server.password());
        HikariConfig hikari = new HikariConfig();
        hikari.setDataSource(driver);
        hikari.setMaximumPoolSize(sessions);
        hikari.setMinimumIdle(sessions);
        hikari.setConnectionTimeout(PATIENCE.toMillis());
        return new HikariDataSource(hikari);
    }

    private DataSource borrowed() {
        return requireNonNull(source, "not set up");
    }

    /** One round. */
    @Benchmark
    public Connection borrow() throws SQLException {
        try (Connection connection = borrowed().getConnection()) {
            return connection;
        }
    }

    /** Ends the sessions. */
    @TearDown
    public void close() throws Exception {
        if (opened != null) {
            opened.close();
        }
    }
}
