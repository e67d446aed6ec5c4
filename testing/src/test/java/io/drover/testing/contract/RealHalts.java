/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.agent.Reports.StopMode;
import io.drover.replication.PostgresServer;
import io.drover.replication.ProcessTable;
import io.drover.replication.Signals;
import io.drover.testing.contract.ThreeNodes.Side;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Halts PostgreSQL while everything in it works. */
abstract class RealHalts extends PostgresSteps {
    private static final String PROGRAM = "sleep 612";
    private static final int SESSIONS = 8;

    @Override
    abstract RealNodes open();

    private RealNodes real() {
        return (RealNodes) nodes;
    }

    @Test
    final void nothingCanActWhenAServerAtWorkIsHalted() {
        PostgresServer server = server(Side.ONE);
        real().tell(Side.ONE, "ALTER SYSTEM SET archive_mode = 'on'");
        real().tell(Side.ONE, "ALTER SYSTEM SET archive_command = '" + PROGRAM + "'");
        server.stop(StopMode.FAST, LIMIT);
        server.start(LIMIT);
        commit(Side.ONE, "before");
        real().tell(Side.ONE, "SELECT pg_switch_wal()");
        awaitFact(() -> !programs().isEmpty());
        List<Connection> sessions = IntStream.range(0, SESSIONS)
                .mapToObj(each -> real().connect(Side.ONE))
                .toList();
        List<CompletableFuture<Void>> work = sessions.stream()
                .map(session -> CompletableFuture.runAsync(() -> work(session)))
                .toList();
        awaitFact(() -> busy().size() == SESSIONS);
        List<Integer> held = busy().subList(0, SESSIONS / 2);
        held.forEach(Signals.STOP::send);
        awaitFact(() -> held.stream().allMatch(ProcessTable::cannotGoOn));
        List<Integer> all = ProcessTable.serversIn(nodes.place(Side.ONE).dataDir());
        List<Integer> others = new ArrayList<>(all);
        others.removeAll(held);

        server.halt(LIMIT);

        assertThat(others).hasSizeGreaterThan(SESSIONS).noneMatch(ProcessTable::canAct);
        awaitFact(() -> programs().isEmpty());
        server.stop(StopMode.IMMEDIATE, LIMIT);
        assertThat(all).noneMatch(ProcessTable::canAct);
        assertThat(server.stopped()).isTrue();
        // without memory and directory, and for a moment still in the table
        awaitFact(() -> all.stream().noneMatch(ProcessTable::alive));
        awaitFact(() -> work.stream().allMatch(CompletableFuture::isCompletedExceptionally));
        sessions.forEach(RealNodes::quietly);
    }

    private static void work(Connection session) {
        while (true) {
            RealNodes.execute(session, "DO $$ BEGIN FOR i IN 1..1000000 LOOP PERFORM md5(i::text); END LOOP; END $$");
        }
    }

    private List<Integer> busy() {
        return ProcessTable.serversIn(nodes.place(Side.ONE).dataDir()).stream()
                .filter(pid -> ProcessTable.title(pid).endsWith(" DO"))
                .toList();
    }

    private static List<Integer> programs() {
        return ProcessTable.all().stream()
                .filter(pid -> ProcessTable.title(pid).contains(PROGRAM))
                .toList();
    }
}
