/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.MoveDriverTest.assertServing;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveState;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.topology.Registration;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a driver makes of people's orders, of the deadline, and of what it has to wait for. */
class MoveOrdersDrivenTest {
    private static MoveStage stage;

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    @Test
    void aPersonsAbortIsCarriedOutAndNamed() {
        MovePlay play = stage.play();
        play.world().hook = (verb, moment) -> {
            if (verb.equals("count-rows@node_b") && moment == Moment.BEFORE) {
                play.order(play.orders()::abort);
            }
        };
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.ABORTED_BY_OPERATOR.name());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aPauseInReadyHoldsAnApprovedCutoverUntilItIsResumed() {
        MovePlay play = stage.play(Moved.identity(Moved.approvedRequest(), null));
        play.driveUntil(() -> {
            if (play.waitingFor().startsWith("approval")) {
                play.order(play.orders()::pause);
                play.order(play.orders()::approve);
            }
            return isHeldAfterApproval(play);
        });

        assertThat(play.record().state()).isEqualTo(MoveState.READY);
        assertThat(play.record().orders().approved()).isTrue();

        play.order(play.orders()::resume);
        play.driveToBaking();
        assertServing(play, B);
    }

    @Test
    void aPauseThatIsAcceptedWhileTheCutoverIsAboutToBeginHoldsIt() {
        MovePlay play = stage.play();
        orderOnce(play, MoveSteps.ARM, play.orders()::pause);
        play.driveUntil(() -> isHeldAfterApproval(play));

        assertThat(play.record().state()).isEqualTo(MoveState.READY);
        assertThat(play.record().leg().begun()).doesNotContain(MoveSteps.ARM);

        play.order(play.orders()::resume);
        play.driveToBaking();
        assertServing(play, B);
    }

    @Test
    void theDeadlineEndsAPausedMoveToo() {
        MovePlay play = stage.play(Moved.identity(Moved.request(), Instant.now().plusSeconds(60)));
        orderOnce(play, MoveSteps.ARM, play.orders()::pause);
        play.driveUntil(() -> isHeldAfterApproval(play));
        play.time = () -> Instant.now().plusSeconds(61);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.DEADLINE_PASSED.name());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void anAbortThatIsAcceptedWhileARowIsAboutToBeginIsCarriedOut() {
        MovePlay play = stage.play();
        orderOnce(play, MoveSteps.ARM, play.orders()::abort);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.ABORTED_BY_OPERATOR.name());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aRollbackThatAPersonAbortsLeavesTheMoveInBaking() {
        MovePlay play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().rollback(record, true));
        orderOnce(play, 90, play.orders()::abort);
        play.driveToBaking();

        assertThat(play.record().state()).isEqualTo(MoveState.BAKING);
        assertThat(play.record().rollingBack()).isFalse();
        assertServing(play, B);
    }

    @Test
    void theHistoryNamesWhoDidNotDrain() {
        MovePlay play = stage.play();
        try (Registration silent = play.silentClient("deaf")) {
            assertThat(silent.session()).isNotZero();
            play.driveToBaking();
        }

        assertThat(play.history())
                .filteredOn(line -> line.step() == MoveSteps.FENCE)
                .extracting(HistoryEntry::event)
                .anySatisfy(event -> assertThat(event).contains("did not drain within 500 ms", "deaf on 127.0.0.1"));
        assertThat(play.observer().notDrained).hasSize(1);
        assertServing(play, B);
    }

    private static boolean isHeldAfterApproval(MovePlay play) {
        return play.record().leg().done().contains(70) && play.waitingFor().contains("resume it");
    }

    private static void orderOnce(MovePlay play, int step, MoveOrders.Decision order) {
        boolean[] given = {false};
        play.observer().onStart = started -> {
            if (started == step && !given[0]) {
                given[0] = true;
                play.order(order);
            }
        };
    }
}
