/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.agent.Reports.StopMode;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresSession;
import io.drover.replication.Waiting;
import io.drover.testing.contract.ThreeNodes.Client;
import io.drover.testing.contract.ThreeNodes.Side;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What moves rely on when there is more than one standby, or one is led elsewhere. */
abstract class StandbysContract extends PostgresSteps {
    @Test
    final void aRunningStandbyStreamsFromWhereItsSettingsLeadIt() {
        makeStandby();
        tell(Side.ONE, session -> session.createSlot(BACK));
        Map<ManagedSetting, String> before = lead(Side.OTHER, following(Side.ONE, "led", BACK));

        awaitFact(() -> isActive(Side.ONE, BACK) && !isActive(Side.ONE, SLOT));
        commit(Side.ONE, "led");
        replayEverything();
        assertThat(nodes.operations(Side.OTHER)).containsExactly("led");

        tell(Side.OTHER, session -> {
            before.forEach((setting, value) -> session.settings().restore(setting, Optional.of(value)));
            session.settings().reload();
        });
        awaitFact(() -> isActive(Side.ONE, SLOT) && !isActive(Side.ONE, BACK));
    }

    @Test
    final void aStandbyIsCopiedFromAStandbyAndReceivesWhatTheSourceCommits() {
        makeStandby();
        commit(Side.ONE, "before");
        makeStandbyOfStandby();
        commit(Side.ONE, "after");

        replayEverything(Side.THIRD, Side.ONE);

        assertThat(nodes.operations(Side.THIRD)).containsExactly("before", "after");
        assertThat(isActive(Side.OTHER, CASCADE)).isTrue();
        assertThat(slots(Side.ONE)).hasSize(1);
    }

    @Test
    final void aStandbyIsLedUnderAnotherOneAndBackWithoutALoss() {
        makeStandby();
        makeAnotherStandby();
        tell(Side.OTHER, session -> session.createSlot(CASCADE));
        Map<ManagedSetting, String> before = lead(Side.THIRD, following(Side.OTHER, THIRD, CASCADE));
        awaitFact(() -> isActive(Side.OTHER, CASCADE) && !isActive(Side.ONE, BACK));
        commit(Side.ONE, "below");
        replayEverything(Side.THIRD, Side.ONE);

        server(Side.THIRD).stop(StopMode.FAST, LIMIT);
        files(Side.THIRD).editSettings(new EnumMap<>(before));
        commit(Side.ONE, "meanwhile");
        server(Side.THIRD).start(LIMIT);

        awaitFact(() -> isActive(Side.ONE, BACK) && !isActive(Side.OTHER, CASCADE));
        replayEverything(Side.THIRD, Side.ONE);
        assertThat(nodes.operations(Side.THIRD)).containsExactly("below", "meanwhile");
    }

    /** H29, before there is a fork: it looks healthy, and waits until the other one has what it has itself. */
    @Test
    final void aStandbyReceivesNothingFromOneThatIsBehindIt() {
        makeStandby();
        makeAnotherStandby();
        tell(Side.OTHER, session -> session.createSlot(CASCADE));
        tell(Side.ONE, session -> session.dropSlot(SLOT, LIMIT));
        awaitFact(() -> !ask(Side.OTHER, PostgresSession::receives));
        commit(Side.ONE, "ahead");
        replayEverything(Side.THIRD, Side.ONE);

        lead(Side.THIRD, following(Side.OTHER, THIRD, CASCADE));
        awaitFact(() -> isActive(Side.OTHER, CASCADE) && !isActive(Side.ONE, BACK));
        commit(Side.ONE, "later");
        assertThat(Waiting.until(
                        NOT_WITHIN, POLL, () -> nodes.operations(Side.THIRD).contains("later")))
                .isFalse();
        assertThat(nodes.operations(Side.OTHER)).isEmpty();

        tell(Side.ONE, session -> session.createSlot(SLOT));
        replayEverything(Side.THIRD, Side.ONE);
        assertThat(nodes.operations(Side.THIRD)).containsExactly("ahead", "later");
    }

    /** R10: whom its commits wait for is set on it while it is a standby. */
    @Test
    final void aStandbyComesAlongWithThePromotionOfItsLeaderWhoseCommitsWaitForItAtOnce() {
        makeStandby();
        makeStandbyOfStandby();
        commit(Side.ONE, "before");
        waitFor(Side.OTHER, "FIRST 1 (\"" + THIRD + "\")");
        sealAndPromote();

        commit(Side.OTHER, "after");

        assertThat(timeline(Side.THIRD)).isEqualTo(2);
        server(Side.THIRD).stop(StopMode.IMMEDIATE, LIMIT);
        try (Client client = nodes.client(Side.OTHER)) {
            CompletableFuture<Void> alone = CompletableFuture.runAsync(() -> client.commit("alone"));
            assertThat(comes(alone)).isFalse();
            server(Side.THIRD).start(LIMIT);
            assertThat(alone).succeedsWithin(LIMIT);
        }
        replayEverything(Side.THIRD, Side.OTHER);
        assertThat(nodes.operations(Side.THIRD)).containsExactly("before", "after", "alone");
    }

    @Test
    final void ofSeveralNamesTheFirstThatStreamCountOrAnyInAQuorum() {
        makeStandby();
        makeAnotherStandby();
        String both = "(\"" + STANDBY + "\", " + THIRD + ")";
        waitFor(Side.ONE, "FIRST 2 " + both);
        commit(Side.ONE, "two");

        server(Side.OTHER).stop(StopMode.IMMEDIATE, LIMIT);
        awaitFact(() -> !isActive(Side.ONE, SLOT));
        try (Client client = nodes.client(Side.ONE)) {
            CompletableFuture<Void> second = CompletableFuture.runAsync(() -> client.commit("second of two"));
            assertThat(comes(second)).isFalse();

            waitFor(Side.ONE, "FIRST 1 " + both);
            assertThat(second).succeedsWithin(LIMIT);
        }
        waitFor(Side.ONE, "ANY 1 " + both);
        commit(Side.ONE, "any");
        waitFor(Side.ONE, "FIRST 1 (*)");
        commit(Side.ONE, "anybody");
        waitFor(Side.ONE, "ANY 2 " + both);
        try (Client client = nodes.client(Side.ONE)) {
            CompletableFuture<Void> quorum = CompletableFuture.runAsync(() -> client.commit("quorum"));
            assertThat(comes(quorum)).isFalse();
            server(Side.OTHER).start(LIMIT);
            assertThat(quorum).succeedsWithin(LIMIT);
        }
    }
}
