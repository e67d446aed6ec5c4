/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of pg_waldump (PostgreSQL documentation, pg_waldump).
 *
 * @param manager the resource manager, such as {@code Heap}
 * @param length its bytes, without the headers of the pages that it lies on
 * @param transaction 0 when the record belongs to none
 */
record WalRecord(String manager, long length, long transaction, Lsn lsn, String description) {
    private static final Pattern LINE = Pattern.compile(
            "rmgr: (\\S+)\\s+len \\(rec/tot\\):\\s*\\d+/\\s*(\\d+), tx:\\s*(\\d+), lsn: ([0-9A-F]+/[0-9A-F]+), prev \\S+ desc: (.*)");
    private static final long PAGE = 8192;
    private static final long PAGE_HEADER = 24;
    /** Of a segment's first page. */
    private static final long LONG_PAGE_HEADER = 40;

    private static final long ALIGNMENT = 8;
    private static final Pattern RELATION = Pattern.compile("\\brel (\\d+)/(\\d+)/(\\d+)");
    private static final Pattern PREPARED = Pattern.compile("COMMIT_PREPARED (\\d+)");
    private static final Pattern CHILDREN = Pattern.compile("; subxacts:((?: \\d+)+)");
    private static final Set<String> DATA_MANAGERS = Set.of("Heap", "Heap2", "Btree");

    /** What ANALYZE writes: pg_statistic and pg_statistic_ext_data with their indexes and TOAST tables. */
    private static final Set<Long> STATISTICS = Set.of(2619L, 2696L, 2840L, 2841L, 3429L, 3433L, 3430L, 3431L);

    /** pg_class and pg_database, which VACUUM and ANALYZE change in place only. */
    private static final Set<Long> CHANGED_IN_PLACE = Set.of(1259L, 1262L);

    private static final Set<String> NEUTRAL = Set.of(
            "Transaction INVALIDATION",
            "Transaction ASSIGNMENT",
            "XLOG FPI_FOR_HINT",
            "XLOG NEXTOID",
            "Heap2 PRUNE",
            "Heap2 PRUNE_ON_ACCESS",
            "Heap2 PRUNE_VACUUM_SCAN",
            "Heap2 PRUNE_VACUUM_CLEANUP",
            "Heap2 VACUUM",
            "Heap2 VISIBLE",
            "Heap2 FREEZE_PAGE");

    static Optional<WalRecord> parse(String line) {
        Matcher matcher = LINE.matcher(line);
        return matcher.matches()
                ? Optional.of(new WalRecord(
                        matcher.group(1),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3)),
                        Lsn.parse(matcher.group(4)),
                        matcher.group(5)))
                : Optional.empty();
    }

    /** Where it ends, which is what a standby says that it has replayed behind it (PostgreSQL's sources, xlog_internal.h). */
    Lsn end(long segmentSize) {
        long left = length;
        long at = lsn.bytes();
        long onPage = PAGE - Long.remainderUnsigned(at, PAGE);
        while (left > onPage) {
            left -= onPage;
            at += onPage;
            long header = Long.remainderUnsigned(at, segmentSize) == 0 ? LONG_PAGE_HEADER : PAGE_HEADER;
            at += header;
            onPage = PAGE - header;
        }
        return new Lsn((at + left + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }

    boolean commit() {
        return manager.equals("Transaction")
                && (description.startsWith("COMMIT ") || description.startsWith("COMMIT_PREPARED "));
    }

    boolean preparedCommit() {
        return commit() && description.startsWith("COMMIT_PREPARED ");
    }

    /** The transaction that a commit record makes visible, its own or the prepared one. */
    long committed() {
        Matcher matcher = PREPARED.matcher(description);
        return matcher.lookingAt() ? Long.parseLong(matcher.group(1)) : transaction;
    }

    /** Subtransactions of a commit. */
    List<Long> subtransactions() {
        List<Long> found = new ArrayList<>();
        Matcher matcher = CHILDREN.matcher(description);
        if (matcher.find()) {
            for (String number : matcher.group(1).strip().split(" ")) {
                found.add(Long.valueOf(number));
            }
        }
        return found;
    }

    private String operation() {
        int space = description.indexOf(' ');
        return space < 0 ? description : description.substring(0, space);
    }

    /** Whether the commit also drops or creates files or statistics, which maintenance never does. */
    boolean commitTouchesFiles() {
        return description.contains("; rels:") || description.contains("stats:") || description.contains("; delay");
    }

    /**
     * Whether the record says nothing about what its transaction is: locks, cache messages, and tidying of pages that any
     * session does where it reads.
     */
    boolean neutral() {
        return commit() || manager.equals("Standby") || NEUTRAL.contains(manager + " " + operation());
    }

    /** Whether only maintenance writes such a record: statistics of the planner, or Drover's own messages. */
    boolean maintenance() {
        if (manager.equals("LogicalMessage")) {
            return description.contains("prefix \"drover\"");
        }
        if (!DATA_MANAGERS.contains(manager)) {
            return false;
        }
        boolean any = false;
        Matcher matcher = RELATION.matcher(description);
        while (matcher.find()) {
            any = true;
            long file = Long.parseLong(matcher.group(3));
            boolean inPlace = CHANGED_IN_PLACE.contains(file) && description.startsWith("INPLACE");
            if (!STATISTICS.contains(file) && !inPlace) {
                return false;
            }
        }
        return any;
    }
}
