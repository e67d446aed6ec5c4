/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.Lsn;
import io.drover.testing.checker.Evidence.Equality;
import io.drover.testing.checker.Evidence.TableSum;
import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sums up every table that the given role may read of a primary and of its replica, at one LSN, after the writers have stopped. */
public final class Contents {
    private static final Logger LOG = LoggerFactory.getLogger(Contents.class);
    private static final String TABLES = "select format('%I.%I', schemaname, tablename) from pg_tables"
            + " where schemaname not in ('pg_catalog', 'information_schema')"
            + " and has_table_privilege(format('%I.%I', schemaname, tablename), 'select') order by 1";

    private Contents() {}

    /**
     * Compares. A replica that does not come to the primary's position within the limit is compared as it is: nobody writes any more,
     * so that it will never be equal.
     *
     * @return empty when somebody wrote meanwhile
     */
    public static Optional<Equality> compare(Connection primary, Connection replica, Duration limit)
            throws SQLException {
        Map<String, TableSum> first = sums(primary);
        // a commit is flushed, and where the flush ends a record ends, which a replica can come to
        text(primary, "select pg_current_xact_id()::text");
        Lsn lsn = Lsn.parse(text(primary, "select pg_current_wal_flush_lsn()::text"));
        if (!Waiting.within(limit, () -> hasReplayed(replica, lsn))) {
            LOG.warn("the replica does not come to {}", lsn);
        }
        Map<String, TableSum> second = sums(replica);
        return sums(primary).equals(first) ? Optional.of(new Equality(lsn, first, second)) : Optional.empty();
    }

    private static boolean hasReplayed(Connection replica, Lsn lsn) {
        try {
            return Lsn.parse(text(replica, "select coalesce(pg_last_wal_replay_lsn(), '0/0')::text"))
                    .atLeast(lsn);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot ask the replica", e);
        }
    }

    private static Map<String, TableSum> sums(Connection connection) throws SQLException {
        Map<String, TableSum> sums = new TreeMap<>();
        for (String table : tables(connection)) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select count(*), coalesce(sum(hashtextextended(t::text, 0)"
                            + "::numeric), 0)::text from " + table + " as t")) {
                row.next();
                sums.put(table, new TableSum(row.getLong(1), row.getString(2)));
            }
        }
        return sums;
    }

    private static List<String> tables(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TABLES)) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
