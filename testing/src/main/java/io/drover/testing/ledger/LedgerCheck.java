/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.testing.ledger.AckLog.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The comparison of what writers know with what the table holds (K1 to K3).
 *
 * @param acked writes that were acknowledged
 * @param lost acknowledged writes that the table lacks
 * @param duplicated writes that the table has more than once
 * @param invented rows that nobody wrote, or whose write was refused
 * @param unknown writes whose fate the client could not tell
 */
public record LedgerCheck(long acked, long lost, long duplicated, long invented, long unknown) {
    private static final int FETCH_SIZE = 10_000;

    /** Compares after the writers have stopped. The connection has to lead to the primary. */
    public static LedgerCheck of(Connection connection, int run, List<AckLog> logs) throws SQLException {
        Map<Integer, Tally> tallies = new HashMap<>();
        logs.forEach(log -> tallies.put(log.writer(), new Tally(log)));
        long strangers = 0;
        connection.setAutoCommit(false);
        try (PreparedStatement select = connection.prepareStatement("select writer, seq from ledger where run = ?")) {
            // a cursor: the driver would hold the whole table in memory otherwise
            select.setFetchSize(FETCH_SIZE);
            select.setInt(1, run);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    Tally tally = tallies.get(rows.getInt(1));
                    if (tally == null) {
                        strangers++;
                    } else {
                        tally.found(rows.getLong(2));
                    }
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        LedgerCheck sum = new LedgerCheck(0, 0, 0, strangers, 0);
        for (Tally tally : tallies.values()) {
            sum = sum.plus(tally.result());
        }
        return sum;
    }

    /** Whether nothing was lost, doubled or invented. */
    public boolean isClean() {
        return lost == 0 && duplicated == 0 && invented == 0;
    }

    private LedgerCheck plus(LedgerCheck other) {
        return new LedgerCheck(
                acked + other.acked,
                lost + other.lost,
                duplicated + other.duplicated,
                invented + other.invented,
                unknown + other.unknown);
    }

    private static final class Tally {
        private final AckLog log;
        private final int[] copies;
        private long invented;

        Tally(AckLog log) {
            this.log = log;
            this.copies = new int[log.size()];
        }

        void found(long sequence) {
            if (sequence < 1 || sequence > copies.length || log.outcome(sequence) == Outcome.FAILED) {
                invented++;
            } else {
                copies[(int) sequence - 1]++;
            }
        }

        LedgerCheck result() {
            long acked = 0;
            long lost = 0;
            long duplicated = 0;
            long unknown = 0;
            for (int i = 0; i < copies.length; i++) {
                Outcome outcome = log.outcome(i + 1L);
                if (outcome == Outcome.ACKED) {
                    acked++;
                    lost += copies[i] == 0 ? 1 : 0;
                } else if (outcome != Outcome.FAILED) {
                    unknown++;
                }
                duplicated += copies[i] > 1 ? 1 : 0;
            }
            return new LedgerCheck(acked, lost, duplicated, invented, unknown);
        }
    }
}
