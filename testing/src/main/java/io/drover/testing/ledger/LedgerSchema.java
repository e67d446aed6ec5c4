/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The two tables of the workload. */
public final class LedgerSchema {
    /** What a client runs in each new session, so that the first write after a switch finds warm caches. */
    public static final List<String> WARMUP = List.of(
            "explain insert into ledger (run, writer, seq, note) values (0, 0, 0, '')" + Place.RETURNING,
            "explain update account set balance = balance + 1 where id = 0");

    private LedgerSchema() {}

    /**
     * Makes the tables and fills {@code account} with rows of about 150 bytes. The ledger has no unique index on purpose: a
     * write that is done twice has to show.
     */
    public static void create(Connection connection, long rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table ledger (run integer not null, writer integer not null, seq bigint not null,"
                    + " node text not null default current_setting('cluster_name'),"
                    + " at timestamptz not null default clock_timestamp(), note text not null)");
            statement.execute("create table account (id bigint not null, balance bigint not null, note text not null)");
        }
        try (PreparedStatement fill = connection.prepareStatement("insert into account"
                + " select i, 0, repeat(md5(i::text), 3) from generate_series(1::bigint, ?::bigint) as i")) {
            fill.setLong(1, rows);
            fill.executeUpdate();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("alter table account add primary key (id)");
            statement.execute("vacuum (analyze) account");
        }
    }
}
