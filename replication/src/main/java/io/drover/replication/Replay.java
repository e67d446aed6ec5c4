/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Replay on a standby. What the standby itself says counts, not what the source believes of it (hazard H21). */
public final class Replay {
    private static final String POSITION = "SELECT pg_last_wal_replay_lsn()::text";
    /** After a promotion pg_last_wal_replay_lsn() keeps saying where recovery ended. */
    private static final String POSITION_IN_RECOVERY =
            "SELECT pg_last_wal_replay_lsn()::text WHERE pg_is_in_recovery()";

    private static final Duration POLL = Duration.ofMillis(1);
    private static final int TELLS_PAUSE = 140_000;

    private Replay() {}

    /**
     * Returns when the standby has replayed the position; asks each millisecond on the warm connection.
     *
     * @throws DroverException TIMEOUT with the position that it has reached
     */
    public static Reports.ReplayReport await(Connection connection, Lsn lsn, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        try (PreparedStatement statement = connection.prepareStatement(POSITION)) {
            while (true) {
                Lsn replayed = position(statement);
                if (replayed.atLeast(lsn)) {
                    return new Reports.ReplayReport(replayed, waiting.millis());
                }
                if (waiting.isOver()) {
                    throw new DroverException(
                            ErrorCode.TIMEOUT,
                            "the standby has replayed " + replayed + " and not " + lsn + " within " + limit.toMillis()
                                    + " ms",
                            "a reader in conflict, a paused replay or a broken stream holds it up");
                }
                waiting.pause(POLL);
            }
        } catch (SQLException e) {
            throw Sql.failed(POSITION, e);
        }
    }

    /** Replay position; absent on a server that is not in recovery, and before anything was replayed. */
    public static Optional<Lsn> position(Connection connection) {
        return Sql.nullableText(connection, POSITION_IN_RECOVERY).map(Lsn::parse);
    }

    /** Pauses or resumes, and sees it happen. */
    public static void setPaused(Connection connection, boolean paused, Duration limit) {
        Sql.execute(connection, paused ? "SELECT pg_wal_replay_pause()" : "SELECT pg_wal_replay_resume()");
        String question = isPaused(Sql.number(connection, "SELECT current_setting('server_version_num')"), paused);
        boolean seen = Waiting.until(limit, POLL, () -> Sql.truth(connection, question));
        if (!seen) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "replay was not " + (paused ? "paused" : "resumed") + " within " + limit.toMillis() + " ms");
        }
    }

    /** Before 14 a server only tells whether a pause was asked for; the probe of the guard proves that it is one (H88). */
    static String isPaused(long version, boolean paused) {
        return version < TELLS_PAUSE
                ? "SELECT pg_is_wal_replay_paused() = " + paused
                : "SELECT pg_get_wal_replay_pause_state() = '" + (paused ? "paused" : "not paused") + "'";
    }

    /** Whether the walreceiver streams. */
    public static boolean streaming(Connection connection) {
        return Sql.first(connection, "SELECT status FROM pg_stat_wal_receiver", row -> row.getString(1))
                .map("streaming"::equals)
                .orElse(false);
    }

    private static Lsn position(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            String text = rows.next() ? rows.getString(1) : null;
            return text == null ? new Lsn(0) : Lsn.parse(text);
        }
    }
}
