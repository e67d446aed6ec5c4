/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.api.Lsn;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Where a row was written, as the very statement that wrote it has answered: not where the writer believed that it was.
 *
 * @param node the server's cluster_name, which is the id of its node
 * @param address where the session was connected to
 * @param timeline the server's timeline
 * @param lsn the insert position behind the row; its commit lies past it
 * @param xid the full transaction id
 */
public record Place(String node, String address, int timeline, Lsn lsn, long xid) {
    /** What an insert returns, to be read with {@link #read}. */
    public static final String RETURNING = """
             returning current_setting('cluster_name'), coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'local'),\
             ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int,\
             pg_current_wal_insert_lsn()::text, pg_current_xact_id()::text""";

    /** Reads the current row. */
    public static Place read(ResultSet row) throws SQLException {
        return new Place(
                row.getString(1),
                row.getString(2),
                row.getInt(3),
                Lsn.parse(row.getString(4)),
                Long.parseLong(row.getString(5)));
    }

    /** Reads the columns of {@link #RETURNING} as text. */
    public static Place of(List<String> columns) {
        return new Place(
                columns.get(0),
                columns.get(1),
                Integer.parseInt(columns.get(2)),
                Lsn.parse(columns.get(3)),
                Long.parseLong(columns.get(4)));
    }

    @Override
    public String toString() {
        return node + " on timeline " + timeline + " at " + lsn + " in transaction " + xid;
    }
}
