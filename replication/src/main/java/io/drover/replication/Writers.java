/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;

/**
 * Sessions that have a transaction with a number and are at work. One that waits for a synchronous standby has written its commit
 * and holds nothing that others need; each of the rest may hold a lock of the WAL (hazard H81).
 *
 * @param all of them
 * @param moving those that do not wait for a standby
 */
public record Writers(int all, int moving) {
    private static final String COUNT = """
            SELECT count(*), count(*) FILTER (WHERE wait_event IS DISTINCT FROM 'SyncRep')
              FROM pg_stat_activity
             WHERE pid <> pg_backend_pid() AND state = 'active' AND backend_xid IS NOT NULL
            """;

    static Writers count(Connection connection) {
        return Sql.first(connection, COUNT, row -> new Writers(row.getInt(1), row.getInt(2)))
                .orElseThrow();
    }
}
