package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Facts;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Physical replication slots. */
public final class Slots {
    private Slots() {}
    /** Creates a slot that reserves WAL at once, on a primary or a standby; returns restart_lsn; may be repeated. */
    public static Lsn create(Connection connection, String slot) { throw new UnsupportedOperationException(); }
    /** restart_lsn; absent when there is no such slot or it reserves nothing. */
    public static Optional<Lsn> restartLsn(Connection connection, String slot) { throw new UnsupportedOperationException(); }
    /** Drops the slot, its walsender ended first; may be repeated. */
    public static void drop(Connection connection, String slot, Duration limit) { throw new UnsupportedOperationException(); }
    public static List<Facts.Slot> list(Connection connection) { throw new UnsupportedOperationException(); }
}
