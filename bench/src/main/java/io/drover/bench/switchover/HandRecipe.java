/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.NodeId;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;

/**
 * What a person does while the clients hold their writes: ask the primary for the end of its WAL, wait until the standby has replayed
 * it, and promote the standby with {@code pg_promote()}, which returns when the server is open. Its two connections are open before,
 * and it looks every millisecond: a person with two terminals is slower.
 */
final class HandRecipe implements HandClient.Recipe, AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);
    private static final Duration REPLAY_LIMIT = Duration.ofSeconds(30);

    private final Connection primary;
    private final Connection standby;

    private HandRecipe(Connection primary, Connection standby) {
        this.primary = primary;
        this.standby = standby;
    }

    /** Lets the application's role promote: the recipe needs no session of a superuser. */
    static void allow(LocalCluster cluster, NodeId primary) {
        cluster.psql(primary)
                .run(
                        LocalCluster.DATABASE,
                        "grant execute on function pg_promote(boolean, integer) to " + LocalCluster.USER);
    }

    static HandRecipe open(LocalCluster cluster, NodeId primary, NodeId standby) throws SQLException {
        Connection first = cluster.connect(primary, Map.of());
        try {
            HandRecipe recipe = new HandRecipe(first, cluster.connect(standby, Map.of()));
            recipe.hasReplayed(recipe.endOfWal());
            return recipe;
        } catch (SQLException e) {
            first.close();
            throw e;
        }
    }

    @Override
    public void run() throws SQLException {
        String end = endOfWal();
        long start = System.nanoTime();
        while (!hasReplayed(end)) {
            if (System.nanoTime() - start > REPLAY_LIMIT.toNanos()) {
                throw new IllegalStateException("the standby has not replayed " + end + " within " + REPLAY_LIMIT);
            }
            Waiting.pause(LOOK_AGAIN);
        }
        try (Statement statement = standby.createStatement();
                ResultSet row = statement.executeQuery("select pg_promote()")) {
            row.next();
            if (!row.getBoolean(1)) {
                throw new IllegalStateException("the standby does not become a primary");
            }
        }
    }

    @Override
    public void close() throws SQLException {
        standby.close();
        primary.close();
    }

    private String endOfWal() throws SQLException {
        try (Statement statement = primary.createStatement();
                ResultSet row = statement.executeQuery("select pg_current_wal_lsn()::text")) {
            row.next();
            return row.getString(1);
        }
    }

    private boolean hasReplayed(String end) throws SQLException {
        try (PreparedStatement select = standby.prepareStatement("select pg_last_wal_replay_lsn() >= ?::pg_lsn")) {
            select.setString(1, end);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
