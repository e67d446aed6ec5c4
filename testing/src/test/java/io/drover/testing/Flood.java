/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import io.drover.api.NodeId;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions past the kit that insert large records into the WAL, of which nobody reads anything, until they are refused. */
final class Flood implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flood.class);
    private static final int SESSIONS = 4;
    private static final int RECORD_BYTES = 20_000_000;
    private static final String INSERT =
            "select pg_logical_emit_message(false, 'flood', repeat(repeat('x', 1000), " + RECORD_BYTES / 1000 + "))";

    private final LocalCluster cluster;
    private final NodeId node;
    private final Psql psql;
    private final ExecutorService sessions = Executors.newFixedThreadPool(SESSIONS);
    private volatile boolean flows = true;

    Flood(Scene scene, NodeId node) {
        this.cluster = scene.cluster();
        this.node = node;
        this.psql = cluster.psql(node);
    }

    /** Begins, without waiting for anything. */
    void start() {
        for (int i = 0; i < SESSIONS; i++) {
            sessions.execute(this::insertUntilRefused);
        }
    }

    /** Waits until the sessions have been at it for a while. */
    void awaitItsHeight() {
        long begin = position();
        Waiting.until(
                "large records are being written",
                Scene.WRITING_LIMIT,
                () -> position() > begin + (long) SESSIONS * RECORD_BYTES);
    }

    private long position() {
        return Long.parseLong(
                psql.run("postgres", "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"));
    }

    private void insertUntilRefused() {
        try (Connection connection = cluster.connect(node, Map.of());
                Statement statement = connection.createStatement()) {
            while (flows) {
                statement.execute(INSERT);
            }
        } catch (SQLException e) {
            LOG.info("the flood has ended: {}", e.getMessage());
        }
    }

    /** What an aborted move lets go on must not fill the disk under later tests. */
    @Override
    public void close() {
        flows = false;
        sessions.shutdown();
    }
}
