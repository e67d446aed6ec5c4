/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.sql.Connection;
import java.time.Duration;

/**
 * The end of the source's WAL. Most of a promotion is copying the part of the last segment that is in use to the new timeline;
 * filler brings the source near the end of its segment beforehand, and inside the pause the switch ends the WAL on the
 * boundary, so the target opens a fresh segment instead.
 */
public final class WalTail {
    private static final String INSERT_LSN = "SELECT pg_current_wal_insert_lsn()::text";
    private static final String SEGMENT_SIZE =
            "SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'";
    /** One statement for the switch and for its rehearsal, so that the pause finds it prepared. */
    private static final String SWITCH = """
            SELECT (CASE WHEN ? AND (free <= ? OR size - free <= ?) THEN pg_switch_wal() ELSE '0/0'::pg_lsn END)::text,
                   size, free, size - free
              FROM (SELECT setting::bigint AS size,
                           setting::bigint - mod(pg_current_wal_insert_lsn() - '0/0'::pg_lsn, setting::numeric)::bigint AS free
                      FROM pg_settings WHERE name = 'wal_segment_size' OFFSET 0) AS tail""";

    /** A switch fills up what is left of the segment, on both nodes and over the network: more would take longer than a second try. */
    private static final long MOST_TO_FILL = 32L << 20;

    private static final String FILL =
            "SELECT count(pg_logical_emit_message(false, 'drover', repeat('x', ?))) FROM generate_series(1, ?)";
    private static final String LOGICAL_SLOTS = "SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical'";

    /** Logical consumers receive the filler; a large message may stop one (hazard H86). */
    private static final int PIECE_WITH_LOGICAL_SLOTS = 8000;

    private static final int PIECE = 1 << 20;
    private static final int SMALL_PIECE = 2048;
    /** Header of a record with its prefix, rounded up. */
    private static final int RECORD_OVERHEAD = 96;

    private static final int PAGE = 8192;
    private static final int PAGE_HEADER = 24;
    /** Size of the header of a segment's first page: where a record ends that fills the segment to its last byte. */
    private static final int LONG_PAGE_HEADER = 40;

    private static final int ROUNDS = 10_000;
    /** As much is on its way when the next is written, and so at most twice as much in front of a commit that waits. */
    private static final int PACE = 1 << 20;

    /** Less than anybody waits for who commits: somebody else decides what becomes of a standby that is so slow. */
    private static final Duration STALLED = Duration.ofMillis(500);

    /** What is on its way then may still arrive in this time. */
    private static final Duration LANDS = Duration.ofSeconds(1);

    private static final Duration POLL = Duration.ofMillis(1);
    private static final String COMMITS_WAIT = "SELECT current_setting('synchronous_standby_names') <> ''";
    private static final String TAKEN = """
            SELECT coalesce(min(flush_lsn) >= CAST(? AS pg_lsn), false)
              FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')""";
    /** Filler alone is flushed when somebody has time for it, and sent afterwards. This waits for no standby. */
    private static final String FLUSH =
            "SELECT set_config('synchronous_commit', 'local', true) || pg_logical_emit_message(true, 'drover', '')";

    private WalTail() {}

    /**
     * Writes filler until the margin is left in the segment, at most half of it, give or take 100 bytes and what others write. Does
     * nothing when less is left.
     *
     * <p>Where commits wait for standbys, each waits for all the WAL that lies before it. So it is written no faster than they take it, and
     * no further when that takes half a second: more is left then than was asked for.
     *
     * @param connection a superuser's, or one that may execute pg_logical_emit_message
     * @param marginBytes bytes to leave before the end of the segment
     */
    public static Reports.AlignReport align(Connection connection, long marginBytes) {
        long segment = segmentSize(connection);
        boolean logical = Sql.number(connection, LOGICAL_SLOTS) > 0;
        boolean paced = Sql.truth(connection, COMMITS_WAIT);
        Lsn start = insertLsn(connection);
        Lsn before = start;
        Lsn now = start;
        long boundary = start.bytes() + start.bytesToSegmentEnd(segment);
        for (int round = 0; round < ROUNDS; round++) {
            long missing = boundary - Math.min(marginBytes, segment / 2) - now.bytes();
            if (missing < RECORD_OVERHEAD) {
                break;
            }
            if (paced && !isTaken(connection, before)) {
                // who commits next waits for what is on its way: better now than behind the fence, in the drain
                Lsn written = now;
                Waiting.until(LANDS, POLL, () -> hasTaken(connection, written));
                break;
            }
            before = now;
            fill(connection, paced ? Math.min(missing, PACE) : missing, logical ? PIECE_WITH_LOGICAL_SLOTS : PIECE);
            now = insertLsn(connection);
        }
        return new Reports.AlignReport(now, now.bytesToSegmentEnd(segment), now.minus(start));
    }

