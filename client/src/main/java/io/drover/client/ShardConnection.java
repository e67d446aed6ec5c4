/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.sql.SQLException;

/** What a connection of the kit can do besides; get it with {@code connection.unwrap(ShardConnection.class)}. */
public interface ShardConnection {
    /**
     * Notes the id of the transaction that runs, as {@code pg_current_xact_id()} gives it, so that {@link CommitOutcomeUnknownException}
     * can name it. To ask for it as part of a statement, such as {@code INSERT … RETURNING pg_current_xact_id()}, costs no round trip of
     * its own; the kit never asks. Forgotten at the end of the transaction, and not noted while none runs: a statement that commits by
     * itself has ended its own by then.
     */
    void noteTransactionId(String id) throws SQLException;
}
