/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A timeline's history file: where each timeline before it ended (PostgreSQL documentation, Timelines).
 *
 * @param entries the oldest first
 */
public record TimelineHistory(int timeline, List<Entry> entries) {
    private static final String READ = "SELECT pg_read_file(?, 0, 1000000, true)";

    /** A timeline and where it was left. */
    public record Entry(int timeline, Lsn end) {}

    /** Makes the list unmodifiable. */
    public TimelineHistory {
        entries = List.copyOf(entries);
    }

    /**
     * Reads the text of a file.
     *
     * @throws DroverException WRONG_TIMELINE when a line is not understood
     */
    public static TimelineHistory parse(int timeline, String text) {
        List<Entry> entries = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String shown = line.strip();
            if (shown.isEmpty() || shown.startsWith("#")) {
                continue;
            }
            String[] fields = shown.split("\\s+", 3);
            try {
                entries.add(new Entry(Integer.parseInt(fields[0]), Lsn.parse(fields[1])));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new DroverException(
                        ErrorCode.WRONG_TIMELINE,
                        "the history of timeline " + timeline + " holds '" + shown + "'",
                        null,
                        e);
            }
        }
        return new TimelineHistory(timeline, entries);
    }

    /** Reads the file of a running server. */
    public static TimelineHistory read(Connection connection, int timeline) {
        return parse(
                timeline, Sql.nullableText(connection, READ, fileName(timeline)).orElse(""));
    }

    /** Runs the code for a timeline that has no file, so that it is loaded and its statement prepared. */
    static void warm(Connection connection) {
        Sql.nullableText(connection, READ, fileName(Integer.MAX_VALUE));
        parse(2, "1\t0/1000000\twarm\n").parent();
    }

    /** Where the file lies in a data directory. */
    static String fileName(int timeline) {
        return String.format(Locale.ROOT, "pg_wal/%08X.history", timeline);
    }

    /** The timeline that this one left, and where: its fork. */
    public Entry parent() {
        if (entries.isEmpty()) {
            throw new DroverException(ErrorCode.WRONG_TIMELINE, "timeline " + timeline + " has no parent");
        }
        return entries.get(entries.size() - 1);
    }
}
