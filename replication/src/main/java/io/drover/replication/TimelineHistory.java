package io.drover.replication;

import io.drover.api.Lsn;
import java.sql.Connection;
import java.util.List;

/** A timeline history file. */
public record TimelineHistory(int timeline, List<Entry> entries) {
    /** A line: the parent timeline ends at the position. */
    public record Entry(int timeline, Lsn end) {}
    public static TimelineHistory parse(int timeline, String text) { throw new UnsupportedOperationException(); }
    public static TimelineHistory read(Connection connection, int timeline) { throw new UnsupportedOperationException(); }
    public Entry parent() { throw new UnsupportedOperationException(); }
}
