/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.Drill;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Phase;
import io.drover.api.MoveState;
import io.drover.api.TopologyState;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.topology.Registration;
import java.io.IOException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Drills: the production table and driver against agents in memory and a real ZooKeeper server. */
class DrillTest {
    private static final Offset<Double> EXACT = Offset.offset(0.001);
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
    void goesUpToTheFinalSyncAndUndoesEverything() {
        MovePlay play = drill();
        play.drive();

        assertUndone(play);
        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error()).isNull();
        assertThat(play.observer().finished).contains(MoveSteps.SYNC).doesNotContain(MoveSteps.COMMIT);
        assertThat(play.undoneRows())
                .containsExactly(120, 110, 100, 95, 90, 80, 78, 75, 70, 60, 55, 50, 40, 30, 20, 10);
        assertThat(play.world().on(B).setAside).as("copies left on the target").isZero();
    }

    @Test
    void tellsWhatThePauseWouldHaveBeen() {
        MovePlay play = drill();
        play.drive();

        Drill drill = play.record().drill();
        assertThat(drill.measured()).extracting(Phase::name).containsExactly("fence", "drain", "seal", "final sync");
        assertThat(drill.expected()).extracting(Phase::step).containsExactly(130, 140, 150);
        assertThat(drill.undo()).extracting(Phase::name).containsExactly("unseal", "lower the fence");
        assertThat(drill.pauseMillis()).isCloseTo(sum(drill.measured()) + sum(drill.expected()), EXACT);
        assertThat(drill.heldMillis()).isCloseTo(sum(drill.measured()) + sum(drill.undo()), EXACT);
        assertThat(play.observer().drills).containsExactly(drill.pauseMillis());
        assertThat(play.observer().pauses).as("pauses of moves").isEmpty();
    }

    @Test
    void takesWhatItDoesNotMeasureFromTheNewestMove() {
        MovePlay move = stage.play();
        move.driveToBaking();
        move.order(record -> move.orders().complete(record, true));
        move.drive();

        MovePlay play = drill();
        play.drive();

        assertThat(play.record().drill().expected())
                .isEqualTo(move.record().forward().cutover().phases().stream()
                        .filter(phase -> phase.step() > MoveSteps.SYNC)
                        .toList());
        assertThat(play.record().drill().expectedFrom())
                .contains(move.record().identity().id().value());
    }

    @Test
    void namesWhoAcknowledgedAndWhoDidNot() {
        MovePlay play = drill();
        Registration silent = play.silentClient("silent");
        try {
            play.drive();
        } finally {
            silent.close();
        }

        assertThat(play.record().drill().clients()).singleElement().satisfies(client -> {
            assertThat(client.client()).contains("silent");
            assertThat(client.millis()).isNull();
        });
        assertUndone(play);
    }

    @Test
    void aDrillThatFailsSaysSoAndIsUndone() {
        MovePlay play = drill();
        play.failOnce("seal@node_a", Moment.AFTER, ErrorCode.INTERNAL);
        play.drive();

        assertUndone(play);
        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.INTERNAL.name());
        assertThat(play.record().drill().error()).isEqualTo(play.record().error());
        assertThat(play.record().drill().measured()).extracting(Phase::name).containsExactly("fence", "drain");
        assertThat(play.record().drill().pauseMillis()).isNull();
        assertThat(play.record().drill().heldMillis()).isPositive();
    }

    @Test
    void anotherControllerEndsADrillThatOneHasLeft() {
        for (String verb : List.of("seal@node_a", "await-replayed@node_b", "unseal@node_a", "stop@node_b")) {
            for (Moment moment : Moment.values()) {
                MovePlay play = drill();
                play.failOnce(verb, moment, ErrorCode.LEADERSHIP_LOST);
                play.driveUntilItDies();
                play.drive();

                assertUndone(play);
                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.ABORTED);
                assertThat(play.record().error()).as(verb).isNull();
                assertThat(play.record().drill().pauseMillis()).as(verb).isPositive();
            }
        }
    }

    @Test
    void aWaitingMoveWaitsAgainAfterItsDrillAndCanStillBeMade() {
        MovePlay play = stage.play(Moved.identity(Moved.approvedRequest(), null));
        play.driveUntil(() -> waits(play));
        play.order(play.orders()::drill);
        play.driveUntil(() -> play.record().drill() != null && waits(play));

        assertThat(play.record().drill().pauseMillis()).isPositive();
        assertThat(play.record().orders().drill()).isFalse();
        assertThat(play.record().leg().begun()).containsExactlyInAnyOrder(10, 20, 30, 40, 50, 55, 60, 70);
        assertThat(play.record().forward().cutover()).isNull();
        assertThat(play.world().on(B).standby).as("the copy streams on").isTrue();
        assertThat(play.world().on(A).settings).isEmpty();
        assertThat(play.topology().state()).isEqualTo(TopologyState.SERVING);
        assertThat(play.topology().replicas()).isEmpty();

        play.order(play.orders()::approve);
        play.driveToBaking();

        assertThat(play.topology().primary().node()).isEqualTo(B);
        assertThat(play.world().violations()).isEmpty();
    }

    @Test
    void aDrillOfAWaitingMoveThatFailsCostsNoCopy() {
        MovePlay play = stage.play(Moved.identity(Moved.approvedRequest(), null));
        play.driveUntil(() -> waits(play));
        play.order(play.orders()::drill);
        play.failOnce("seal@node_a", Moment.AFTER, ErrorCode.INTERNAL);
        play.driveUntil(() -> play.record().drill() != null && waits(play));

        assertThat(play.record().error()).isNull();
        assertThat(play.record().drill().error().code()).isEqualTo(ErrorCode.INTERNAL.name());
        assertThat(play.world().on(B).standby).isTrue();
    }

    @Test
    void anAbortWhileADrillIsUndoneUndoesTheWholeMove() {
        MovePlay play = stage.play(Moved.identity(Moved.approvedRequest(), null));
        play.driveUntil(() -> waits(play));
        play.order(play.orders()::drill);
        play.world().hook = (sent, when) -> {
            if (sent.equals("unseal@node_a") && when == Moment.BEFORE) {
                play.order(play.orders()::abort);
            }
        };
        play.drive();

        assertUndone(play);
        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.ABORTED_BY_OPERATOR.name());
    }

    @Test
    void noRowOfADrillLiesAtOrPastThePointOfNoReturn() {
        assertThat(MoveSteps.rows(MoveRecord.of(Moved.identity(Moved.drillRequest(), null))))
                .extracting(MoveStep::number)
                .contains(MoveSteps.SYNC)
                .allMatch(number -> number < MoveSteps.COMMIT);
    }

    @Test
    void thePointOfNoReturnRefusesADrillThatComesThere() {
        MovePlay play = drill();
        play.failOnce("seal@node_a", Moment.AFTER, ErrorCode.LEADERSHIP_LOST);
        play.driveUntilItDies();
        MoveStep commit = MoveSteps.TABLE.stream()
                .filter(step -> step.number() == MoveSteps.COMMIT)
                .findFirst()
                .orElseThrow();

        assertThat(commit.guard().refusal(play.context())).isPresent();
        MoveContext context = play.context();
        context.pause().sealed(new io.drover.api.agent.Reports.SealReport(FakeWorld.END, 1, 0, null, 0, 0, 0));
        assertThatThrownBy(() -> commit.run().run(context)).isInstanceOf(DroverException.class);
        assertThat(play.topology().state()).isNotEqualTo(TopologyState.PROMOTING);
        play.drive();
        assertUndone(play);
    }

    @Test
    void onlyAMoveThatWaitsForItsApprovalIsDrilled() {
        MovePlay play = stage.play(Moved.identity(Moved.approvedRequest(), null));
        assertThatThrownBy(() -> play.order(play.orders()::drill))
                .hasMessageContaining("drill is refused")
                .extracting(e -> ((DroverException) e).code())
                .isEqualTo(ErrorCode.STATE_CONFLICT);
        play.driveUntil(() -> waits(play));
        play.order(play.orders()::drill);
        assertThat(play.orders().drill(play.record()).changes()).isFalse();
        assertThatThrownBy(() -> play.order(play.orders()::approve)).hasMessageContaining("a drill of its cutover");
        play.order(play.orders()::abort);
        play.drive();
        assertUndone(play);
    }

    private static MovePlay drill() {
        return stage.play(Moved.identity(Moved.drillRequest(), null));
    }

    private static boolean waits(MovePlay play) {
        // not before its driver waits: the text of a driver that is on its way to row 70 names the row, too
        return play.record().state() == MoveState.READY && play.waitingFor().startsWith("approval");
    }

    private static double sum(List<Phase> phases) {
        return phases.stream().mapToDouble(Phase::millis).sum();
    }

    private static void assertUndone(MovePlay play) {
        assertThat(play.leftovers()).isEmpty();
        assertThat(play.world().violations()).isEmpty();
        assertThat(play.topology().state()).isEqualTo(TopologyState.SERVING);
        assertThat(play.topology().primary().node()).isEqualTo(A);
        assertThat(play.world().on(B).standby && play.world().on(B).running).isFalse();
    }
}
