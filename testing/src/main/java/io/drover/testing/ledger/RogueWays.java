/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.testing.ledger.RogueWriter.Way;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Ways of writing that pass a polite fence (F01 to F07, H75 to H77). */
public final class RogueWays {
    private final int run;

    /** For the rows of one run. */
    public RogueWays(int run) {
        this.run = run;
    }

    /** {@code BEGIN READ WRITE} overrides default_transaction_read_only (F01). */
    public Way readWriteTransactions(AckLog log) {
        return (connection, sequence) -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("begin read write");
                Place place = insert(statement, log, sequence);
                statement.execute("commit");
                return place;
            }
        };
    }

    /** Single inserts of a session that has overridden the setting for itself (F02, F04) or was given a role that has (F03). */
    public Way autocommit(AckLog log) {
        return (connection, sequence) -> {
            try (Statement statement = connection.createStatement()) {
                return insert(statement, log, sequence);
            }
        };
    }

    /** Commits that wait for no standby (H77). */
    public Way localCommits(AckLog log) {
        return commits(log, "local");
    }

    /** Commits that do not even wait for this server's disk (F13). */
    public Way asynchronousCommits(AckLog log) {
        return commits(log, "off");
    }

    private Way commits(AckLog log, String synchronousCommit) {
        return (connection, sequence) -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set synchronous_commit = " + synchronousCommit);
                statement.execute("begin read write");
                Place place = insert(statement, log, sequence);
                statement.execute("commit");
                return place;
            }
        };
    }

    /** Several statements with commits between them in one message of the protocol (F07); needs the simple query mode. */
    public Way severalStatementsAtOnce(AckLog log) {
        return (connection, sequence) -> {
            try (Statement statement = connection.createStatement()) {
                boolean rows = statement.execute(
                        "begin read write; commit; begin read write; " + insert(log, sequence) + "; commit");
                while (!rows && statement.getUpdateCount() >= 0) {
                    rows = statement.getMoreResults();
                }
                try (ResultSet row = statement.getResultSet()) {
                    row.next();
                    return Place.read(row);
                }
            }
        };
    }

    /** A transaction that is open, without a transaction id, for a while before it writes (F05). */
    public Way lateWritesOfOpenTransactions(AckLog log, double seconds) {
        return (connection, sequence) -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("begin isolation level read committed read write");
                statement.execute("select pg_sleep(" + seconds + ")");
                Place place = insert(statement, log, sequence);
                statement.execute("commit");
                return place;
            }
        };
    }

    /** A transaction of an innocent client that writes, works for a while, and commits. */
    public Way slowTransactions(AckLog log, double seconds) {
        return (connection, sequence) -> {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                Place place = insert(statement, log, sequence);
                statement.execute("select pg_sleep(" + seconds + ")");
                connection.commit();
                connection.setAutoCommit(true);
                return place;
            }
        };
    }

    /** Makes the procedure for {@link #loopsInTheServer}. */
    public static void createProcedure(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    create or replace procedure rogue_loop(run integer, writer integer, first bigint, count integer)
                    language plpgsql as $$
                    begin
                      for i in 0 .. count - 1 loop
                        insert into ledger (run, writer, seq, note) values (run, writer, first + i, 'in a procedure');
                        commit;
                        perform pg_sleep(0.05);
                      end loop;
                    end
                    $$
                    """);
        }
    }

    /**
     * A procedure that commits in a loop (F06). Only the end of the call is an acknowledgement, and it stands for the first
     * row; the others of the call are written as rows of {@code strangers}, whose log tells nothing.
     */
    public Way loopsInTheServer(AckLog log, int strangers) {
        return (connection, sequence) -> {
            try (PreparedStatement call = connection.prepareStatement("call rogue_loop(?, ?, ?, 20)");
                    Statement statement = connection.createStatement()) {
                call.setInt(1, run);
                call.setInt(2, strangers);
                call.setLong(3, sequence * 20);
                call.execute();
                return insert(statement, log, sequence);
            }
        };
    }

    private Place insert(Statement statement, AckLog log, long sequence) throws SQLException {
        try (ResultSet row = statement.executeQuery(insert(log, sequence))) {
            row.next();
            return Place.read(row);
        }
    }

    private String insert(AckLog log, long sequence) {
        return "insert into ledger (run, writer, seq, note) values (" + run + ", " + log.writer() + ", " + sequence
                + ", 'rogue')" + Place.RETURNING;
    }
}
