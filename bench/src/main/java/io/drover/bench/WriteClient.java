/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.sql.Connection;
import java.sql.SQLException;

/** How an application comes to the connection that it writes through. */
public interface WriteClient extends AutoCloseable {
    /** What the application does with a connection. */
    interface Write {
        void on(Connection connection) throws SQLException;
    }

    /**
     * Does one write, never twice.
     *
     * @param writer number of the caller, from 0; each calls from a thread of its own
     * @throws SQLException what the application would see
     */
    void write(int writer, Write write) throws SQLException;

    /** Before each switch, while nothing is measured: opens again what the one before has ended. */
    default void prepare() {}

    @Override
    void close();
}
