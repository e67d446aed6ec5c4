package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;

/** Replay on a standby. */
public final class Replay {
    private Replay() {}
    /** Returns when the standby has replayed the position; polls each millisecond. */
    public static Reports.ReplayReport await(Connection connection, Lsn lsn, Duration limit) { throw new UnsupportedOperationException(); }
    /** Replay position; absent when not a standby or nothing is replayed yet. */
    public static Optional<Lsn> position(Connection connection) { throw new UnsupportedOperationException(); }
    public static void setPaused(Connection connection, boolean paused, Duration limit) { throw new UnsupportedOperationException(); }
    /** Whether the walreceiver streams. */
    public static boolean streaming(Connection connection) { throw new UnsupportedOperationException(); }
}
