/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.plain;

import java.sql.SQLException;
import java.util.List;

/** A program or library that connects to PostgreSQL and knows nothing of Drover. Used by one thread. */
public interface PlainClient extends AutoCloseable {
    /** What tells it from the others. */
    String name();

    /**
     * Logs in, once.
     *
     * @throws SQLException when that fails
     */
    Session connect() throws SQLException;

    @Override
    void close();

    /** One session. */
    interface Session extends AutoCloseable {
        /**
         * Runs a statement that answers with one row.
         *
         * @return its columns
         * @throws SQLException with PostgreSQL's SQLSTATE, or one of class 08 when the connection is lost
         */
        List<String> ask(String sql) throws SQLException;

        @Override
        void close();
    }
}
