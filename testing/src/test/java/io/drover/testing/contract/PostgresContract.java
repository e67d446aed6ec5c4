/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports.AlignReport;
import io.drover.api.agent.Reports.PromoteReport;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Reports.TailReport;
import io.drover.replication.AllowList;
import io.drover.replication.ControlData;
import io.drover.replication.DataDirectories;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresServer;
import io.drover.replication.PostgresSession;
import io.drover.replication.ServerFiles;
import io.drover.replication.ServerProcesses;
import io.drover.replication.ServerState;
import io.drover.replication.Waiting;
import io.drover.replication.Writers;
import io.drover.testing.contract.ThreeNodes.Client;
import io.drover.testing.contract.ThreeNodes.Side;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What moves rely on. */
abstract class PostgresContract extends PostgresSteps {
    private static final long SEGMENT = 16L << 20;

    @Test
    final void aSlotHoldsWalFromItsCreationOn() {
        Lsn start;
        try (PostgresSession session = server(Side.ONE).connect()) {
            start = session.createSlot(SLOT);
            commit(Side.ONE, "a");
            session.checkpoint();
            assertThat(session.createSlot(SLOT)).isEqualTo(start);
        }

        assertThat(slots(Side.ONE))
                .singleElement()
                .satisfies(slot -> assertThat(slot.restartLsn()).isEqualTo(start))
                .satisfies(slot -> assertThat(slot.active()).isFalse());

        tell(Side.ONE, session -> session.dropSlot(SLOT, LIMIT));
        assertThat(slots(Side.ONE)).isEmpty();
    }

