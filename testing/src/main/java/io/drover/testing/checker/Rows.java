/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Evidence.FinalRead;
import io.drover.testing.checker.Evidence.Row;
import io.drover.testing.checker.Evidence.When;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the rows of a run. */
public final class Rows {
    private static final int FETCH_SIZE = 10_000;

    private Rows() {}

    /** All rows of the run, after its writers have stopped. The connection has to lead to the primary. */
    public static FinalRead read(Connection connection, int run, When when) throws SQLException {
        List<Row> found = new ArrayList<>();
        connection.setAutoCommit(false);
        try (PreparedStatement select = connection.prepareStatement("select writer, seq from ledger where run = ?")) {
            // a cursor: the driver would hold the whole answer in memory otherwise
            select.setFetchSize(FETCH_SIZE);
            select.setInt(1, run);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(new Row(rows.getInt(1), rows.getLong(2)));
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        return new FinalRead(when, found);
    }
}
