package io.drover.client;

import java.sql.Connection;
import java.sql.SQLException;

/** Sessions on one server. A pool serves one {@link Grant} and is never used again afterwards. */
interface ConnectionPool extends AutoCloseable {
    /**
     * Takes a session that answers. Waits a fraction of a second at most, so that the caller can look at the fence again.
     *
     * @throws java.sql.SQLTransientConnectionException when there is none at the moment
     */
    Connection borrow() throws SQLException;

    /** Sessions that are open and not in use. */
    int idle();

    /** Ends the sessions that are not in use, the others on their return, and opens no more. */
    void retire();

    /** Ends all sessions, those in use too. May take a second. */
    @Override
    void close();
}