    @Test
    final void aCopyIsAStandbyThatReceivesWhatTheSourceCommits() {
        commit(Side.ONE, "before");
        makeStandby();
        commit(Side.ONE, "after");

        replayEverything();

        assertThat(nodes.operations(Side.OTHER)).containsExactly("before", "after");
        assertThat(state(Side.OTHER))
                .returns(true, ServerState::inRecovery)
                .returns(true, ServerState::streaming)
                .returns(state(Side.ONE).instance(), ServerState::instance);
        assertThat(server(Side.OTHER).takesLogins()).isTrue();
        assertThat(server(Side.OTHER).takesWrites()).isFalse();
        assertThat(slots(Side.ONE))
                .singleElement()
                .satisfies(slot -> assertThat(slot.active()).isTrue());
        try (Client client = nodes.client(Side.OTHER)) {
            assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> client.commit("refused"));
        }
    }

    @Test
    final void aCopyThatIsStartedAsItIsBecomesAPrimaryOnTheSameTimeline() {
        ServerFiles files = copyTo(Side.OTHER);
        files.install(staging(Side.OTHER));
        files.writeNodeSettings();

        assertThat(nodes.node(Side.OTHER)
                        .directories()
                        .isStandby(nodes.place(Side.OTHER).dataDir()))
                .isFalse();
        server(Side.OTHER).start(LIMIT);

        assertThat(state(Side.OTHER).inRecovery()).isFalse();
        assertThat(timeline(Side.OTHER)).isEqualTo(1);
    }

    @Test
    final void tellsRunningHeldAndStoppedServersApart() {
        PostgresServer server = server(Side.ONE);
        assertThat(server.takesLogins()).isTrue();
        awaitFact(server::takesWrites);
        assertThat(server.stopped()).isFalse();

        ServerProcesses processes = server.processes(server.postmaster().orElseThrow());
        processes.holdDoor(LIMIT);
        assertThat(server.takesLogins()).isFalse();
        assertThat(server.takesWrites()).isFalse();
        assertThat(server.isHeld()).isTrue();
        assertThat(server.postmaster()).isPresent();
        processes.openDoor();
        assertThat(server.isHeld()).isFalse();
        assertThat(server.takesWrites()).isTrue();

        server.stop(StopMode.FAST, LIMIT);
        assertThat(control(Side.ONE).clusterState()).isEqualTo("shut down");
        assertThat(server.stopped()).isTrue();
        assertThat(server.takesWrites()).isFalse();
        assertThat(server.postmaster()).isEmpty();
        server.start(LIMIT);
        server.stop(StopMode.IMMEDIATE, LIMIT);
        assertThat(control(Side.ONE).clusterState()).isEqualTo("in production");
        assertThatExceptionOfType(DroverException.class).isThrownBy(server::connect);
    }

    @Test
    final void loadsWhatWasWrittenWhileItStoodStill() {
        makeStandby();
        armGuard();
        nodes.freeze(Side.ONE);
        awaitFact(() -> !server(Side.ONE).takesLogins());
        Map<ManagedSetting, @Nullable String> without = new EnumMap<>(ManagedSetting.class);
        without.put(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, null);
        files(Side.ONE).editSettings(without);
        server(Side.ONE).reload();
        nodes.kill(Side.OTHER);

        nodes.thaw(Side.ONE);

        server(Side.ONE).awaitVisible(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, "", LIMIT);
        commit(Side.ONE, "waits for nobody");
        assertThat(nodes.operations(Side.ONE)).containsExactly("waits for nobody");
    }

    @Test
    final void stopsAServerThatIsHeld() {
        PostgresServer server = server(Side.ONE);
        makeStandby();
        try (PostgresSession warm = server.connect();
                Client client = nodes.client(Side.ONE)) {
            seal(warm);
            server.stop(StopMode.IMMEDIATE, LIMIT);
            assertThat(control(Side.ONE).clusterState()).isEqualTo("in production");
            assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> client.commit("never"));
        }
        assertThat(server.stopped()).isTrue();
    }

    @Test
    final void aSourceThatIsHaltedBehindItsSealHasItsWalReadAtOnceAndStartsAgain() {
        PostgresServer server = server(Side.ONE);
        makeStandby();
        try (PostgresSession warm = server.connect();
                Client client = nodes.client(Side.ONE)) {
            client.commit("before");
            Lsn end = seal(warm);
            replay(Side.OTHER, end);

            server.halt(LIMIT);

            assertThat(server.postmaster()).isEmpty();
            assertThat(server.takesLogins()).isFalse();
            assertThat(files(Side.ONE).tail(1, end, LIMIT)).isEqualTo(new TailReport(0, List.of(), null));
            assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> client.commit("never"));
        }
        server.halt(LIMIT);
        server.stop(StopMode.IMMEDIATE, LIMIT);
        assertThat(server.stopped()).isTrue();
        assertThat(control(Side.ONE).clusterState()).isEqualTo("in production");
        server.start(LIMIT);
        awaitStreams(Side.OTHER);
        commit(Side.ONE, "after");
        assertThat(nodes.operations(Side.ONE)).containsExactly("before", "after");
    }

    @Test
    final void aServerThatIsHaltedAtWorkIsStartedWhenTheLastOfItsProcessesIsGone() {
        PostgresServer server = server(Side.ONE);
        try (Client client = nodes.client(Side.ONE)) {
            client.commit("before");
            client.begin();
            server.rehearseHalt();
            files(Side.ONE).rehearseTail();
            assertThat(server.takesLogins()).isTrue();

            server.halt(LIMIT);

            assertThat(server.takesWrites()).isFalse();
            assertThat(server.isHeld()).isFalse();
            assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> client.commit("never"));
        }
        server.start(LIMIT);
        commit(Side.ONE, "after");
        assertThat(nodes.operations(Side.ONE)).containsExactly("before", "after");
    }

    @Test
    final void settingsWaitOnDiskUntilTheyAreLoaded() {
        ManagedSetting names = ManagedSetting.SYNCHRONOUS_STANDBY_NAMES;
        try (PostgresSession session = server(Side.ONE).connect()) {
            assertThat(session.settings().autoConfValue(names)).isEmpty();
            session.settings().set(names, "nobody");
            assertThat(session.settings().autoConfValue(names)).hasValue("nobody");
            assertThat(session.settings().current(names)).isEmpty();

            session.settings().reload();
            server(Side.ONE).awaitVisible(names, "nobody", LIMIT);

            session.settings().restore(names, Optional.empty());
            session.settings().reload();
            server(Side.ONE).awaitVisible(names, "", LIMIT);
            assertThat(session.settings().autoConfValue(names)).isEmpty();
        }
    }

    @Test
    final void settingsOfAStoppedServerAreInForceWhenItIsStarted() {
        server(Side.ONE).stop(StopMode.FAST, LIMIT);
        server(Side.ONE).files().editSettings(Map.of(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, "nobody"));

        server(Side.ONE).start(LIMIT);

        server(Side.ONE).awaitVisible(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, "nobody", LIMIT);
    }

    @Test
    final void aCommitWaitsForTheGuardAndALocalOneDoesNot() {
        makeStandby();
        armGuard();
        commit(Side.ONE, "both");
        server(Side.OTHER).stop(StopMode.IMMEDIATE, LIMIT);
        awaitFact(() -> ask(Side.ONE, PostgresSession::lacksItsStandby));

        try (Client waiting = nodes.client(Side.ONE);
                Client local = nodes.client(Side.ONE)) {
            CompletableFuture<Void> commit = CompletableFuture.runAsync(() -> waiting.commit("waits"));
            local.commitLocally("passes");
            awaitFact(() -> !ask(Side.ONE, PostgresSession::waitingCommits).isEmpty());
            assertThat(comes(commit)).isFalse();
            Set<String> hanging = ask(Side.ONE, PostgresSession::waitingCommits);
            assertThat(hanging).hasSize(1);
            assertThat(ask(Side.ONE, PostgresSession::waitingCommits)).isEqualTo(hanging);

            server(Side.OTHER).start(LIMIT);
            assertThat(commit).succeedsWithin(LIMIT);
            assertThat(ask(Side.ONE, PostgresSession::waitingCommits)).isEmpty();
        }
        replayEverything();
        assertThat(nodes.operations(Side.OTHER)).containsExactlyInAnyOrder("both", "waits", "passes");
    }

    @Test
    final void theProbeOfTheGuardWaitsWhileReplayIsPaused() {
        makeStandby();
        armGuard();
        assertThat(ask(Side.ONE, session -> session.probeGuard(LIMIT)).committed())
                .isTrue();

        tell(Side.OTHER, session -> session.setReplayPaused(true, LIMIT));
        assertThat(ask(Side.ONE, session -> session.probeGuard(NOT_WITHIN)).committed())
                .isFalse();

        tell(Side.OTHER, session -> session.setReplayPaused(false, LIMIT));
        assertThat(ask(Side.ONE, session -> session.probeGuard(LIMIT)).committed())
                .isTrue();
    }

    @Test
    final void nobodyCommitsOnASealedServerAndAllGoOnWhenItIsLifted() {
        makeStandby();
        try (PostgresSession warm = server(Side.ONE).connect();
                Client idle = nodes.client(Side.ONE)) {
            idle.commit("before");
            Lsn end = seal(warm);
            CompletableFuture<Void> held = CompletableFuture.runAsync(() -> idle.commit("held"));
            CompletableFuture<Void> login = CompletableFuture.runAsync(() -> commit(Side.ONE, "login"));

            assertThat(comes(held)).isFalse();
            assertThat(comes(login)).isFalse();
            assertThat(end.bytes() % SEGMENT).isZero();
            assertThat(warm.endWal()).isEqualTo(end);

            ServerProcesses processes = processes(Side.ONE);
            processes.releaseSessions();
            processes.openDoor();
            assertThat(held).succeedsWithin(LIMIT);
            assertThat(login).succeedsWithin(LIMIT);
        }
        assertThat(nodes.operations(Side.ONE)).containsExactlyInAnyOrder("before", "held", "login");
    }

    @Test
    final void aWriterComesToItsWaitWhileTheTargetsSenderIsHeld() {
        makeStandby();
        armGuard();
        try (PostgresSession warm = server(Side.ONE).connect();
                Client writer = nodes.client(Side.ONE)) {
            assertThat(warm.writers()).isEqualTo(new Writers(0, 0));
            ServerProcesses processes = processes(Side.ONE);
            processes.holdDoor(LIMIT);
            AllowList spared = warm.spared(server(Side.ONE).postmaster().orElseThrow(), SLOT);
            processes.holdSender(spared);

            CompletableFuture<Void> commit = CompletableFuture.runAsync(() -> writer.commit("waits"));

            awaitFact(() -> warm.writers().equals(new Writers(1, 0)));
            assertThat(processes.holdSessions(spared, LIMIT)).hasValue(1);
            processes.releaseSender(spared);
            Lsn end = warm.endWal();
            replay(Side.OTHER, end);
            assertThat(commit).isNotDone();
            lift();
            assertThat(commit).succeedsWithin(LIMIT);
        }
        assertThat(nodes.operations(Side.OTHER)).containsExactly("waits");
    }

    @Test
    final void sessionsThatAreEndedLoseTheirConnection() {
        makeStandby();
        try (PostgresSession warm = server(Side.ONE).connect();
                Client idle = nodes.client(Side.ONE)) {
            ServerProcesses processes = processes(Side.ONE);
            processes.holdDoor(LIMIT);
            AllowList spared = warm.spared(server(Side.ONE).postmaster().orElseThrow(), SLOT);

            assertThat(processes.endSessions(spared, LIMIT)).isPositive();

            assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> idle.commit("ended"));
            assertThat(warm.endWal().bytes() % SEGMENT).isZero();
            processes.openDoor();
        }
        assertThat(nodes.operations(Side.ONE)).isEmpty();
    }

    @Test
    final void noSealIsMadeForATargetThatDoesNotStream() {
        try (PostgresSession warm = server(Side.ONE).connect()) {
            int postmaster = server(Side.ONE).postmaster().orElseThrow();

            assertThatExceptionOfType(DroverException.class).isThrownBy(() -> warm.spared(postmaster, SLOT));
        }
    }

    @Test
    final void aPromotionBeginsTheNextTimelineAtTheEndOfTheSealedSource() {
        makeStandby();
        commit(Side.ONE, "before");
        Client early = nodes.client(Side.OTHER);

        Lsn end = sealAndReplay();
        PromoteReport promoted = ask(Side.OTHER, session -> session.promote(1, end, LIMIT));

        assertThat(promoted.timeline()).isEqualTo(2);
        assertThat(promoted.fork()).isEqualTo(end);
        assertThat(timeline(Side.OTHER)).isEqualTo(2);
        awaitFact(server(Side.OTHER)::takesWrites);
        assertThat(server(Side.ONE).takesWrites()).isFalse();
        assertThat(ask(Side.OTHER, session -> session.promote(1, end, LIMIT)).fork())
                .isEqualTo(end);
        // a session of the standby survives its promotion
        early.commit("after");
        early.close();
        assertThat(nodes.operations(Side.OTHER)).containsExactly("before", "after");
    }

    @Test
    final void aServerThatDiedInItsPromotionIsAStandbyAgain() {
        makeStandby();
        commit(Side.ONE, "before");
        Lsn end = sealAndReplay();
        Path data = nodes.place(Side.OTHER).dataDir();
        DataDirectories directories = nodes.node(Side.OTHER).directories();
        nodes.killInPromotion(Side.OTHER, end);

        assertThat(directories.resumeStandby(data, OptionalInt.of(1))).isTrue();
        assertThat(directories.resumeStandby(data, OptionalInt.of(1))).isFalse();
        server(Side.OTHER).start(LIMIT);

        PromoteReport promoted = ask(Side.OTHER, session -> session.promote(1, end, LIMIT));
        assertThat(promoted.timeline()).isEqualTo(2);
        assertThat(promoted.fork()).isEqualTo(end);
        // nor is one that has been promoted made a standby
        nodes.kill(Side.OTHER);
        assertThat(directories.resumeStandby(data, OptionalInt.empty())).isFalse();
        server(Side.OTHER).start(LIMIT);
        assertThat(timeline(Side.OTHER)).isEqualTo(2);
        assertThat(nodes.operations(Side.OTHER)).containsExactly("before");
    }

    @Test
    final void aPromotionOntoAnUnexpectedTimelineIsRefused() {
        makeStandby();
        Lsn end = sealAndReplay();

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> ask(Side.OTHER, session -> session.promote(2, end, LIMIT)));
    }

    /** H28: in an archive that several clusters share. */
    @Test
    final void aPromotionPassesOverATimelineThatItsArchiveKnowsAlready() {
        makeStandby();
        nodes.plantHistory(Side.OTHER, 2);
        Lsn end = sealAndReplay();

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> ask(Side.OTHER, session -> session.promote(1, end, LIMIT)));
        assertThat(timeline(Side.OTHER)).isEqualTo(3);
    }

    @Test
    final void aSourceThatIsStoppedAtOnceHasNothingPastTheForkAndFollowsWithoutARewind() {
        makeStandby();
        Lsn fork = sealAndPromote();

        server(Side.ONE).stop(StopMode.IMMEDIATE, LIMIT);

        assertThat(files(Side.ONE).tail(1, fork, LIMIT).recordsPast()).isZero();
        assertThat(files(Side.ONE).audit(1, fork, LIMIT).records()).isZero();
        commit(Side.OTHER, "new");
        tell(Side.OTHER, session -> session.createSlot(BACK));
        files(Side.ONE).writePasswords();
        files(Side.ONE).attach(back());
        server(Side.ONE).start(LIMIT);
        awaitStreams(Side.ONE);
        replay(Side.ONE, state(Side.OTHER).lsn());
        assertThat(nodes.operations(Side.ONE)).containsExactly("new");
        assertThat(timeline(Side.ONE)).isEqualTo(2);
    }

    @Test
    final void aSealedSourceIsShutDownInOrderAndFollowsBehindItsLastCheckpoint() {
        makeStandby();
        try (PostgresSession warm = server(Side.ONE).connect();
                Client held = nodes.client(Side.ONE)) {
            held.commit("before");
            Lsn boundary = seal(warm);

            server(Side.ONE).stop(StopMode.CLEAN, LIMIT);
            ControlData stopped = control(Side.ONE);

            assertThat(stopped.clusterState()).isEqualTo("shut down");
            assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> held.commit("never"));
            TailReport tail = files(Side.ONE).tail(stopped.timeline(), stopped.checkpoint(), LIMIT);
            assertThat(tail.recordsPast()).as(tail.toString()).isOne();
            Lsn end = requireNonNull(tail.end(), "no end");
            assertThat(end).isGreaterThan(boundary);
            assertThat(files(Side.ONE).tail(1, end, LIMIT)).isEqualTo(new TailReport(0, List.of(), null));
            replay(Side.OTHER, end);
            assertThat(ask(Side.OTHER, session -> session.promote(1, end, LIMIT))
                            .fork())
                    .isEqualTo(end);
            assertThat(files(Side.ONE).audit(1, end, LIMIT).records()).isZero();
        }
        commit(Side.OTHER, "new");
        tell(Side.OTHER, session -> session.createSlot(BACK));
        files(Side.ONE).writePasswords();
        files(Side.ONE).attach(back());
        server(Side.ONE).start(LIMIT);
        awaitStreams(Side.ONE);
        replay(Side.ONE, state(Side.OTHER).lsn());
        assertThat(nodes.operations(Side.ONE)).containsExactly("before", "new");
        assertThat(timeline(Side.ONE)).isEqualTo(2);
    }

    @Test
    final void aSourceThatGoesOnHasRecordsPastTheForkThatAreNobodysCommits() {
        makeStandby();
        Lsn fork = sealAndPromote();

        lift();
        tell(Side.ONE, PostgresSession::checkpoint);
        server(Side.ONE).stop(StopMode.IMMEDIATE, LIMIT);

        assertThat(files(Side.ONE).tail(1, fork, LIMIT).recordsPast()).isPositive();
        assertThat(files(Side.ONE).audit(1, fork, LIMIT).userCommits()).isZero();
    }

    @Test
    final void theAuditTellsUsersCommitsFromMaintenance() {
        commit(Side.ONE, "before");
        makeStandby();
        Lsn fork = sealAndPromote();

        lift();
        nodes.maintain(Side.ONE);
        commit(Side.ONE, "lost");
        server(Side.ONE).stop(StopMode.IMMEDIATE, LIMIT);

        assertThat(files(Side.ONE).audit(1, fork, LIMIT)).satisfies(audit -> {
            assertThat(audit.userCommits()).isEqualTo(1);
            assertThat(audit.transactions()).hasSize(1);
            assertThat(audit.maintenanceCommits()).isPositive();
            assertThat(audit.end()).isGreaterThan(fork);
            assertThat(audit.rewindable()).isTrue();
        });
    }

    @Test
    final void aSourceWithRecordsPastTheForkReceivesNothingUntilItIsRewound() {
        makeStandby();
        commit(Side.ONE, "before");
        Lsn fork = sealAndPromote();
        lift();
        commit(Side.ONE, "lost");
        server(Side.ONE).stop(StopMode.IMMEDIATE, LIMIT);
        commit(Side.OTHER, "new");
        tell(Side.OTHER, session -> {
            session.checkpoint();
            session.setRewindLogin(true);
            session.createSlot(BACK);
        });
        files(Side.ONE).writePasswords();

        Path rewinding = nodes.place(Side.ONE).dataDir().resolveSibling("data.rewinding-contract");
        files(Side.ONE).rewind(rewinding, back(), fork, LIMIT);
        server(Side.ONE).start(LIMIT);
        awaitStreams(Side.ONE);

        replay(Side.ONE, state(Side.OTHER).lsn());
        assertThat(nodes.operations(Side.ONE)).containsExactly("before", "new");
        assertThat(state(Side.ONE).inRecovery()).isTrue();
    }

    @Test
    final void oneRecordPastTheForkKeepsAStandbyFromReceivingAnything() {
        makeStandby();
        sealAndPromote();
        lift();
        commit(Side.ONE, "lost");
        server(Side.ONE).stop(StopMode.IMMEDIATE, LIMIT);
        tell(Side.OTHER, session -> session.createSlot(BACK));
        files(Side.ONE).writePasswords();
        files(Side.ONE).attach(back());

        server(Side.ONE).start(LIMIT);
        commit(Side.OTHER, "new");

        // for a moment after each login it seems to receive
        assertThat(Waiting.until(
                        Duration.ofSeconds(2),
                        POLL,
                        () -> nodes.operations(Side.ONE).contains("new")))
                .isFalse();
    }

    @Test
    final void acknowledgedCommitsSurviveAKillAndAStartWritesPastThem() {
        commit(Side.ONE, "a");
        commit(Side.ONE, "b");
        Lsn before = ask(Side.ONE, PostgresSession::state).lsn();

        nodes.kill(Side.ONE);
        awaitFact(() -> server(Side.ONE).stopped());
        server(Side.ONE).start(LIMIT);

        assertThat(nodes.operations(Side.ONE)).containsExactly("a", "b");
        assertThat(state(Side.ONE).lsn().compareTo(before)).isPositive();
    }

    @Test
    final void aStandbyThatIsKilledIsAStandbyAgainAndGoesOn() {
        makeStandby();
        nodes.kill(Side.OTHER);
        awaitFact(() -> server(Side.OTHER).stopped());
        commit(Side.ONE, "meanwhile");

        server(Side.OTHER).start(LIMIT);

        awaitStreams(Side.OTHER);
        replayEverything();
        assertThat(nodes.operations(Side.OTHER)).containsExactly("meanwhile");
    }

    @Test
    final void alignmentLeavesTheMarginBeforeTheEndOfTheSegment() {
        long margin = 64 * 1024;

        assertThat(ask(Side.ONE, session -> session.alignWal(margin)).bytesToBoundary())
                .isBetween(margin / 2, margin * 2);
    }

    @Test
    final void fillerIsWrittenNoFurtherThanItIsTakenByWhomCommitsWaitFor() {
        makeStandby();
        armGuard();
        long margin = 64 * 1024;
        assertThat(ask(Side.ONE, session -> session.alignWal(margin)).bytesToBoundary())
                .isBetween(margin / 2, margin * 2);

        server(Side.OTHER).stop(StopMode.IMMEDIATE, LIMIT);
        awaitFact(() -> ask(Side.ONE, PostgresSession::lacksItsStandby));
        ask(Side.ONE, PostgresSession::endWal);

        AlignReport stuck = ask(Side.ONE, session -> session.alignWal(margin));
        assertThat(stuck.written()).isLessThan(margin);
        assertThat(stuck.bytesToBoundary()).isGreaterThan(4 << 20);
    }

    @Test
    final void aDirectoryIsRenamedAndDeletedWithWhatIsInIt() {
        server(Side.ONE).stop(StopMode.FAST, LIMIT);
        Path data = nodes.place(Side.ONE).dataDir();
        Path aside = data.resolveSibling("data.set-aside-contract");
        var directories = nodes.node(Side.ONE).directories();
        var identity = directories.control(data).systemIdentifier();

        directories.rename(data, aside);

        assertThat(directories.exists(data)).isFalse();
        assertThat(directories.marked(data, ".set-aside-")).containsExactly(aside);
        assertThat(directories.control(aside).systemIdentifier()).isEqualTo(identity);
        assertThat(directories.isUsed(aside)).isFalse();
        directories.delete(aside);
        assertThat(directories.exists(aside)).isFalse();
    }
}
