/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A WAL segment file by its timeline and number (PostgreSQL documentation, WAL Internals). */
record WalSegment(int timeline, long number, long size) {
    private static final Pattern NAME = Pattern.compile("([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})");
    private static final int HEX = 16;
    private static final long XLOG_ID = 1L << 32;

    static Optional<WalSegment> parse(String fileName, long size) {
        Matcher matcher = NAME.matcher(fileName);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long high = Long.parseLong(matcher.group(2), HEX);
        long low = Long.parseLong(matcher.group(3), HEX);
        return Optional.of(
                new WalSegment(Integer.parseUnsignedInt(matcher.group(1), HEX), high * (XLOG_ID / size) + low, size));
    }

    /** The segment that holds the position; at a boundary the one that begins there. */
    static WalSegment at(int timeline, Lsn lsn, long size) {
        return new WalSegment(timeline, Long.divideUnsigned(lsn.bytes(), size), size);
    }

    Lsn start() {
        return new Lsn(number * size);
    }

    Lsn end() {
        return new Lsn((number + 1) * size);
    }

    String fileName() {
        long perId = XLOG_ID / size;
        return String.format(Locale.ROOT, "%08X%08X%08X", timeline, number / perId, number % perId);
    }
}
