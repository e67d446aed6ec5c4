/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Facts.Slot;
import io.drover.replication.AllowList;
import io.drover.replication.ControlData;
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
import io.drover.testing.contract.ThreeNodes.Client;
import io.drover.testing.contract.ThreeNodes.Side;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Servers, and what the tests of the contract do to them. */
abstract class PostgresSteps {
    static final Duration LIMIT = Duration.ofSeconds(60);
    /** How long what must not happen is waited for. */
    static final Duration NOT_WITHIN = Duration.ofMillis(400);

    static final Duration POLL = Duration.ofMillis(10);
    static final String STANDBY = "contract_b";
    static final String THIRD = "contract_c";
    static final String SLOT = "contract_slot";
    static final String CASCADE = "contract_cascade";
    static final String BACK = "contract_back";

    ThreeNodes nodes;

    abstract ThreeNodes open();

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
        tell(Side.ONE, session -> session.createSlot(SLOT));
        makeStandby(Side.OTHER, following(Side.ONE, STANDBY, SLOT));
    }

    /** A second one, of the first. */
    final void makeStandbyOfStandby() {
        tell(Side.OTHER, session -> session.createSlot(CASCADE));
        makeStandby(Side.THIRD, following(Side.OTHER, THIRD, CASCADE));
    }

    /** A second one, beside the first. */
    final void makeAnotherStandby() {
        tell(Side.ONE, session -> session.createSlot(BACK));
        makeStandby(Side.THIRD, following(Side.ONE, THIRD, BACK));
    }

    final Upstream following(Side leader, String application, String slot) {
        return new Upstream(nodes.host(leader), nodes.place(leader).port(), application, slot);
    }

    /** From a slot that is there. */
    final void makeStandby(Side side, Upstream upstream) {
        ServerFiles files = copyTo(side, upstream);
        files.prepareStandby(staging(side), upstream);
        files.install(staging(side));
        files.writeNodeSettings();
        server(side).start(LIMIT);
        awaitStreams(side);
    }

    final ServerFiles copyTo(Side side) {
        tell(Side.ONE, session -> session.createSlot(SLOT));
        return copyTo(side, following(Side.ONE, STANDBY, SLOT));
    }

    private ServerFiles copyTo(Side side, Upstream from) {
        ServerFiles files = files(side);
        files.writePasswords();
        RunningCopy copy = files.startCopy(
                new CopyOrder(from.host(), from.port(), from.slot(), OptionalLong.empty(), true), staging(side));
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
        waitFor(Side.ONE, "FIRST 1 (\"" + STANDBY + "\")");
    }

    /** Whom commits wait for from now on, there or once it is promoted. */
    final void waitFor(Side side, String names) {
        tell(side, session -> {
            session.settings().set(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, names);
            session.settings().reload();
        });
        server(side).awaitVisible(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, names, LIMIT);
        tell(side, PostgresSession::checkpoint);
    }

    /** Leads a running standby to another server; answers what was set before. */
    final Map<ManagedSetting, String> lead(Side side, Upstream upstream) {
        Map<ManagedSetting, String> before = new EnumMap<>(ManagedSetting.class);
        tell(
                side,
                session -> files(side).following(upstream).forEach((setting, value) -> {
                    before.put(
                            setting, session.settings().autoConfValue(setting).orElseThrow());
                    session.settings().set(setting, value);
                }));
        tell(side, session -> session.settings().reload());
        return before;
    }

    final boolean isActive(Side side, String slot) {
        return slots(side).stream().anyMatch(each -> each.name().equals(slot) && each.active());
    }

    /** The control file of a server that does not run. */
    final ControlData control(Side side) {
        return nodes.node(side).directories().control(nodes.place(side).dataDir());
    }

    /** The order of the seal. */
    final Lsn seal(PostgresSession warm) {
        int postmaster = server(Side.ONE).postmaster().orElseThrow();
        ServerProcesses processes = processes(Side.ONE);
        processes.holdDoor(LIMIT);
        AllowList spared = warm.spared(postmaster, SLOT);
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
        replayEverything(Side.OTHER, Side.ONE);
    }

    final void replayEverything(Side side, Side of) {
        replay(side, state(of).lsn());
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

    final Endpoint endpoint(Side side) {
        return new Endpoint(
                new NodeId("node_" + side.ordinal()),
                nodes.host(side),
                nodes.place(side).port());
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
