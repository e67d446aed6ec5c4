/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The superuser connection that is opened before the pause and used in it. After the postmaster is held no other can be opened,
 * so the seal depends on it; for promotion it saves the login.
 */
final class WarmParts {
    private @Nullable Connection connection;

    /** The open connection, or a new one. */
    synchronized Connection openedBy(Supplier<Connection> opener) {
        Connection current = connection;
        if (current != null && usable(current)) {
            return current;
        }
        close();
        current = opener.get();
        connection = current;
        return current;
    }

    /** The open connection; SEAL_FAILED when there is none. */
    synchronized Connection required() {
        Connection current = connection;
        if (current == null) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    "the agent has no open connection to the server: it was restarted since the seal was prepared",
                    "abort the move; a frozen server takes no new connection");
        }
        return current;
    }

    /** Asks something over the connection; when it turns out to be broken, once more over a new one. */
    <R> R ask(Supplier<Connection> opener, Function<Connection, R> question) {
        Connection first = openedBy(opener);
        try {
            return question.apply(first);
        } catch (DroverException e) {
            if (e.code() != ErrorCode.POSTGRES_UNREACHABLE) {
                throw e;
            }
            forget(first);
            return question.apply(openedBy(opener));
        }
    }

    /** Closes what is open. */
    synchronized void close() {
        Connection current = connection;
        connection = null;
        if (current != null) {
            NodeTools.close(current);
        }
    }

    private synchronized void forget(Connection broken) {
        if (broken.equals(connection)) {
            close();
        }
    }

    private static boolean usable(Connection connection) {
        try {
            return !connection.isClosed();
        } catch (SQLException e) {
            return false;
        }
    }
}
