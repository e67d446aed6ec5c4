/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rows per user table. Two servers' counts never share a snapshot (hazard H97), so callers read source, target, source and
 * compare only what did not change. Unlogged and temporary tables are left out, since a standby cannot read them.
 */
public final class RowCounts {
    private static final String DATABASES =
            "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1";
    private static final String TABLES = """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname <> 'information_schema'
              AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2""";

    private RowCounts() {}

    /**
     * Counts by {@code database.schema.table}, in all databases.
     *
     * @param limit for all of it
     */
    public static Map<String, Long> read(LocalServer server, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        Map<String, Long> counts = new TreeMap<>();
        List<String> databases;
        try (Connection connection = server.connect()) {
            databases = Sql.list(connection, DATABASES, row -> row.getString(1));
        } catch (SQLException e) {
            throw Sql.failed("counting rows", e);
        }
        for (String database : databases) {
            try (Connection connection = server.connect(database, limit)) {
                countIn(connection, database, waiting, counts);
            } catch (SQLException e) {
                throw Sql.failed("counting rows in " + database, e);
            }
        }
        return counts;
    }

    private static void countIn(Connection connection, String database, Waiting waiting, Map<String, Long> counts)
            throws SQLException {
        connection.setAutoCommit(false);
        Sql.execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        for (List<String> table : Sql.list(connection, TABLES, row -> List.of(row.getString(1), row.getString(2)))) {
            long millis = Math.max(1, waiting.left().toMillis());
            Sql.execute(connection, "SET LOCAL statement_timeout = " + millis);
            String name = Quoting.identifier(table.get(0)) + "." + Quoting.identifier(table.get(1));
            counts.put(
                    database + "." + table.get(0) + "." + table.get(1),
                    Sql.number(connection, "SELECT count(*) FROM ONLY " + name));
        }
        connection.rollback();
    }
}
