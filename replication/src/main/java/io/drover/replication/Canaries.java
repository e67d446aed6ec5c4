/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Sampled queries that people name, to compare source and target by. */
public final class Canaries {
    /** The sum of the rows' hashes does not depend on their order, and counts equal rows as often as they occur. */
    private static final String ANSWER =
            "SELECT count(*), coalesce(sum(hashtextextended(canary::text, 0)::numeric), 0)::text FROM (\n%s\n) AS canary";

    private Canaries() {}

    /** How many rows, and a hash that does not depend on their order. */
    public record Answer(long rows, String hash) {}

    /**
     * Runs one SELECT in a read-only transaction.
     *
     * @param connection of {@link CanaryLogin}, to the shard's database: with whatever rights it began the query may end
     * @param select without semicolons, so that it cannot be several statements
     * @throws DroverException INVALID_VALUE when there is a semicolon, POSTGRES_FAILED when it fails or takes too long
     */
    public static Answer run(Connection connection, String select, Duration limit) {
        if (select.indexOf(';') >= 0) {
            throw new DroverException(ErrorCode.INVALID_VALUE, "a canary is one SELECT without semicolons: " + select);
        }
        try {
            connection.setAutoCommit(false);
            try {
                Sql.execute(connection, "SET TRANSACTION READ ONLY");
                Sql.execute(connection, "SET LOCAL statement_timeout = " + Math.max(1, limit.toMillis()));
                // a question mark in the text is an operator and no parameter
                String sql = ANSWER.formatted(select.replace("?", "??"));
                return Sql.first(connection, sql, row -> new Answer(row.getLong(1), row.getString(2)))
                        .orElseThrow();
            } catch (DroverException e) {
                throw withoutWords(e);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw Sql.failed(select, e);
        }
    }

    /** PostgreSQL's words can hold what the query has read ({@code rolpassword::int}), and go to whoever has asked. */
    private static DroverException withoutWords(DroverException failure) {
        String state =
                failure.getCause() instanceof SQLException cause ? String.valueOf(cause.getSQLState()) : "unknown";
        return new DroverException(
                failure.code(),
                "a canary query failed with SQLSTATE " + state,
                "PostgreSQL's log on the node has its words: they can hold rows, and are told to nobody else");
    }
}
