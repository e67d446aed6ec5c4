/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way from a caller to a connection: a place at the gate, a session from the grant's pool, and the grant's count. */
final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private final Gate gate;
    private final UnknownOutcomes outcomes;

    Lane(Gate gate, UnknownOutcomes outcomes) {
        this.gate = gate;
        this.outcomes = outcomes;
    }

    UnknownOutcomes outcomes() {
        return outcomes;
    }

    Gate gate() {
        return gate;
    }

    /**
     * Takes a connection that the application gives back by closing it.
     *
     * @throws SQLTransientConnectionException when the deadline passes or too many wait
     */
    Connection borrow(Deadline deadline) throws SQLException {
        Grant grant = gate.acquire(deadline, false);
        while (true) {
            SQLException failure = null;
            Connection connection = null;
            try {
                connection = grant.pool().borrow();
                if (grant.enter()) {
                    return new LeasedConnection(connection, grant, gate, outcomes);
                }
            } catch (SQLException e) {
                failure = e;
            } catch (RuntimeException e) {
                gate.release(grant);
                throw e;
            }
            gate.release(grant);
            giveBack(connection);
            if (failure != null) {
                // A pool that is being closed under a caller is no failure of the caller: the next grant has another.
                if (!(failure instanceof SQLTransientConnectionException) && !grant.isShut()) {
                    throw failure;
                }
                if (deadline.passed()) {
                    throw gate.timeout(deadline, failure);
                }
            }
            grant = gate.acquire(deadline, true);
        }
    }

    /** The fence fell between borrowing and counting: nothing was done on this connection. */
    private static void giveBack(@Nullable Connection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("a connection that nobody used failed to close", e);
        }
    }
}
