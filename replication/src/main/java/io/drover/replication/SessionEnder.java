package io.drover.replication;

import java.time.Duration;

/** Ends every child of a postmaster that is not spared. */
public final class SessionEnder {
    private SessionEnder() {}
    /** Returns how many were ended, when none is left; SEAL_FAILED with their titles otherwise. */
    public static int endAll(int postmasterPid, AllowList spared, Duration limit) { throw new UnsupportedOperationException(); }
    /** Loads and runs the code without effect. */
    public static void warm(int postmasterPid, AllowList spared) { throw new UnsupportedOperationException(); }
}
