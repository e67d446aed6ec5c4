package io.drover.replication;

import java.sql.Connection;

/** How far a standby is behind. */
public record Lag(long bytes, double millis) {
    public static Lag read(Connection source, Connection target) { throw new UnsupportedOperationException(); }
}
