/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one writer knows about its own writes: for each sequence number, counted from 1 without gaps, when it was asked for, how
 * the call ended and when, and where the server says that it was done. Written by the writer, read by anybody.
 */
public final class AckLog {
    /** How a call ended. */
    public enum Outcome {
        /** Begun, and not yet ended. */
        PENDING,
        /** The server acknowledged the commit. */
        ACKED,
        /** The server, or the client before it asked, said no before a commit could begin. */
        FAILED,
        /** Nobody can tell from here: the row may be there once, or not. */
        UNKNOWN
    }

    /** Who writes. */
    public enum Kind {
        /** A client of the kit, which takes part in the fence. */
        KIT,
        /** One that ignores every rule. */
        ROGUE
    }

    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final long NO_EPOCH = -1;

    private final int writer;
    private final Kind kind;
    private final Sink sink;
    private long[] begunAt = new long[1024];
    private long[] endedAt = new long[1024];
    private long[] epochs = new long[1024];
    private @Nullable Place[] places = new Place[1024];
    private final Map<Integer, String> failures = new TreeMap<>();
    private byte[] outcomes = new byte[1024];
    private int count;

    /** Begins the log of a writer that ignores every rule. */
    public AckLog(int writer) {
        this(writer, Kind.ROGUE);
    }

    /** Begins the log of a writer. */
    public AckLog(int writer, Kind kind) {
        this(writer, kind, Sink.NOWHERE);
    }

    /** Begins the log of a writer whose process may die: the sink has each event before anybody acts on it. */
    AckLog(int writer, Kind kind, Sink sink) {
        this.writer = writer;
        this.kind = kind;
        this.sink = sink;
    }

    /** Keeps what has to outlive the process. */
    interface Sink {
        /** Keeps nothing. */
        Sink NOWHERE = (log, sequence) -> {};

        /** The write has begun, or has ended. */
        void changed(AckLog log, int sequence);
    }

    /** What kind of writer it is. */
    public Kind kind() {
        return kind;
    }

    /** The writer's number, as in the table. */
    public int writer() {
        return writer;
    }

    /** Notes that a write is about to be asked for, and gives it its number. */
    public synchronized int begin() {
        if (count == outcomes.length) {
            begunAt = Arrays.copyOf(begunAt, count * 2);
            endedAt = Arrays.copyOf(endedAt, count * 2);
            epochs = Arrays.copyOf(epochs, count * 2);
            places = Arrays.copyOf(places, count * 2);
            outcomes = Arrays.copyOf(outcomes, count * 2);
        }
        begunAt[count] = System.nanoTime();
        epochs[count] = NO_EPOCH;
        count++;
        sink.changed(this, count);
        return count;
    }

    /** Notes the topology's epoch that the writer saw before it asked, with its connection already in its hands. */
    public synchronized void sawEpoch(int sequence, long epoch) {
        epochs[sequence - 1] = epoch;
    }

    /** Notes where the statement says that it was carried out; whether it is committed is another thing. */
    public synchronized void writtenAt(int sequence, Place place) {
        places[sequence - 1] = place;
    }

    /** Notes how it ended badly, with the SQLSTATE. */
    public synchronized void fail(int sequence, Outcome outcome, @Nullable String state, long nanos) {
        failures.put(sequence, state == null ? "" : state);
        end(sequence, outcome, nanos);
    }

    /** Notes how it ended, with the time of {@link System#nanoTime()}. */
    public synchronized void end(int sequence, Outcome outcome, long nanos) {
        outcomes[sequence - 1] = (byte) outcome.ordinal();
        endedAt[sequence - 1] = nanos;
        sink.changed(this, sequence);
    }

    /** Puts the time of a begin in that another process has noted. */
    synchronized void restoreBegin(int sequence, long nanos) {
        begunAt[sequence - 1] = nanos;
    }

    /** How many writes were asked for. */
    public synchronized int size() {
        return count;
    }

    /** How the write ended; a number that was never given counts as failed. */
    public synchronized Outcome outcome(long sequence) {
        return sequence < 1 || sequence > count ? Outcome.FAILED : OUTCOMES[outcomes[(int) sequence - 1]];
    }

    /** When the write was asked for. */
    public synchronized long begunAt(long sequence) {
        return begunAt[(int) sequence - 1];
    }

    /** When its end was known; 0 while it is pending. */
    public synchronized long endedAt(long sequence) {
        return endedAt[(int) sequence - 1];
    }

    /** The epoch that the writer saw. */
    public synchronized OptionalLong epoch(long sequence) {
        long epoch = epochs[(int) sequence - 1];
        return epoch == NO_EPOCH ? OptionalLong.empty() : OptionalLong.of(epoch);
    }

    /** Where the statement was carried out, when it answered. */
    public synchronized Optional<Place> place(long sequence) {
        return Optional.ofNullable(places[(int) sequence - 1]);
    }

    /** The SQLSTATE of a write that ended with an exception; empty text where it had none. */
    synchronized Optional<String> failure(int sequence) {
        return Optional.ofNullable(failures.get(sequence));
    }

    /** The SQLSTATE of each write that ended with an exception, by number; empty text where it had none. */
    public synchronized Map<Integer, String> failures() {
        return Map.copyOf(failures);
    }

    /** How many writes ended so. */
    public synchronized long count(Outcome outcome) {
        long matching = 0;
        for (int i = 0; i < count; i++) {
            if (outcomes[i] == outcome.ordinal()) {
                matching++;
            }
        }
        return matching;
    }

    /** When the acknowledged writes were acknowledged, in order of time. */
    public synchronized long[] acknowledgedAt() {
        long[] times = new long[count];
        int filled = 0;
        for (int i = 0; i < count; i++) {
            if (outcomes[i] == Outcome.ACKED.ordinal()) {
                times[filled++] = endedAt[i];
            }
        }
        return Arrays.copyOf(times, filled);
    }
}
