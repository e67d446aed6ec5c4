/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import io.drover.testing.ledger.LedgerCheck;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves that the check of the ledger fails when it has to (K1 to K3). */
class LedgerCheckIT {
    private static final int RUN = 1_000_000;
    private static final int ROWS = 10;

    @Test
    void findsWhatIsLostDoubledAndInvented() throws SQLException {
        LocalCluster cluster = SharedCluster.get();
        AckLog log = new AckLog(1);
        for (int i = 0; i < ROWS; i++) {
            log.end(log.begin(), Outcome.ACKED, System.nanoTime());
        }
        log.end(log.begin(), Outcome.UNKNOWN, System.nanoTime());
        log.end(log.begin(), Outcome.FAILED, System.nanoTime());
        try (Connection connection = cluster.connectToPrimary();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into ledger (run, writer, seq, note) select " + RUN
                    + ", 1, i, '' from generate_series(1, " + ROWS + ") as i");
            assertThat(check(connection, log)).isEqualTo(new LedgerCheck(ROWS, 0, 0, 0, 1));
            insert(statement, 1, ROWS + 1);
            assertThat(check(connection, log).isClean())
                    .as("a write of unknown fate may be there")
                    .isTrue();

            statement.execute("delete from ledger where run = " + RUN + " and seq in (3, 4)");
            insert(statement, 1, 5);
            insert(statement, 1, ROWS + 2);
            insert(statement, 1, ROWS + 100);
            insert(statement, 2, 1);
            LedgerCheck spoiled = check(connection, log);
            assertThat(spoiled.isClean()).isFalse();
            assertThat(spoiled).isEqualTo(new LedgerCheck(ROWS, 2, 1, 3, 1));
            statement.execute("delete from ledger where run = " + RUN);
        }
    }

    private static LedgerCheck check(Connection connection, AckLog log) throws SQLException {
        return LedgerCheck.of(connection, RUN, List.of(log));
    }

    private static void insert(Statement statement, int writer, int sequence) throws SQLException {
        statement.execute("insert into ledger (run, writer, seq, note) values (" + RUN + ", " + writer + ", " + sequence
                + ", '')");
    }
}
