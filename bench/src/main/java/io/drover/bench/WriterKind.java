/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What one client of a load does, over and over. Nothing is ever written twice. */
enum WriterKind {
    /** One autocommitted row after the other. */
    QUICK(true, Duration.ZERO) {
        @Override
        void write(Connection connection, int writer, int sequence) throws SQLException {
            insert(connection, writer, sequence);
        }
    },
    /** The same with a rest after each: light, and frequent enough for a pause to be measured to within its length. */
    PACED(true, Duration.ofMillis(2)) {
        @Override
        void write(Connection connection, int writer, int sequence) throws SQLException {
            insert(connection, writer, sequence);
        }
    },
    /** Transactions of 200 ms, which hold a drain up. Their own gaps say more of that than of a pause. */
    LONG(false, Duration.ZERO) {
        @Override
        void write(Connection connection, int writer, int sequence) throws SQLException {
            connection.setAutoCommit(false);
            insert(connection, writer, sequence);
            Waiting.pause(TRANSACTION);
            connection.commit();
            check(connection.getWarnings());
            connection.setAutoCommit(true);
        }
    },
    /** Much WAL with each commit. Its table is emptied now and then, so that copies do not grow. */
    BULK(false, Duration.ZERO) {
        @Override
        void write(Connection connection, int writer, int sequence) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                if (sequence % TABLE_FULL == 0) {
                    statement.execute("truncate " + bulkTable(writer));
                }
                statement.executeUpdate("insert into " + bulkTable(writer)
                        + " select i, repeat(md5(i::text), 8) from generate_series(1, " + BULK_ROWS + ") as i");
                check(statement.getWarnings());
            }
        }
    };

    /** What a write of {@link #BULK} puts into its column of text: less than the WAL that it makes. */
    static final int BULK_BYTES = 500 * 8 * 32;

    private static final int BULK_ROWS = 500;
    /** Some 300 MB. */
    private static final int TABLE_FULL = 2_000;

    private static final Duration TRANSACTION = Duration.ofMillis(200);
    private static final String INSERT = "insert into ledger (run, writer, seq, note) values (1, ?, ?, 'bench')";

    private final boolean measured;
    private final Duration rest;

    WriterKind(boolean measured, Duration rest) {
        this.measured = measured;
        this.rest = rest;
    }

    /** Whether its gaps are what a switch is measured by. */
    boolean isMeasured() {
        return measured;
    }

    /** What it waits between two writes. */
    Duration rest() {
        return rest;
    }

    /** Does one write, and returns when it is acknowledged. */
    abstract void write(Connection connection, int writer, int sequence) throws SQLException;

    /** The table of a writer of {@link #BULK}. */
    static String bulkTable(int writer) {
        return "bulk_" + writer;
    }

    private static void insert(Connection connection, int writer, int sequence) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setInt(1, writer);
            insert.setLong(2, sequence);
            insert.executeUpdate();
            check(insert.getWarnings());
        }
    }

    /** A commit that was not promised comes with a warning (H16). */
    private static void check(@Nullable SQLWarning warning) throws SQLException {
        if (warning != null) {
            throw warning;
        }
    }
}
