/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.ledger.LedgerSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cluster of the controls: one for all of them, and another when one has left it of no use. */
final class ControlCluster implements AutoCloseable {
    /** Who begins has chosen ports that are free until its daemons listen. */
    private static final Object ONE_AT_A_TIME = new Object();

    private final String name;
    private @Nullable Running running;

    ControlCluster(String name) {
        this.name = name;
    }

    private record Running(LocalCluster cluster, Saboteur saboteur) {}

    LocalCluster cluster() throws SQLException {
        return running().cluster();
    }

    Saboteur saboteur() throws SQLException {
        return running().saboteur();
    }

    /** Ends it; who asks next gets another. */
    void discard() {
        Running old = running;
        running = null;
        if (old != null) {
            old.cluster().close();
        }
    }

    @Override
    public void close() {
        discard();
    }

    private Running running() throws SQLException {
        Running now = running;
        if (now == null) {
            now = start();
            running = now;
        }
        return now;
    }

    private Running start() throws SQLException {
        synchronized (ONE_AT_A_TIME) {
            return startAlone();
        }
    }

    private Running startAlone() throws SQLException {
        LocalCluster cluster = LocalCluster.start(ClusterOptions.test(name));
        try {
            cluster.createShard();
            try (Connection connection = cluster.connect(LocalCluster.NODE_A, Map.of())) {
                LedgerSchema.create(connection, ControlLoad.ROWS);
            }
            return new Running(cluster, new Saboteur(cluster.directory().resolve("sabotage")));
        } catch (SQLException | IllegalStateException e) {
            cluster.close();
            throw e;
        }
    }
}
