/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Facts.Slot;
import io.drover.api.agent.Reports.GuardProbeReport;
import io.drover.api.agent.Reports.StopMode;
import io.drover.daemon.remote.Monitors;
import io.drover.replication.InstanceMonitor.StandbyView;
import io.drover.replication.PostgresSession;
import io.drover.replication.ServerProcesses;
import io.drover.testing.contract.ThreeNodes.Client;
import io.drover.testing.contract.ThreeNodes.Side;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a controller relies on when it reads from servers. */
abstract class MonitorsContract extends PostgresSteps {
    private Monitors monitors() {
        return nodes.monitors();
    }

    private Optional<StandbyView> view(Side primary, String application) {
        return monitors().standby(endpoint(primary), application);
    }

    /** Of one that has not begun to stream yet nobody knows it. */
    private long lag(Side primary, String application) {
        return view(primary, application).map(StandbyView::lagBytes).orElse(-1L);
    }

    private boolean holdsWal(String slot) {
        return monitors().holdsWal(endpoint(Side.ONE), slot);
    }

    private boolean probeWaits() {
        return monitors().guardProbeWaits(endpoint(Side.ONE));
    }

    private void requireUnreachable() {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> monitors().checkLogin(endpoint(Side.ONE)))
                .returns(ErrorCode.POSTGRES_UNREACHABLE, DroverException::code);
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> probeWaits())
                .returns(ErrorCode.POSTGRES_UNREACHABLE, DroverException::code);
    }

    @Test
    final void aStoppedServerIsUnreachableUntilItIsStarted() {
        monitors().checkLogin(endpoint(Side.ONE));
        assertThat(probeWaits()).isFalse();

        server(Side.ONE).stop(StopMode.FAST, LIMIT);
        requireUnreachable();

        server(Side.ONE).start(LIMIT);
        monitors().checkLogin(endpoint(Side.ONE));
        assertThat(probeWaits()).isFalse();
    }

    /** A session from before goes on: only a new login tells. */
    @Test
    final void nobodyLogsInBehindAHeldDoor() {
        monitors().checkLogin(endpoint(Side.ONE));
        ServerProcesses processes = processes(Side.ONE);

        processes.holdDoor(LIMIT);
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> monitors().checkLogin(endpoint(Side.ONE)))
                .returns(ErrorCode.POSTGRES_UNREACHABLE, DroverException::code);

        processes.openDoor();
        monitors().checkLogin(endpoint(Side.ONE));
    }

    @Test
    final void aStandbyIsShownWhileItStreamsByItsExactName() {
        assertThat(view(Side.ONE, STANDBY)).isEmpty();

        makeStandby();
        awaitFact(() -> view(Side.ONE, STANDBY)
                .filter(view -> view.state().equals("streaming"))
                .isPresent());
        assertThat(view(Side.ONE, STANDBY.toUpperCase(Locale.ROOT))).isEmpty();
        assertThat(view(Side.ONE, "*")).isEmpty();
        assertThat(view(Side.OTHER, STANDBY)).isEmpty();

        server(Side.OTHER).stop(StopMode.FAST, LIMIT);
        awaitFact(() -> view(Side.ONE, STANDBY).isEmpty());

        server(Side.OTHER).start(LIMIT);
        awaitFact(() -> view(Side.ONE, STANDBY).isPresent());
    }

    @Test
    final void aStandbyThatStandsStillLagsByWhatIsCommittedMeanwhile() {
        makeStandby();
        awaitFact(() -> view(Side.ONE, STANDBY).isPresent() && lag(Side.ONE, STANDBY) == 0);

        nodes.freeze(Side.OTHER);
        commit(Side.ONE, "one");
        long first = lag(Side.ONE, STANDBY);
        assertThat(first).isPositive();
        commit(Side.ONE, "two");
        assertThat(lag(Side.ONE, STANDBY)).isGreaterThan(first);

        nodes.thaw(Side.OTHER);
        awaitFact(() -> lag(Side.ONE, STANDBY) == 0);
        assertThat(view(Side.ONE, STANDBY)).hasValue(new StandbyView("streaming", 0, 0));
    }

    @Test
    final void whatAStandbyHasAndDoesNotReplayIsItsLagAndNotThatOfTheOneThatItLeads() {
        makeStandby();
        makeStandbyOfStandby();
        commit(Side.ONE, "before");
        awaitFact(() -> lag(Side.ONE, STANDBY) == 0 && lag(Side.OTHER, THIRD) == 0);

        tell(Side.OTHER, session -> session.setReplayPaused(true, LIMIT));
        commit(Side.ONE, "not replayed");
        assertThat(lag(Side.ONE, STANDBY)).isPositive();
        assertThat(lag(Side.OTHER, THIRD)).isZero();

        tell(Side.OTHER, session -> session.setReplayPaused(false, LIMIT));
        awaitFact(() -> lag(Side.ONE, STANDBY) == 0 && lag(Side.OTHER, THIRD) == 0);
    }

    @Test
    final void aSlotHoldsWalFromItsCreationUntilItIsDropped() {
        assertThat(holdsWal(SLOT)).isFalse();

        tell(Side.ONE, session -> session.createSlot(SLOT));
        assertThat(holdsWal(SLOT)).isTrue();
        assertThat(holdsWal(BACK)).isFalse();

        tell(Side.ONE, session -> session.dropSlot(SLOT, LIMIT));
        assertThat(holdsWal(SLOT)).isFalse();
    }

    @Test
    final void aSlotThatIsLostHoldsNothingUntilItIsMadeAnew() {
        makeStandby();
        server(Side.OTHER).stop(StopMode.FAST, LIMIT);
        nodes.loseSlot(Side.ONE, SLOT);

        assertThat(holdsWal(SLOT)).isFalse();
        assertThat(slots(Side.ONE))
                .singleElement()
                .returns("lost", Slot::walStatus)
                .returns(null, Slot::restartLsn)
                .returns(false, Slot::active);
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> tell(Side.ONE, session -> session.createSlot(SLOT)))
                .returns(ErrorCode.STATE_CONFLICT, DroverException::code);

        tell(Side.ONE, session -> {
            session.dropSlot(SLOT, LIMIT);
            session.createSlot(SLOT);
        });
        assertThat(holdsWal(SLOT)).isTrue();
    }

    @Test
    final void aLostSlotIsNoLossToTheOthers() {
        makeStandby();
        makeAnotherStandby();
        server(Side.OTHER).stop(StopMode.FAST, LIMIT);

        nodes.loseSlot(Side.ONE, SLOT);

        assertThat(holdsWal(BACK)).isTrue();
        commit(Side.ONE, "goes on");
        replayEverything(Side.THIRD, Side.ONE);
        assertThat(nodes.operations(Side.THIRD)).containsExactly("goes on");
    }

    /** As of PostgreSQL 15: what is lost is what was to be held, and a copy needs nothing of that. */
    @Test
    final void aCopyThroughALostSlotIsWholeAndTheSlotHoldsWalAgain() {
        tell(Side.ONE, session -> session.createSlot(SLOT));
        nodes.loseSlot(Side.ONE, SLOT);
        commit(Side.ONE, "before");

        makeStandby(Side.OTHER, following(Side.ONE, STANDBY, SLOT));

        assertThat(holdsWal(SLOT)).isTrue();
        commit(Side.ONE, "after");
        replayEverything();
        assertThat(nodes.operations(Side.OTHER)).containsExactly("before", "after");
    }

    @Test
    final void theProbeOfTheGuardIsSeenWhileItWaits() {
        makeStandby();
        armGuard();
        assertThat(probeWaits()).isFalse();
        tell(Side.OTHER, session -> session.setReplayPaused(true, LIMIT));
        CompletableFuture<GuardProbeReport> probe =
                CompletableFuture.supplyAsync(() -> ask(Side.ONE, session -> session.probeGuard(LIMIT)));

        awaitFact(this::probeWaits);
        assertThat(probe).isNotDone();

        tell(Side.OTHER, session -> session.setReplayPaused(false, LIMIT));
        assertThat(probe).succeedsWithin(LIMIT).returns(true, GuardProbeReport::committed);
        awaitFact(() -> !probeWaits());
    }

    /** Nobody can end its wait but the guard. */
    @Test
    final void aProbeThatIsGivenUpIsSeenUntilTheGuardLetsItGoOn() {
        makeStandby();
        armGuard();
        tell(Side.OTHER, session -> session.setReplayPaused(true, LIMIT));

        assertThat(ask(Side.ONE, session -> session.probeGuard(NOT_WITHIN)).committed())
                .isFalse();
        assertThat(probeWaits()).isTrue();

        tell(Side.OTHER, session -> session.setReplayPaused(false, LIMIT));
        awaitFact(() -> !probeWaits());
    }

    /** A commit that waits for a standby is a client's, too, and no probe. */
    @Test
    final void aCommitThatWaitsIsNoProbe() {
        makeStandby();
        armGuard();
        server(Side.OTHER).stop(StopMode.IMMEDIATE, LIMIT);
        try (Client client = nodes.client(Side.ONE)) {
            CompletableFuture<Void> commit = CompletableFuture.runAsync(() -> client.commit("waits"));
            awaitFact(() -> !ask(Side.ONE, PostgresSession::waitingCommits).isEmpty());
            assertThat(probeWaits()).isFalse();

            server(Side.OTHER).start(LIMIT);
            assertThat(commit).succeedsWithin(LIMIT);
        }
    }

    @Test
    final void noBaseBackupIsShownWhenNoneRuns() {
        assertThat(monitors().baseBackup(endpoint(Side.ONE))).isEmpty();

        makeStandby();

        awaitFact(() -> monitors().baseBackup(endpoint(Side.ONE)).isEmpty());
    }
}
