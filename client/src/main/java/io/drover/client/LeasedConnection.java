/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection in the application's hands. Closing it gives back session, count and place; the fence waits for that. */
final class LeasedConnection extends ForwardingConnection {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Grant grant;
    private final Gate gate;

    LeasedConnection(Connection delegate, Grant grant, Gate gate) {
        super(delegate);
        this.grant = grant;
        this.gate = gate;
    }

    @Override
    public void close() throws SQLException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            // The pool rolls back what is open, and only then the connection counts as drained.
            delegate().close();
        } finally {
            grant.exit();
            gate.release(grant);
        }
    }
}
