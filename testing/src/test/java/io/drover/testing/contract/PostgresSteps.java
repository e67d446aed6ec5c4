/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.api.agent.Facts.Slot;
import io.drover.replication.AllowList;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresServer;
import io.drover.replication.PostgresSession;
import io.drover.replication.ServerFiles;
import io.drover.replication.ServerFiles.CopyOrder;
import io.drover.replication.ServerFiles.RunningCopy;
import io.drover.replication.ServerFiles.Upstream;
import io.drover.replication.ServerProcesses;
import io.drover.replication.ServerState;
import io.drover.replication.Waiting;
import io.drover.testing.contract.TwoNodes.Client;
import io.drover.testing.contract.TwoNodes.Side;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two servers, and what the tests of the contract do to them. */
abstract class PostgresSteps {
    static final Duration LIMIT = Duration.ofSeconds(60);
    /** How long what must not happen is waited for. */
    static final Duration NOT_WITHIN = Duration.ofMillis(400);

    static final Duration POLL = Duration.ofMillis(10);
    static final String STANDBY = "contract_b";
    static final String SLOT = "contract_slot";
    static final String BACK = "contract_back";

    TwoNodes nodes;

    abstract TwoNodes open();

    @BeforeEach
    final void makePrimary() {
        nodes = open();
        server(Side.ONE).initialize("app", LIMIT);
        nodes.makeTable(Side.ONE);
    }

    @AfterEach
    final void close() {
        nodes.close();
    }

    final void makeStandby() {
        ServerFiles files = copyTo(Side.OTHER);
        files.prepareStandby(
                staging(Side.OTHER),
                new Upstream(nodes.host(Side.ONE), nodes.place(Side.ONE).port(), STANDBY, SLOT));
        files.install(staging(Side.OTHER));
        files.writeNodeSettings();
        server(Side.OTHER).start(LIMIT);
        awaitStreams(Side.OTHER);
    }

    final ServerFiles copyTo(Side side) {
        tell(Side.ONE, session -> session.createSlot(SLOT));
        ServerFiles files = files(side);
        files.writePasswords();
        RunningCopy copy = files.startCopy(
                new CopyOrder(nodes.host(Side.ONE), nodes.place(Side.ONE).port(), SLOT, OptionalLong.empty(), true),
                staging(side));
        copy.await(LIMIT);
        files.verifyCopy(staging(side), LIMIT);
        return files;
    }

    final Path staging(Side side) {
        return nodes.place(side).dataDir().resolveSibling("data.staging-contract");
    }

    final Upstream back() {
        return new Upstream(nodes.host(Side.OTHER), nodes.place(Side.OTHER).port(), "contract_a", BACK);
    }

    final void armGuard() {
        String value = "FIRST 1 (\"" + STANDBY + "\")";
        tell(Side.ONE, session -> {
            session.settings().set(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, value);
            session.settings().reload();
        });
        server(Side.ONE).awaitVisible(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, value, LIMIT);
    }

    /** The order of the seal. */
    final Lsn seal(PostgresSession warm) {
        int postmaster = server(Side.ONE).postmaster().orElseThrow();
        int own = warm.backendPid();
        ServerProcesses processes = processes(Side.ONE);
        processes.holdDoor(LIMIT);
        AllowList spared = warm.spared(postmaster, SLOT, own);
        processes.holdSessions(spared, LIMIT).orElseThrow();
        Lsn end = warm.endWal();
        assertThat(processes.doorHeld()).isTrue();
        assertThat(processes.sessionsHeld(spared)).isTrue();
        return end;
    }

    final Lsn sealAndReplay() {
        try (PostgresSession warm = server(Side.ONE).connect()) {
            Lsn end = seal(warm);
            replay(Side.OTHER, end);
            return end;
        }
    }

    final Lsn sealAndPromote() {
        Lsn end = sealAndReplay();
        return ask(Side.OTHER, session -> session.promote(1, end, LIMIT)).fork();
    }

    final void lift() {
        processes(Side.ONE).releaseSessions();
        processes(Side.ONE).openDoor();
    }

    final void replayEverything() {
        replay(Side.OTHER, ask(Side.ONE, PostgresSession::state).lsn());
    }

    final void replay(Side side, Lsn position) {
        ask(side, session -> session.awaitReplayed(position, LIMIT));
    }

    final void commit(Side side, String operation) {
        try (Client client = nodes.client(side)) {
            client.commit(operation);
        }
    }

    final void awaitStreams(Side side) {
        awaitFact(() -> ask(side, PostgresSession::receives));
    }

    static void awaitFact(BooleanSupplier fact) {
        assertThat(Waiting.until(LIMIT, POLL, fact)).isTrue();
    }

    static boolean comes(CompletableFuture<?> answer) {
        return Waiting.until(NOT_WITHIN, POLL, answer::isDone);
    }

    final PostgresServer server(Side side) {
        return nodes.node(side).server(nodes.place(side));
    }

    final ServerFiles files(Side side) {
        return server(side).files();
    }

    final ServerProcesses processes(Side side) {
        PostgresServer server = server(side);
        return server.processes(server.postmaster().orElseThrow());
    }

    final ServerState state(Side side) {
        return ask(side, PostgresSession::state);
    }

    final int timeline(Side side) {
        return ask(side, PostgresSession::timeline);
    }

    final List<Slot> slots(Side side) {
        return server(side).facts(List.of(), Set.of()).slots();
    }

    final <R> R ask(Side side, Function<PostgresSession, R> question) {
        try (PostgresSession session = server(side).connect()) {
            return question.apply(session);
        }
    }

    final void tell(Side side, Consumer<PostgresSession> action) {
        try (PostgresSession session = server(side).connect()) {
            action.accept(session);
        }
    }
}
