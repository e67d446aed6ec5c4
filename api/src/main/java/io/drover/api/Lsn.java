/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in the WAL, in bytes from its beginning (PostgreSQL documentation, type {@code pg_lsn}). Compares unsigned.
 *
 * @param bytes the position as an unsigned 64-bit number
 */
public record Lsn(long bytes) implements Comparable<Lsn> {
    private static final Pattern FORM = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

    /**
     * Reads PostgreSQL's text form, such as {@code 16/B374D848}.
     *
     * @throws IllegalArgumentException when the text is not an LSN
     */
    @JsonCreator
    public static Lsn parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an LSN: " + SafeText.quoted(text));
        }
        return new Lsn(Long.parseLong(matcher.group(1), 16) << 32 | Long.parseLong(matcher.group(2), 16));
    }

    /** The position {@code count} bytes further on; {@code count} may be negative. */
    public Lsn plus(long count) {
        return new Lsn(bytes + count);
    }

    /** Bytes from {@code other} to this position; negative when this one lies before it. */
    public long minus(Lsn other) {
        return bytes - other.bytes;
    }

    /** Whether this position is {@code other} or lies after it. */
    public boolean atLeast(Lsn other) {
        return compareTo(other) >= 0;
    }

    /**
     * The first segment boundary at or after this position.
     *
     * @param segmentSize {@code wal_segment_size} in bytes, a power of two
     */
    public Lsn roundUpToSegment(long segmentSize) {
        long rest = bytes & (segmentSize - 1);
        return rest == 0 ? this : new Lsn(bytes - rest + segmentSize);
    }

    /**
     * Bytes left until the end of the segment that this position lies in; a whole segment at a boundary.
     *
     * @param segmentSize {@code wal_segment_size} in bytes, a power of two
     */
    public long bytesToSegmentEnd(long segmentSize) {
        return segmentSize - (bytes & (segmentSize - 1));
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(bytes, other.bytes);
    }

    @JsonValue
    @Override
    public String toString() {
        return (Long.toHexString(bytes >>> 32) + '/' + Long.toHexString(bytes & 0xFFFF_FFFFL)).toUpperCase(Locale.ROOT);
    }
}
