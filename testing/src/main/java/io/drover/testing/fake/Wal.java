/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.Lsn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The WAL in a data directory: records without gaps, except behind a switch, which ends its segment. */
final class Wal {
    static final long SEGMENT = 16L << 20;
    private static final long RECORD = 200;
    private static final long SEGMENT_HEADER = 40;

    private final List<Entry> entries = new ArrayList<>();
    private Lsn end;
    private long transactions = 700;

    Wal(Lsn start) {
        this.end = start;
    }

    /** What a record is. */
    enum Kind {
        COMMIT,
        MAINTENANCE_COMMIT,
        CHECKPOINT,
        RUNNING_TRANSACTIONS,
        FILLER,
        SWITCH,
        END_OF_RECOVERY
    }

    /**
     * A record.
     *
     * @param operation of a commit: the id that its client gave it
     * @param transaction of a commit
     */
    record Entry(
            Lsn start,
            Lsn end,
            int timeline,
            Kind kind,
            @Nullable String operation,
            long transaction) {}

    Lsn end() {
        return end;
    }

    Entry append(Kind kind, int timeline, @Nullable String operation) {
        return append(kind, timeline, operation, RECORD);
    }

    Entry append(Kind kind, int timeline, @Nullable String operation, long bytes) {
        long transaction = kind == Kind.COMMIT || kind == Kind.MAINTENANCE_COMMIT ? ++transactions : 0;
        long header = end.bytesToSegmentEnd(SEGMENT) == SEGMENT ? SEGMENT_HEADER : 0;
        Lsn after = kind == Kind.SWITCH ? end.roundUpToSegment(SEGMENT) : end.plus(bytes + header);
        return add(new Entry(end, after, timeline, kind, operation, transaction));
    }

    Entry add(Entry entry) {
        entries.add(entry);
        end = entry.end();
        transactions = Math.max(transactions, entry.transaction());
        return entry;
    }

    /** Where the segment begins in which it ends. */
    Lsn segment() {
        return new Lsn(end.bytes() - Long.remainderUnsigned(end.bytes(), SEGMENT));
    }

    /** Where the last checkpoint begins; its end while there was none. */
    Lsn lastCheckpoint() {
        for (int at = entries.size() - 1; at >= 0; at--) {
            if (entries.get(at).kind() == Kind.CHECKPOINT) {
                return entries.get(at).start();
            }
        }
        return end;
    }

    /** Whether it ends exactly where a segment does. */
    boolean onBoundary() {
        return end.bytesToSegmentEnd(SEGMENT) == SEGMENT;
    }

    /** The records that begin at or past a position. */
    List<Entry> from(Lsn position) {
        int at = entries.size();
        while (at > 0 && entries.get(at - 1).start().atLeast(position)) {
            at--;
        }
        return List.copyOf(entries.subList(at, entries.size()));
    }

    /** Whether a record of a timeline ends at a position. */
    boolean holds(Lsn position, int timeline) {
        int at = entries.size();
        while (at > 0 && entries.get(at - 1).end().compareTo(position) > 0) {
            at--;
        }
        return at > 0
                && entries.get(at - 1).end().equals(position)
                && entries.get(at - 1).timeline() == timeline;
    }

    /** The records that end at or before a position. */
    List<Entry> upTo(Lsn position) {
        return entries.stream().filter(entry -> position.atLeast(entry.end())).toList();
    }

    /** Whether the other one holds all that this one holds. */
    boolean isBeginOf(Wal other) {
        if (entries.isEmpty()) {
            return other.end.atLeast(end);
        }
        Entry last = entries.get(entries.size() - 1);
        return other.from(last.start()).stream()
                .findFirst()
                .filter(last::equals)
                .isPresent();
    }

    /** What it holds up to a position, as if nothing of it were of a later timeline. */
    Wal onTimeline(int latest, Lsn position) {
        Wal copy = new Wal(entries.isEmpty() ? end : entries.get(0).start());
        upTo(position)
                .forEach(entry -> copy.add(new Entry(
                        entry.start(),
                        entry.end(),
                        Math.min(entry.timeline(), latest),
                        entry.kind(),
                        entry.operation(),
                        entry.transaction())));
        return copy;
    }

    Wal copy() {
        return copyUpTo(end);
    }

    /** What it holds up to a position. */
    Wal copyUpTo(Lsn position) {
        List<Entry> kept = upTo(position);
        Wal copy = new Wal(entries.isEmpty() ? end : entries.get(0).start());
        kept.forEach(copy::add);
        return copy;
    }
}