    /** Runs the code of {@link #switchAndBoundary} in a way that writes nothing. */
    public static void warm(Connection connection) {
        for (int i = 0; i < 10; i++) {
            boundary(connection, false);
        }
    }

    /**
     * Ends the segment and with it, on a sealed source, the WAL.
     *
     * @return the segment boundary after the switch record, which is the position that a standby has to replay (H87); nothing
     *     is switched when the WAL ends exactly on a boundary already
     * @throws DroverException TAIL_MISSED when more than 32 MiB of the segment are left: then nothing is switched
     */
    public static Lsn switchAndBoundary(Connection connection) {
        return boundary(connection, true);
    }

    /** Timeline that a primary writes. */
    public static int timeline(Connection connection) {
        return Promotion.timeline(connection);
    }

    /**
     * The boundary that a switch ended on.
     *
     * @param switched what pg_switch_wal() answered
     */
    static Lsn boundary(String switched, long segmentSize) {
        Lsn end = Lsn.parse(switched);
        if (end.bytesToSegmentEnd(segmentSize) == segmentSize - LONG_PAGE_HEADER) {
            // The switch record filled the segment to its last byte, and PostgreSQL names the first place after the
            // next
            // segment's header. No record can end there otherwise.
            return end.plus(-LONG_PAGE_HEADER);
        }
        return end.roundUpToSegment(segmentSize);
    }

    private static Lsn boundary(Connection connection, boolean reallySwitch) {
        return Sql.first(
                        connection,
                        SWITCH,
                        row -> {
                            long free = row.getLong(3);
                            if (reallySwitch && free > MOST_TO_FILL && row.getLong(4) > LONG_PAGE_HEADER) {
                                throw missed(free);
                            }
                            return boundary(row.getString(1), row.getLong(2));
                        },
                        reallySwitch,
                        MOST_TO_FILL,
                        LONG_PAGE_HEADER)
                .orElseThrow();
    }

    private static DroverException missed(long free) {
        return new DroverException(
                ErrorCode.TAIL_MISSED,
                "more was written than the alignment of the WAL had left room for: " + (free >> 20)
                        + " MiB of the next segment are free, and a switch would fill them up while clients wait",
                "Drover tries once more; when it misses again, try when less is written");
    }

    private static void fill(Connection connection, long missing, int largestPiece) {
        int piece = missing > 2L * SMALL_PIECE ? (int) Math.min(largestPiece, missing / 2) : SMALL_PIECE;
        long each = piece + RECORD_OVERHEAD + (piece / PAGE + 1L) * PAGE_HEADER;
        if (each > missing) {
            piece = (int) Math.max(1, missing - RECORD_OVERHEAD);
            each = missing;
        }
        Sql.number(connection, FILL, piece, (int) Math.max(1, missing / each));
    }

    private static boolean isTaken(Connection connection, Lsn lsn) {
        if (hasTaken(connection, lsn)) {
            return true;
        }
        Sql.text(connection, FLUSH);
        return Waiting.until(STALLED, POLL, () -> hasTaken(connection, lsn));
    }

    private static boolean hasTaken(Connection connection, Lsn lsn) {
        return Sql.truth(connection, TAKEN, lsn.toString());
    }

    private static Lsn insertLsn(Connection connection) {
        return Lsn.parse(Sql.text(connection, INSERT_LSN));
    }

    private static long segmentSize(Connection connection) {
        return Sql.number(connection, SEGMENT_SIZE);
    }
}
