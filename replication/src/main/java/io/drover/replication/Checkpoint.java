/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;

/** A checkpoint on a primary, a restartpoint on a standby (PostgreSQL documentation, CHECKPOINT). */
public final class Checkpoint {
    private Checkpoint() {}

    /** Returns when it is complete. The connection's limit for an answer has to allow for it. */
    public static void run(Connection connection) {
        Sql.execute(connection, "CHECKPOINT");
    }
}
