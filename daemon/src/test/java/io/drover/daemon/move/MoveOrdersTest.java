/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MoveOrdersTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final MoveOrders orders = new MoveOrders(Clock.fixed(NOW, ZoneOffset.UTC));

    private static MoveRecord in(MoveState state, int step) {
        return MoveRecord.of(Moved.identity())
                .withState(state)
                .withStep(new StepMark(step, MoveSteps.nameOf(step), NOW));
    }

    private static void assertRefused(ErrorCode code, Runnable order) {
        assertThatThrownBy(order::run)
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @EnumSource(value = MoveState.class, names = "READY", mode = EnumSource.Mode.EXCLUDE)
    void approvesOnlyInReady(MoveState state) {
        assertRefused(ErrorCode.STATE_CONFLICT, () -> orders.approve(in(state, 70)));
    }

    @Test
    void aRepeatOfAnAcceptedOrderChangesNothing() {
        MoveRecord approved = orders.approve(in(MoveState.READY, 70)).record();

        assertThat(approved.orders().approved()).isTrue();
        assertThat(orders.approve(approved.withState(MoveState.CUTTING_OVER)).changes())
                .isFalse();
    }

    @Test
    void abortsUpToThePointOfNoReturnAndNamesRollbackAfterIt() {
        MoveRecord fenced =
                in(MoveState.CUTTING_OVER, 120).withLeg(MoveLeg.EMPTY.begin(120).begin(130));
        assertThat(orders.abort(fenced).record().state()).isEqualTo(MoveState.ABORTING);

        MoveRecord promoting = fenced.withLeg(fenced.leg().begin(MoveSteps.PROMOTE));
        assertThatThrownBy(() -> orders.abort(promoting))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.hint()).contains("rollback"));
    }

    @Test
    void aSecondAbortIsAcceptedAndChangesNothing() {
        MoveRecord aborting = orders.abort(in(MoveState.COPYING, 40)).record();

        assertThat(orders.abort(aborting).changes()).isFalse();
        assertThat(aborting.error().code()).isEqualTo(ErrorCode.ABORTED_BY_OPERATOR.name());
    }

    @Test
    void pausesUpToStep70Only() {
        assertThat(orders.pause(in(MoveState.COPYING, 40)).record().orders().paused())
                .isTrue();
        assertRefused(ErrorCode.STATE_CONFLICT, () -> orders.pause(in(MoveState.CUTTING_OVER, 75)));
    }

    @Test
    void completesBeforeTheEndOfTheBakeOnlyWhenToldTo() {
        MoveRecord baking = in(MoveState.BAKING, 170).withBakeEndsAt(NOW.plusSeconds(1));

        assertRefused(ErrorCode.BAKE_NOT_OVER, () -> orders.complete(baking, false));
        assertThat(orders.complete(baking, true).changes()).isTrue();
        assertThat(orders.complete(baking.withBakeEndsAt(NOW), false).changes()).isTrue();
    }

    @Test
    void rollsBackOnlyWhenTheWayBackIsReady() {
        MoveRecord baking = in(MoveState.BAKING, 170);

        assertRefused(ErrorCode.ROLLBACK_NOT_READY, () -> orders.rollback(baking, false));
        assertRefused(ErrorCode.STATE_CONFLICT, () -> orders.rollback(in(MoveState.COPYING, 40), true));
        assertThat(orders.rollback(baking, true).record().state()).isEqualTo(MoveState.ROLLING_BACK);
    }

    @Test
    void leavesAStandbyBehindInARollbackOnlyWhenAPersonSaysSo() {
        MoveRecord baking = in(MoveState.BAKING, 170);
        Map<NodeId, String> missing = Map.of(new NodeId("node_c"), "it does not stream");

        assertRefused(ErrorCode.STANDBYS_MISSING, () -> orders.rollback(baking, true, missing, ""));
        MoveOrders.Change accepted = orders.rollback(baking, true, missing, "it has burnt");
        assertThat(accepted.record().state()).isEqualTo(MoveState.ROLLING_BACK);
        assertThat(accepted.event()).contains("node_c", "it has burnt");
        assertThat(Standbys.waived(baking)).isFalse();
        assertThat(Standbys.waived(accepted.record())).isTrue();
    }

    @Test
    void rollsNothingBackOnceCompletionWasOrdered() {
        MoveRecord closing =
                orders.complete(in(MoveState.BAKING, MoveSteps.BAKE), true).record();

        assertRefused(ErrorCode.STATE_CONFLICT, () -> orders.rollback(closing, true));
    }

    @Test
    void givesUpAWayBackThatNeedsAPersonOnlyWhenToldTo() {
        MoveRecord stuck = in(MoveState.NEEDS_OPERATOR, MoveSteps.REVERSE)
                .withLeg(MoveLeg.EMPTY.begin(MoveSteps.PROMOTE).finish(MoveSteps.PUBLISH));

        assertThatThrownBy(() -> orders.complete(stuck, false)).hasMessageContaining("give it up with endBake");
        assertThat(orders.complete(stuck, true).record().state().isFinal()).isFalse();
    }

    @Test
    void resumeTakesAMoveOutOfNeedsOperatorTheWayItWasGoing() {
        MoveRecord stuckUndo = in(MoveState.NEEDS_OPERATOR, 50);
        assertThat(orders.resume(stuckUndo).record().state()).isEqualTo(MoveState.ABORTING);

        MoveRecord stuckForward = stuckUndo.withLeg(MoveLeg.EMPTY.begin(MoveSteps.PROMOTE));
        assertThat(orders.resume(stuckForward).record().state().isFinal()).isFalse();
        assertThat(orders.resume(stuckForward).record().state()).isNotEqualTo(MoveState.ABORTING);

        MoveLeg beforeClose = MoveSteps.TABLE.stream()
                .map(MoveStep::number)
                .filter(number -> number < MoveSteps.CLOSE)
                .reduce(MoveLeg.EMPTY, MoveLeg::finish, (one, other) -> other);
        MoveRecord stuckClose = in(MoveState.NEEDS_OPERATOR, MoveSteps.BAKE).withLeg(beforeClose);
        assertThat(orders.resume(stuckClose).record().state().isFinal()).isFalse();
    }
}
