/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Evidence.FinalRead;
import io.drover.testing.checker.Evidence.Row;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The comparison of what writers know with what the table holds.
 *
 * @param acked writes that were acknowledged
 * @param lost acknowledged writes that the table lacks
 * @param duplicated writes that the table has more than once
 * @param invented rows that nobody wrote, or whose write was refused
 * @param unknown writes whose fate the client could not tell
 */
public record RowTally(long acked, List<Row> lost, List<Row> duplicated, List<Row> invented, long unknown) {
    /** Makes the lists unmodifiable. */
    public RowTally {
        lost = List.copyOf(lost);
        duplicated = List.copyOf(duplicated);
        invented = List.copyOf(invented);
    }

    /** Compares; the writers must have stopped before the rows were read. */
    public static RowTally of(List<AckLog> logs, FinalRead read) {
        Map<Integer, Copies> writers = new HashMap<>();
        logs.forEach(log -> writers.put(log.writer(), new Copies(log)));
        List<Row> invented = new ArrayList<>();
        for (Row row : read.rows()) {
            Copies copies = writers.get(row.writer());
            if (copies == null || !copies.found(row)) {
                invented.add(row);
            }
        }
        long acked = 0;
        long unknown = 0;
        List<Row> lost = new ArrayList<>();
        List<Row> duplicated = new ArrayList<>();
        for (Copies copies : writers.values()) {
            acked += copies.log.count(Outcome.ACKED);
            unknown += copies.log.count(Outcome.UNKNOWN) + copies.log.count(Outcome.PENDING);
            copies.compare(lost, duplicated);
        }
        return new RowTally(acked, lost, duplicated, invented, unknown);
    }

    /** Whether nothing was lost, doubled or invented. */
    public boolean isClean() {
        return lost.isEmpty() && duplicated.isEmpty() && invented.isEmpty();
    }

    @Override
    public String toString() {
        return acked + " acknowledged, " + lost.size() + " lost, " + duplicated.size() + " doubled, " + invented.size()
                + " invented, " + unknown + " unknown";
    }

    private static final class Copies {
        private final AckLog log;
        private final int[] counts;

        Copies(AckLog log) {
            this.log = log;
            this.counts = new int[log.size()];
        }

        /** Counts the row; false when it cannot be there. */
        boolean found(Row row) {
            if (log.outcome(row.sequence()) == Outcome.FAILED) {
                return false;
            }
            counts[(int) row.sequence() - 1]++;
            return true;
        }

        void compare(List<Row> lost, List<Row> duplicated) {
            for (int i = 0; i < counts.length; i++) {
                Row row = new Row(log.writer(), i + 1L);
                if (counts[i] == 0 && log.outcome(i + 1L) == Outcome.ACKED) {
                    lost.add(row);
                } else if (counts[i] > 1) {
                    duplicated.add(row);
                }
            }
        }
    }
}
