/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import java.sql.Connection;

/**
 * How far a standby's replay is behind.
 *
 * @param millis age of the last replayed commit; zero when no byte is missing, however long ago it was (hazard H99)
 */
public record Lag(long bytes, double millis) {
    private static final String FLUSHED = "SELECT pg_current_wal_flush_lsn()::text";
    private static final String REPLAYED = """
            SELECT coalesce(pg_last_wal_replay_lsn(), '0/0')::text,
                   coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000, 0)::float8""";

    /** Reads the source first, so that the standby can only look better than it is by what it replays in between. */
    public static Lag read(Connection source, Connection target) {
        Lsn flushed = Lsn.parse(Sql.text(source, FLUSHED));
        return Sql.first(target, REPLAYED, row -> of(flushed, Lsn.parse(row.getString(1)), row.getDouble(2)))
                .orElseThrow();
    }

    static Lag of(Lsn flushed, Lsn replayed, double millisSinceCommit) {
        long bytes = Math.max(0, flushed.minus(replayed));
        return new Lag(bytes, bytes == 0 ? 0 : Math.max(0, millisSinceCommit));
    }
}
