/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client.internal;

import java.sql.Connection;
import java.sql.SQLException;

/** Sessions on one server. */
public interface ConnectionPool extends AutoCloseable {
    /**
     * Takes a session that answers. Waits a fraction of a second at most, or for one session that does not answer, so that the
     * caller can look at the fence and at his deadline again.
     *
     * @throws java.sql.SQLTransientConnectionException when there is none at the moment, or the one that was tried is dead
     */
    Connection borrow() throws SQLException;

    /** Sessions that are open and not in use. */
    int idle();

    /** Sessions that are open, in use or not. */
    int open();

    /** Ends the sessions that are not in use, and opens no more until it is renewed. */
    void rest();

    /**
     * Begins anew after a fence: fills itself again, and hands out no session that was opened before without asking the server, which may
     * have ended any of them meanwhile.
     */
    void renew();

    /** Ends all sessions, those in use too. May take a second. */
    @Override
    void close();
}
