/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.Blocker;
import io.drover.api.Blocker.Kind;
import io.drover.api.agent.SessionMark;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.testing.contract.ThreeNodes.Client;
import io.drover.testing.contract.ThreeNodes.Side;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a cutover relies on when it looks for sessions that stand in its way, and ends them. */
abstract class BlockersContract extends PostgresSteps {
    private List<BlockerView> blockers() {
        return nodes.monitors().blockers(endpoint(Side.ONE));
    }

    private ActivityView activity() {
        return nodes.monitors().activity(endpoint(Side.ONE));
    }

    private SessionMark awaitMark() {
        awaitFact(() -> blockers().size() == 1);
        return Objects.requireNonNull(blockers().get(0).session(), "an open transaction has no mark");
    }

    private List<Integer> end(SessionMark session) {
        return ask(Side.ONE, superuser -> superuser.endSessions(List.of(session)));
    }

    @Test
    final void aTransactionStandsInTheWayWhenItHasBeenOpenForLong() {
        assertThat(blockers()).isEmpty();
        try (Client client = nodes.client(Side.ONE)) {
            client.begin();
            assertThat(blockers()).isEmpty();

            SessionMark mark = awaitMark();
            Blocker blocker = blockers().get(0).blocker();
            assertThat(blocker.kind()).isEqualTo(Kind.IDLE_IN_TRANSACTION);
            assertThat(blocker.pid()).isEqualTo(mark.pid());
            assertThat(blocker.ageMillis()).isGreaterThanOrEqualTo(5_000);
            assertThat(blocker.delayMillis()).isGreaterThanOrEqualTo(5_000);

            client.commit("at last");
            assertThat(blockers()).isEmpty();
        }
        assertThat(nodes.operations(Side.ONE)).containsExactly("at last");
    }

    @Test
    final void aSessionIsEndedInTheTransactionThatWasSeen() {
        try (Client client = nodes.client(Side.ONE)) {
            client.begin();
            SessionMark mark = awaitMark();

            assertThat(end(mark)).containsExactly(mark.pid());

            awaitFact(() -> blockers().isEmpty());
            assertThat(end(mark)).isEmpty();
            assertThatThrownBy(() -> client.commit("never")).isInstanceOf(RuntimeException.class);
        }
        assertThat(nodes.operations(Side.ONE)).isEmpty();
    }

    @Test
    final void aSessionThatHasGoneOnIsLeftAlone() {
        try (Client client = nodes.client(Side.ONE)) {
            client.begin();
            SessionMark mark = awaitMark();
            client.commit("one");
            assertThat(end(mark)).isEmpty();
            client.begin();
            assertThat(end(mark)).isEmpty();
            client.commit("two");
        }
        assertThat(nodes.operations(Side.ONE)).containsExactly("one", "two");
    }

    @Test
    final void nobodyIsEndedByTheNumberOfItsProcessAlone() {
        try (Client client = nodes.client(Side.ONE)) {
            client.begin();
            SessionMark mark = awaitMark();
            assertThat(end(new SessionMark(mark.pid(), mark.startedMicros() - 1, mark.transactionMicros())))
                    .isEmpty();
            assertThat(end(new SessionMark(mark.pid(), mark.startedMicros(), mark.transactionMicros() - 1)))
                    .isEmpty();
            client.commit("goes on");
        }
        assertThat(nodes.operations(Side.ONE)).containsExactly("goes on");
    }

    @Test
    final void whatGoesOnFollowsSessionsTransactionsAndTheWal() {
        ActivityView before = activity();
        assertThat(before.oldestMillis()).isZero();
        try (Client client = nodes.client(Side.ONE)) {
            client.commit("one");
            ActivityView during = activity();
            assertThat(during.sessions()).isGreaterThan(before.sessions());
            assertThat(during.written().atLeast(before.written())).isTrue();
            assertThat(during.written()).isNotEqualTo(before.written());

            client.begin();
            awaitFact(() -> activity().oldestMillis() > 200);
            client.commit("two");
            assertThat(activity().oldestMillis()).isLessThan(200);
        }
    }
}
