/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import java.sql.Connection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a running server is right now.
 *
 * @param lsn flush position of a primary; replay position of a standby, or null before it has replayed anything
 * @param streaming whether a standby's walreceiver streams; false on a primary
 */
public record ServerState(
        InstanceId instance, boolean inRecovery, @Nullable Lsn lsn, boolean streaming) {
    private static final String STATE = """
            SELECT system_identifier, pg_is_in_recovery(),
                   CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END,
                   EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming')
            FROM pg_control_system()""";

    /** Reads it in one statement. */
    public static ServerState read(Connection connection) {
        return Sql.first(
                        connection,
                        STATE,
                        row -> new ServerState(
                                new InstanceId(row.getString(1)),
                                row.getBoolean(2),
                                Optional.ofNullable(row.getString(3))
                                        .map(Lsn::parse)
                                        .orElse(null),
                                row.getBoolean(4)))
                .orElseThrow(() -> new IllegalStateException("BUG: pg_control_system() has one row"));
    }
}
