/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.agent.SessionMark;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** Ends sessions of clients, each only while it is in the transaction that was seen. */
final class ClientSessions {
    /** The function stands among the columns: in the condition PostgreSQL might call it before it compares. */
    private static final String END = "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE pid = ? AND backend_type = 'client backend' AND " + BlockerSql.SESSION + " = ? AND "
            + BlockerSql.TRANSACTION + " = ?";

    private ClientSessions() {}

    /** Answers the processes that were told to end; one that has gone on to other work, or is gone, is not among them. */
    static List<Integer> end(Connection connection, List<SessionMark> sessions) {
        List<Integer> ended = new ArrayList<>();
        for (SessionMark session : sessions) {
            ended.addAll(Sql.list(
                    connection,
                    END,
                    row -> row.getInt(1),
                    session.pid(),
                    session.startedMicros(),
                    session.transactionMicros()));
        }
        return ended;
    }
}
