/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.MoveDriverTest.assertServing;
import static io.drover.daemon.move.MoveDriverTest.failure;
import static io.drover.daemon.move.MoveDriverTest.verbsBefore;
import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.daemon.move.FakeWorld.Moment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A driver dies at any command of a way, and another one finishes that way from the stored record. */
class MoveTakeoverTest {
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
    void anotherDriverFinishesAMoveWhoseDriverDiedAtAnyCommand() {
        for (Moment moment : Moment.values()) {
            for (String verb : verbsBefore(stage, null)) {
                MovePlay play = stage.play();
                play.failOnce(verb, moment, ErrorCode.LEADERSHIP_LOST);
                play.driveUntilItDies();
                play.driveToBaking();

                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.BAKING);
                assertServing(play, B);
                assertThat(play.world().on(A).standby).as(verb).isTrue();
                assertThat(play.world().violations()).as(verb).isEmpty();
            }
        }
    }

    /** Who lost the lead in the middle of a call must not take that for a failure of the move. */
    @Test
    void aDriverThatIsInterruptedRecordsNoFailure() {
        // sent on a thread of its own
        List<String> verbs = verbsBefore(stage, null).stream()
                .filter(verb -> !verb.startsWith("probe-guard@"))
                .toList();
        for (String verb : verbs) {
            MovePlay play = stage.play();
            play.interruptOnce(verb);

            assertThatThrownBy(play::driveToBaking).as(verb).isInstanceOf(DroverException.class);

            assertThat(play.record().state())
                    .as(verb)
                    .isNotIn(MoveState.ABORTING, MoveState.ABORTED, MoveState.NEEDS_OPERATOR);
            play.driveToBaking();
            assertServing(play, B);
        }
    }

    @Test
    void anotherDriverFinishesARollbackWhoseDriverDiedAtAnyCommand() {
        Consumer<MovePlay> ordered = play -> {
            play.driveToBaking();
            play.awaitBesides();
            play.order(record -> play.orders().rollback(record, true));
        };
        for (Moment moment : Moment.values()) {
            for (String verb : verbsAfter(ordered)) {
                MovePlay play = stage.play();
                ordered.accept(play);
                play.failOnce(verb, moment, ErrorCode.LEADERSHIP_LOST);
                play.driveUntilItDies();
                play.drive();

                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.ROLLED_BACK);
                assertServing(play, A);
                assertThat(play.world().on(A).slots).as(verb).isEmpty();
                assertThat(play.world().on(B).setAside).as(verb).isEqualTo(1);
                assertThat(play.lockedNodes()).as(verb).isEmpty();
                assertThat(play.world().violations()).as(verb).isEmpty();
            }
        }
    }

    @Test
    void anotherDriverClosesAMoveWhoseDriverDiedAtAnyCommand() {
        Consumer<MovePlay> ordered = play -> {
            play.driveToBaking();
            play.awaitBesides();
            play.order(record -> play.orders().complete(record, true));
        };
        for (Moment moment : Moment.values()) {
            for (String verb : verbsAfter(ordered)) {
                MovePlay play = stage.play();
                ordered.accept(play);
                play.failOnce(verb, moment, ErrorCode.LEADERSHIP_LOST);
                assertThatThrownBy(play::drive)
                        .isInstanceOfSatisfying(
                                DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEADERSHIP_LOST));
                play.drive();

                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.COMPLETED);
                assertServing(play, B);
                assertThat(play.world().on(B).slots).as(verb).isEmpty();
                assertThat(play.world().on(A).setAside).as(verb).isEqualTo(1);
                assertThat(play.instanceLocked()).as(verb).isFalse();
            }
        }
    }

    @Test
    void anotherDriverFinishesAnUndoWhoseDriverDiedAtAnyCommand() {
        List<String> undoing = verbsAfterTheSealFailed();
        assertThat(undoing).contains("unseal@node_a", "drop-slot@node_a");
        for (Moment moment : Moment.values()) {
            for (String verb : undoing) {
                MovePlay play = stage.play();
                boolean[] sealed = {false};
                boolean[] died = {false};
                play.world().hook = (sent, when) -> {
                    if (!sealed[0] && sent.equals("seal@node_a") && when == Moment.AFTER) {
                        sealed[0] = true;
                        throw failure(ErrorCode.INTERNAL, sent);
                    }
                    if (sealed[0] && !died[0] && sent.equals(verb) && when == moment) {
                        died[0] = true;
                        throw failure(ErrorCode.LEADERSHIP_LOST, sent);
                    }
                };
                play.driveUntilItDies();
                assertThat(died[0]).as(verb).isTrue();
                play.drive();

                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.ABORTED);
                assertServing(play, A);
                assertThat(play.leftovers()).as(verb).isEmpty();
                assertThat(play.world().violations()).as(verb).isEmpty();
            }
        }
    }

    /** The commands that come after some way has been gone; what is sent beside a promotion may fail without a consequence. */
    private static List<String> verbsAfter(Consumer<MovePlay> way) {
        MovePlay play = stage.play();
        way.accept(play);
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE) {
                verbs.add(verb);
            }
        };
        play.drive();
        List<String> distinct = verbs.stream().distinct().collect(Collectors.toList());
        if (play.record().rollingBack()) {
            // sent beside the seal
            distinct.remove("await-replayed@node_a");
        }
        return distinct;
    }

    private static List<String> verbsAfterTheSealFailed() {
        MovePlay play = stage.play();
        List<String> verbs = new CopyOnWriteArrayList<>();
        boolean[] failed = {false};
        play.world().hook = (verb, moment) -> {
            if (failed[0] && moment == Moment.BEFORE) {
                verbs.add(verb);
            }
            if (!failed[0] && verb.equals("seal@node_a") && moment == Moment.AFTER) {
                failed[0] = true;
                throw failure(ErrorCode.INTERNAL, verb);
            }
        };
        play.drive();
        return verbs.stream()
                .distinct()
                // sent beside the seal, it may come when the seal has failed already
                .filter(verb -> !verb.startsWith("await-replayed@"))
                .toList();
    }
}
