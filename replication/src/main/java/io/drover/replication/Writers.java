/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;

/**
 * Sessions that have a transaction with a number and are at work. One that waits for a synchronous standby, for another's row or for its
 * client holds no lock of the WAL; each of the rest may (hazard H81).
 *
 * @param all of them
 * @param moving those that wait for nothing, or for something that they may hold such a lock over
 */
public record Writers(int all, int moving) {
    private static final String COUNT = """
            SELECT count(*),
                   count(*) FILTER (WHERE wait_event_type IS NULL
                                       OR wait_event_type NOT IN ('Lock', 'Client', 'Timeout') AND wait_event <> 'SyncRep')
              FROM pg_stat_activity
             WHERE pid <> pg_backend_pid() AND state = 'active' AND backend_xid IS NOT NULL
            """;

    static Writers count(Connection connection) {
        return Sql.first(connection, COUNT, row -> new Writers(row.getInt(1), row.getInt(2)))
                .orElseThrow();
    }
}
