/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.replication.PostgresSession;
import io.drover.replication.ProcessTable;
import io.drover.replication.ServerProcesses;
import io.drover.testing.contract.ThreeNodes.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** In which order the sessions end that a seal holds on PostgreSQL. */
abstract class RealHeldSessions extends PostgresSteps {
    /** To end them one by one takes long enough to be seen on the way. */
    private static final int IDLE = 40;

    private static final int BUSY = 3;

    @Override
    abstract RealNodes open();

    private final List<Connection> sessions = new ArrayList<>();
    private final List<CompletableFuture<Void>> statements = new ArrayList<>();

    private int session() {
        Connection session = ((RealNodes) nodes).connect(Side.ONE);
        sessions.add(session);
        return pid(session);
    }

    private static int pid(Connection session) {
        try {
            return session.unwrap(PGConnection.class).getBackendPID();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private int busy() {
        int pid = session();
        Connection session = sessions.get(sessions.size() - 1);
        statements.add(CompletableFuture.runAsync(() -> RealNodes.execute(session, "SELECT pg_sleep(60)")));
        awaitFact(() -> ProcessTable.title(pid).endsWith(" SELECT"));
        return pid;
    }

    private int idle(boolean inTransaction) {
        int pid = session();
        if (inTransaction) {
            RealNodes.execute(sessions.get(sessions.size() - 1), "BEGIN");
        }
        awaitFact(() -> ProcessTable.title(pid).endsWith(inTransaction ? " idle in transaction" : " idle"));
        return pid;
    }

    private static boolean isHeld(int pid) {
        return ProcessTable.state(pid) == 'T';
    }

    /** Their clients wait for an answer; those of the others do not, although they have come first. */
    @Test
    final void whoseClientWaitsEndsBeforeAnyOther() throws SQLException {
        makeStandby();
        List<Integer> idle = new ArrayList<>();
        List<Integer> busy = new ArrayList<>();
        for (int i = 0; i < IDLE; i++) {
            idle.add(idle(i % 2 == 0));
        }
        for (int i = 0; i < BUSY; i++) {
            busy.add(busy());
        }
        int postmaster = server(Side.ONE).postmaster().orElseThrow();
        ServerProcesses processes = processes(Side.ONE);
        try (PostgresSession warm = server(Side.ONE).connect()) {
            processes.holdDoor(LIMIT);
            processes.holdSessions(warm.spared(postmaster, SLOT), LIMIT).orElseThrow();
            assertThat(idle).allMatch(RealHeldSessions::isHeld);
            assertThat(busy).allMatch(RealHeldSessions::isHeld);

            CompletableFuture<Void> end =
                    CompletableFuture.runAsync(() -> server(Side.ONE).endHeldGently(LIMIT));
            int onTheWay = 0;
            while (!end.isDone()) {
                // in this order: when one of these is not held any more, all of those were told before
                long heldIdle = idle.stream().filter(RealHeldSessions::isHeld).count();
                if (heldIdle < IDLE) {
                    assertThat(busy).noneMatch(RealHeldSessions::isHeld);
                    onTheWay += heldIdle > 0 ? 1 : 0;
                }
            }

            assertThat(end).isCompleted();
            assertThat(onTheWay).as("looks while some idle ones were left").isPositive();
            assertThat(idle).noneMatch(ProcessTable::canAct);
            awaitFact(() -> busy.stream().noneMatch(ProcessTable::canAct));
            assertThat(processes.doorHeld()).isTrue();
        }
        // what is closed in order tells the server, which is gone
        awaitFact(() -> statements.stream().allMatch(CompletableFuture::isCompletedExceptionally));
        for (Connection session : sessions) {
            session.abort(Runnable::run);
        }
    }
}
