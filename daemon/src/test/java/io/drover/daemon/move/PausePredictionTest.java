/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.MoveDriverTest.assertServing;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Json;
import io.drover.api.Move.Cutover;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.Move.Phase;
import io.drover.api.MoveState;
import io.drover.api.PausePrediction;
import io.drover.daemon.move.EarlierPause.Measured;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.OpenTransaction;
import io.drover.topology.Registration;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pause is told before the fence, kept beside what came of it, and not begun when it would not fit. */
class PausePredictionTest {
    private static MoveStage stage;

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    private static ActivityView openFor(long millis) {
        return new ActivityView(FakeWorld.END, 3, List.of(new OpenTransaction(7, 1, millis)));
    }

    @Test
    void theMoveKeepsThePredictionBesideTheOutcome() {
        MovePlay play = stage.play();
        play.driveToBaking();

        PausePrediction told = play.shown().prediction();
        assertThat(told.maxWritePauseMillis()).isEqualTo(60_000);
        assertThat(told.parts()).extracting(PausePrediction.Part::name).contains("fence", "drain", "promotion");
        assertThat(told.writePauseMillis())
                .isEqualTo(told.parts().stream()
                        .mapToDouble(PausePrediction.Part::millis)
                        .sum());
        assertThat(told.at()).isBeforeOrEqualTo(play.shown().cutover().fencedAt());
        assertThat(play.shown().cutover().writePauseMillis()).isPositive();
        assertThat(play.history())
                .extracting(HistoryEntry::event)
                .filteredOn(event -> event.startsWith("predicts a write pause of "))
                .hasSize(2);
        assertServing(play, B);
    }

    @Test
    void theWayBackHasAPredictionOfItsOwn() {
        MovePlay play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().rollback(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ROLLED_BACK);
        assertThat(play.shown().rollback().prediction().at())
                .isAfter(play.shown().prediction().at());
        assertThat(play.shown().rollback().prediction().parts())
                .filteredOn(part -> part.name().equals("promotion"))
                .singleElement()
                .satisfies(part -> assertThat(part.from())
                        .startsWith(
                                "measured by move " + play.record().identity().id()));
    }

    @Test
    void theNextMoveOfTheInstanceIsToldByWhatThisOneMeasured() {
        MovePlay first = stage.play();
        first.driveToBaking();
        MovePlay next = stage.play();
        next.driveToBaking();

        assertThat(next.record().forward().prediction().parts())
                .filteredOn(part -> part.name().equals("promotion"))
                .singleElement()
                .satisfies(part -> assertThat(part.from()).startsWith("measured by move "));
    }

    @Test
    void aPauseThatWouldBeTooLongIsNotBegunAndItsPredictionIsKept() {
        MovePlay play = stage.play(Moved.identity(Moved.request(Duration.ofMillis(400)), null));
        MoveContext context = play.context();
        try (Registration client = play.silentClient("busy")) {
            assertThat(client.session()).isNotZero();
            play.makeStandby();
            play.world().activity = () -> openFor(3_000);
            assertThatThrownBy(() -> PausePredictions.require(context, MoveSteps.ARM, Duration.ZERO, () -> {}))
                    .isInstanceOfSatisfying(DroverException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.PAUSE_TOO_LONG);
                        assertThat(e.code().retryable()).isFalse();
                    })
                    .hasMessageContaining("drain 400.0")
                    .hasMessageContaining("maxWritePause is 400 ms")
                    .hasMessageContaining("nothing was fenced");
        }
        assertThat(play.record().forward().prediction().fits()).isFalse();
        assertThat(play.shown().cutover()).isNull();
    }

    @Test
    void aLoadThatPassesIsWaitedFor() {
        MovePlay play = stage.play(Moved.identity(Moved.request(Duration.ofMillis(400)), null));
        AtomicInteger rehearsed = new AtomicInteger();
        try (Registration client = play.silentClient("busy")) {
            assertThat(client.session()).isNotZero();
            play.makeStandby();
            play.world().activity = () -> openFor(3_000);
            PausePredictions.require(play.context(), MoveSteps.ARM, Duration.ofMinutes(1), () -> {
                if (rehearsed.incrementAndGet() == 2) {
                    assertThat(play.waitingFor())
                            .contains("the predicted write pause to fit maxWritePause", "drain 400.0");
                    play.world().activity = () -> openFor(0);
                }
            });
        }
        assertThat(rehearsed).hasValue(2);
        assertThat(play.record().forward().prediction().fits()).isTrue();
    }

    @Test
    void ofSeveralSwitchesTheMedianCounts() {
        assertThat(EarlierPause.medians(switches(9, 90, 12, 11), 200))
                .singleElement()
                .satisfies(measured -> {
                    assertThat(measured.millis()).isEqualTo(11);
                    assertThat(measured.from()).endsWith("and 3 before it, the median");
                });
        assertThat(EarlierPause.medians(switches(9, 9, 9, 9, 9, 50, 50, 50, 50, 50, 50), 200))
                .extracting(Measured::millis)
                .containsExactly(9.0);
    }

    /** Something was killed in its pause: that will not be there the next time. */
    @Test
    void aSwitchThatWasDisturbedDoesNotForbidTheNext() {
        assertThat(EarlierPause.medians(switches(350), 200)).isEmpty();
        assertThat(EarlierPause.medians(switches(350, 350, 30), 200))
                .extracting(Measured::millis)
                .containsExactly(30.0);
    }

    private static Stream<MoveRecord> switches(double... millis) {
        return DoubleStream.of(millis).mapToObj(PausePredictionTest::promotedIn);
    }

    private static MoveRecord promotedIn(double millis) {
        MoveIdentity identity = Moved.identity(Moved.request(Duration.ofSeconds(1)), null);
        Cutover cutover = new Cutover(
                null,
                null,
                null,
                millis,
                List.of(new Phase(MoveSteps.PROMOTE, MoveSteps.nameOf(MoveSteps.PROMOTE), millis)),
                null,
                null);
        MoveRecord record = MoveRecord.of(identity);
        return record.withLeg(record.leg().fenced(new FenceEpoch(2), cutover));
    }

    /** Row 95, with the guard armed: what was prepared is taken back. */
    @Test
    void theCutoverIsUndoneWhenThePauseDoesNotFitAnyMore() {
        MovePlay play = stage.play(Moved.identity(Moved.request(Duration.ofMillis(400)), null));
        play.world().hook = (verb, moment) -> {
            if (verb.equals("prepare-seal@node_a")) {
                play.world().activity = () -> openFor(3_000);
            }
        };
        try (Registration client = play.silentClient("busy")) {
            assertThat(client.session()).isNotZero();
            play.drive();
        }

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.PAUSE_TOO_LONG.name());
        assertThat(play.record().forward().prediction().fits()).isFalse();
        assertThat(play.shown().cutover()).isNull();
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aRecordOfAnOlderVersionHasNoPrediction() throws IOException {
        String old = "{\"begun\": [20], \"done\": [], \"timeline\": null, \"finalLsn\": null, \"fork\": null,"
                + " \"fencedEpoch\": null, \"cutover\": null, \"neighbours\": null}";
        MoveLeg leg = Json.mapper().readValue(old, MoveLeg.class);
        assertThat(leg.prediction()).isNull();
        assertThat(leg.begun()).containsExactly(20);
    }
}
