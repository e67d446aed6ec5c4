package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.sql.Connection;
import java.time.Duration;

/** Promotes a standby. */
public final class Promotion {
    private Promotion() {}
    /** Promotes and proves the timeline and its fork; may be repeated. */
    public static Reports.PromoteReport promote(Connection connection, int oldTimeline, Lsn atLeast, Duration limit) { throw new UnsupportedOperationException(); }
    /** Runs its statements without promoting. */
    public static void warm(Connection connection) { throw new UnsupportedOperationException(); }
    /** Timeline of a running server, primary or standby. */
    public static int timeline(Connection connection) { throw new UnsupportedOperationException(); }
}
