/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import com.fasterxml.jackson.core.type.TypeReference;
import io.drover.api.Json;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.ledger.LedgerSchema;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one cluster of this JVM: starting one takes longer than most tests. A test that leaves it other than it found it, because
 * it failed or because it must, costs the next one a new cluster. It ends with the JVM.
 */
final class SharedCluster {
    static final long ROWS = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(SharedCluster.class);
    /** Which of the JVMs that run these tests this is. */
    private static final String NAME = "cluster-" + System.getProperty("fork", "0");

    private static final Duration END_LIMIT = Duration.ofMinutes(2);
    private static @Nullable LocalCluster current;
    private static int started;

    private SharedCluster() {}

    /** A healthy cluster whose shard serves and is in no move. */
    static synchronized LocalCluster get() throws SQLException {
        LocalCluster cluster = current;
        if (cluster != null && isUsable(cluster)) {
            return cluster;
        }
        discard();
        started++;
        cluster = LocalCluster.start(ClusterOptions.test(NAME + "-" + started));
        current = cluster;
        cluster.createShard();
        try (Connection connection = cluster.connect(LocalCluster.NODE_A, Map.of())) {
            LedgerSchema.create(connection, ROWS);
        }
        return cluster;
    }

    /** Ends the cluster; the next test gets another. */
    static synchronized void discard() {
        LocalCluster cluster = current;
        current = null;
        if (cluster != null) {
            cluster.close();
        }
    }

    private static boolean isUsable(LocalCluster cluster) {
        try {
            cluster.daemons().stream()
                    .filter(daemon -> !cluster.isAlive(daemon))
                    .forEach(cluster::restart);
            cluster.waitHealthy();
            for (Move move : moves(cluster)) {
                if (move.state() == MoveState.BAKING) {
                    cluster.rest().complete(move.id());
                    cluster.rest().await(move.id(), MoveState.COMPLETED, END_LIMIT);
                } else if (!move.state().isFinal() || move.state() == MoveState.NEEDS_OPERATOR) {
                    LOG.warn("a new cluster is needed: move {} is {}", move.id(), move.state());
                    return false;
                }
            }
            return cluster.rest().shard(LocalCluster.SHARD).state() == TopologyState.SERVING;
        } catch (IllegalStateException | UncheckedIOException e) {
            LOG.warn("a new cluster is needed", e);
            return false;
        }
    }

    private static List<Move> moves(LocalCluster cluster) {
        return Json.mapper()
                .convertValue(
                        cluster.rest().get("/v1/moves").succeeded().json().get("moves"),
                        new TypeReference<List<Move>>() {});
    }
}
