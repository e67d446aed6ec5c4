package io.drover.replication;

import io.drover.api.FenceEpoch;
import io.drover.api.agent.Reports;
import java.sql.Connection;
import java.time.Duration;

/** The guard: commits wait for the target. */
public final class Guard {
    private Guard() {}
    /** The value that adds the target in front of those that are waited for already. */
    public static String armed(String existing, String applicationName) { throw new UnsupportedOperationException(); }
    /** A name that no standby can have. */
    public static String unsatisfiable(FenceEpoch epoch) { throw new UnsupportedOperationException(); }
    /** Commits one message with remote_apply. The connection is spent when it did not commit in time. */
    public static Reports.GuardProbeReport probe(Connection connection, Duration limit) { throw new UnsupportedOperationException(); }
    /** Whether the backend waits for a synchronous standby. */
    public static boolean waits(Connection observer, int backendPid) { throw new UnsupportedOperationException(); }
}
