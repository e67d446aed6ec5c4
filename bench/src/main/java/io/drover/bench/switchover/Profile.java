/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.ClusterShape;
import io.drover.testing.cluster.Emulation;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.ServerCertificate;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The machines and the network that a shard is switched on. */
enum Profile {
    /** This machine as it is: everything on addresses of loopback. */
    LOCAL {
        @Override
        ClusterShape shape(long rows) {
            return ClusterShape.LOOPBACK;
        }

        @Override
        Map<String, String> settings(LocalCluster cluster) {
            return Map.of();
        }

        @Override
        void check(Connection connection) {}

        @Override
        List<String> missing() {
            return List.of();
        }
    },
    /** A round trip of 1 ms between any two, flushes of 1.5 ms, disks of 125 MB/s, TLS, and three ZooKeeper servers. */
    CLOUD {
        @Override
        ClusterShape shape(long rows) {
            Path root = ClusterOptions.findProjectRoot();
            Path sources = root.resolve("bench/src/main/c");
            Path programs = root.resolve("target/bench-native");
            Emulation emulation = new Emulation(
                    Gcc.program(sources.resolve("delay_switch.c"), programs),
                    ONE_WAY,
                    Gcc.library(sources.resolve("slow_disk.c"), programs),
                    SYNC,
                    DISK_BYTES_PER_SECOND);
            return ClusterShape.slow(emulation, diskMegabytes(rows));
        }

        @Override
        Map<String, String> settings(LocalCluster cluster) {
            return ServerCertificate.make(cluster);
        }

        /** A client that asks for nothing special has TLS. */
        @Override
        void check(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("select ssl from pg_stat_ssl where pid = pg_backend_pid()")) {
                if (!row.next() || !row.getBoolean(1)) {
                    throw new IllegalStateException("a session of the application has no TLS");
                }
            }
        }

        @Override
        List<String> missing() {
            return List.of("slow reads: what is read comes from memory");
        }
    };

    private static final Duration ONE_WAY = Duration.ofNanos(500_000);
    private static final Duration SYNC = Duration.ofNanos(1_500_000);
    private static final long DISK_BYTES_PER_SECOND = 125_000_000;
    /** What an instance needs besides its rows: WAL, bulk tables, and old copies. */
    private static final int LEAST_MEGABYTES = 4_000;

    private static final int BYTES_OF_A_ROW = 250;
    private static final int COPIES = 3;

    /** What the cluster consists of. */
    abstract ClusterShape shape(long rows);

    /** Settings of the instances. */
    abstract Map<String, String> settings(LocalCluster cluster);

    /**
     * Looks whether a session is what it should be.
     *
     * @throws IllegalStateException when it is not
     */
    abstract void check(Connection connection) throws SQLException;

    /** What of it cannot be had here. */
    abstract List<String> missing();

    /** Its name on the command line. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Disks in memory take what is written to them, and no more. */
    static int diskMegabytes(long rows) {
        return Math.toIntExact(LEAST_MEGABYTES + COPIES * rows * BYTES_OF_A_ROW / 1_000_000);
    }
}
