package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.sql.Connection;

/** The end of the source WAL. */
public final class WalTail {
    private WalTail() {}
    /** Writes filler until marginBytes are left in the segment; does nothing when less is left. */
    public static Reports.AlignReport align(Connection connection, long marginBytes) { throw new UnsupportedOperationException(); }
    /** Runs the statements of switchAndBoundary in a way that writes nothing, so that they are parsed and prepared. */
    public static void warm(Connection connection) { throw new UnsupportedOperationException(); }
    /** Ends the WAL segment; returns the boundary, which is L. */
    public static Lsn switchAndBoundary(Connection connection) { throw new UnsupportedOperationException(); }
    public static int timeline(Connection connection) { throw new UnsupportedOperationException(); }
}
