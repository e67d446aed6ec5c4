/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.sql.Connection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Promotes a standby. {@code pg_promote(true)} sleeps in steps of 100 ms (hazard H26), so this asks each millisecond itself.
 * The request is not durable, so a repeated call asks again while the server is still in recovery (H27).
 */
public final class Promotion {
    private static final String IN_RECOVERY = "SELECT pg_is_in_recovery()";
    private static final String PROMOTE = "SELECT pg_promote(false)";
    /** {@code pg_control_checkpoint()} still says the old timeline after a promotion (H87). */
    private static final String PRIMARY_TIMELINE =
            "SELECT CASE WHEN pg_is_in_recovery() THEN '00000000' ELSE pg_walfile_name(pg_current_wal_lsn()) END";

    private static final String STANDBY_TIMELINE = """
            SELECT greatest((SELECT received_tli FROM pg_stat_wal_receiver),
                            (SELECT timeline_id FROM pg_control_checkpoint()),
                            (SELECT min_recovery_end_timeline FROM pg_control_recovery()))""";
    private static final int TIMELINE_DIGITS = 8;
    private static final int HEX = 16;
    private static final Duration POLL = Duration.ofMillis(1);

    private Promotion() {}

    /**
     * Promotes and proves that the new timeline follows the old one and leaves it at or after the position.
     *
     * @param connection a superuser's, warm
     * @param atLeast the fork may not lie before it
     * @throws DroverException WRONG_TIMELINE when the proof fails: the server must be stopped at once then (H28); TIMEOUT
     *     when it is still in recovery at the limit
     */
    public static Reports.PromoteReport promote(Connection connection, int oldTimeline, Lsn atLeast, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        leaveRecovery(connection, waiting, limit);
        int timeline = primaryTimeline(connection);
        TimelineHistory.Entry parent = proveHistory(
                timeline, oldTimeline, atLeast, timeline <= 1 ? null : TimelineHistory.read(connection, timeline));
        return new Reports.PromoteReport(timeline, parent.end(), waiting.millis());
    }

    /**
     * The same when nobody wrote down which timeline the source was on. What a standby says of its timeline may lag behind what it
     * has received, so a later one is none that is wrong.
     *
     * @param leastTimeline the old timeline is this one or a later one
     */
    public static Reports.PromoteReport promoteFrom(Connection connection, int leastTimeline, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        leaveRecovery(connection, waiting, limit);
        int timeline = primaryTimeline(connection);
        TimelineHistory.Entry parent =
                proveHistoryFrom(timeline, leastTimeline, TimelineHistory.read(connection, timeline));
        return new Reports.PromoteReport(timeline, parent.end(), waiting.millis());
    }

    private static void leaveRecovery(Connection connection, Waiting waiting, Duration limit) {
        if (Sql.truth(connection, IN_RECOVERY)) {
            Sql.truth(connection, PROMOTE);
            while (Sql.truth(connection, IN_RECOVERY)) {
                if (waiting.isOver()) {
                    throw new DroverException(
                            ErrorCode.TIMEOUT,
                            "the standby was asked to promote and is still in recovery after " + limit.toMillis()
                                    + " ms",
                            "it may promote at any moment: never open the source again, look at the standby's log");
                }
                waiting.pause(POLL);
            }
        }
    }

    /** Runs the statements without promoting, so that they are prepared and the code is loaded. */
    public static void warm(Connection connection) {
        for (int i = 0; i < 5; i++) {
            Sql.truth(connection, IN_RECOVERY);
        }
        primaryTimeline(connection);
        TimelineHistory.warm(connection);
    }

    /** Timeline of a running server: that it writes, or that it receives and replays, as far as it knows. */
    public static int timeline(Connection connection) {
        return Sql.truth(connection, IN_RECOVERY)
                ? (int) Sql.number(connection, STANDBY_TIMELINE)
                : primaryTimeline(connection);
    }

    static TimelineHistory.Entry proveHistory(
            int timeline, int oldTimeline, Lsn atLeast, @Nullable TimelineHistory history) {
        if (timeline != oldTimeline + 1 || history == null) {
            throw new DroverException(
                    ErrorCode.WRONG_TIMELINE,
                    "the promoted server is on timeline " + timeline + " and not on " + (oldTimeline + 1),
                    "a history file of another server, perhaps of a clone in the same archive, has taken the number");
        }
        TimelineHistory.Entry parent = history.parent();
        if (parent.timeline() != oldTimeline || !parent.end().atLeast(atLeast)) {
            throw new DroverException(
                    ErrorCode.WRONG_TIMELINE,
                    "timeline " + timeline + " leaves timeline " + parent.timeline() + " at " + parent.end()
                            + "; expected was timeline " + oldTimeline + " at " + atLeast + " or later");
        }
        return parent;
    }

    static TimelineHistory.Entry proveHistoryFrom(int timeline, int leastTimeline, TimelineHistory history) {
        int oldTimeline = Math.max(leastTimeline, history.parent().timeline());
        return proveHistory(timeline, oldTimeline, new Lsn(0), history);
    }

    private static int primaryTimeline(Connection connection) {
        return Integer.parseInt(Sql.text(connection, PRIMARY_TIMELINE).substring(0, TIMELINE_DIGITS), HEX);
    }
}
