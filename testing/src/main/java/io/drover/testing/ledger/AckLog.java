/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import java.util.Arrays;

/**
 * What one writer knows about its own writes: for each sequence number, counted from 1 without gaps, how the call ended and
 * when. Written by the writer, read by anybody.
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

    private static final Outcome[] OUTCOMES = Outcome.values();

    private final int writer;
    private long[] endedAt = new long[1024];
    private byte[] outcomes = new byte[1024];
    private int count;

    /** Begins the log of a writer. */
    public AckLog(int writer) {
        this.writer = writer;
    }

    /** The writer's number, as in the table. */
    public int writer() {
        return writer;
    }

    /** Notes that a write is about to be asked for, and gives it its number. */
    public synchronized int begin() {
        if (count == outcomes.length) {
            endedAt = Arrays.copyOf(endedAt, count * 2);
            outcomes = Arrays.copyOf(outcomes, count * 2);
        }
        return ++count;
    }

    /** Notes how it ended, with the time of {@link System#nanoTime()}. */
    public synchronized void end(int sequence, Outcome outcome, long nanos) {
        outcomes[sequence - 1] = (byte) outcome.ordinal();
        endedAt[sequence - 1] = nanos;
    }

    /** How many writes were asked for. */
    public synchronized int size() {
        return count;
    }

    /** How the write ended; a number that was never given counts as failed. */
    public synchronized Outcome outcome(long sequence) {
        return sequence < 1 || sequence > count ? Outcome.FAILED : OUTCOMES[outcomes[(int) sequence - 1]];
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
