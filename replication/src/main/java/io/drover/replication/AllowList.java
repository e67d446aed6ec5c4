package io.drover.replication;

import java.sql.Connection;
import java.util.Map;
import java.util.Set;

/** Processes that the seal spares. */
public record AllowList(Map<Integer, String> titles) {
    /** Server's own processes, the physical walsender of the slot, and the given backends. */
    public static AllowList compute(Connection connection, int postmasterPid, String targetSlot, Set<Integer> ownBackends) { throw new UnsupportedOperationException(); }
    public static int backendPid(Connection connection) { throw new UnsupportedOperationException(); }
    public boolean spares(int pid) { throw new UnsupportedOperationException(); }
}
