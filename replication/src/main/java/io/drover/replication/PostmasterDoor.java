package io.drover.replication;

import java.time.Duration;

/** Holds and opens the door of a server by freezing its postmaster. */
public final class PostmasterDoor {
    private PostmasterDoor() {}
    /** Freezes; returns when it is seen stopped, with the milliseconds it took. */
    public static double hold(int postmasterPid, Duration limit) { throw new UnsupportedOperationException(); }
    /** Thaws; may be repeated. */
    public static void open(int postmasterPid) { throw new UnsupportedOperationException(); }
    public static boolean held(int postmasterPid) { throw new UnsupportedOperationException(); }
}
