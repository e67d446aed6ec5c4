/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.ClusterShape;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.SegmentSize;
import io.drover.testing.ledger.LedgerSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster in a network of its own with three ZooKeeper servers, a small shard, and the processes that write. */
final class FaultCluster implements AutoCloseable {
    static final String CLIENT = "client";
    static final String ROGUES = "rogues";
    static final int KIT_WRITERS = 8;
    private static final int ROGUE_NUMBERS = 10_000;
    private static final int ZOOKEEPERS = 3;
    private static final int DISK_MEGABYTES = 1024;
    /** For as many segments, each of which is larger. */
    private static final int LARGER_DISK_MEGABYTES = 1536;

    private static final long ROWS = 1000;

    private final LocalCluster cluster;
    private final LoadHandle kit;
    private final LoadHandle rogues;
    private final Watcher watcher;

    private FaultCluster(LocalCluster cluster, Path logs, int segmentMebibytes) throws SQLException, IOException {
        this.cluster = cluster;
        if (segmentMebibytes != FaultPlan.SEGMENT_MEBIBYTES) {
            SegmentSize.prepare(cluster, segmentMebibytes);
        }
        cluster.createShard();
        try (Connection connection = cluster.connect(LocalCluster.NODE_A, Map.of())) {
            LedgerSchema.create(connection, ROWS);
        }
        Path password = cluster.directory().resolve("secrets/application");
        Files.writeString(password, cluster.password());
        this.kit = LoadHandle.start(
                cluster.network(),
                CLIENT,
                logs.resolve("client.log"),
                0,
                List.of("kit", password.toString(), String.valueOf(KIT_WRITERS), "1", cluster.zookeeper()));
        List<String> forRogues =
                new ArrayList<>(List.of("rogues", password.toString(), "0", "1", String.valueOf(cluster.shardPort())));
        cluster.nodes().stream().map(ClusterNode::host).forEach(forRogues::add);
        this.rogues = LoadHandle.start(cluster.network(), ROGUES, logs.resolve("rogues.log"), ROGUE_NUMBERS, forRogues);
        this.watcher = Watcher.open(cluster);
    }

    /**
     * Starts everything.
     *
     * @param logs where the logs of the daemons go
     * @param segmentMebibytes size of the WAL segments of the shard
     */
    static FaultCluster start(Path logs, int segmentMebibytes) {
        int disk = segmentMebibytes == FaultPlan.SEGMENT_MEBIBYTES ? DISK_MEGABYTES : LARGER_DISK_MEGABYTES;
        ClusterShape shape = new ClusterShape(
                ZOOKEEPERS, Optional.of(FaultableDrover.class.getName()), List.of(CLIENT, ROGUES), disk);
        LocalCluster cluster = LocalCluster.start(ClusterOptions.faults(logs, shape));
        try {
            return new FaultCluster(cluster, logs, segmentMebibytes);
        } catch (SQLException e) {
            cluster.close();
            throw new IllegalStateException("cannot fill the shard", e);
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException("cannot prepare the load", e);
        } catch (IllegalStateException e) {
            cluster.close();
            throw e;
        }
    }

    LocalCluster cluster() {
        return cluster;
    }

    LoadHandle kit() {
        return kit;
    }

    LoadHandle rogues() {
        return rogues;
    }

    Watcher watcher() {
        return watcher;
    }

    /** The line to the fault points of a daemon. */
    FaultLine line(String daemon, java.util.function.Consumer<FaultLine.Hit> listener) {
        return FaultLine.open(cluster.directory().resolve("tmp"), daemon, listener);
    }

    @Override
    public void close() {
        watcher.close();
        kit.close();
        rogues.close();
        cluster.close();
    }
}
