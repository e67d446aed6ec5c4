/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.MoveDriverTest.assertServing;
import static io.drover.daemon.move.MoveDriverTest.failure;
import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.Move.Phase;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.daemon.move.FakeWorld.Moment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From the seal to the publication: who is asked for what, and what happens when the end of the WAL was missed. */
class SealRowsTest {
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
    void strictModeHaltsTheSourceOnlyWhenTheTargetHasTheEndOfItsWal() {
        MovePlay play = stage.play(Moved.identity(Moved.request(), MoveRequest.Mode.STRICT, null));
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.AFTER) {
                verbs.add(verb);
            }
        };
        play.driveToBaking();

        assertThat(verbs)
                .containsSubsequence("seal@node_a", "halt-and-read-tail@node_a", "promote@node_b", "stop@node_a")
                // asked beside the seal
                .containsSubsequence("await-replayed@node_b", "halt-and-read-tail@node_a")
                .doesNotContain("read-tail@node_a");
        assertThat(play.record().forward().cutover().phases())
                .extracting(Phase::name)
                .contains("stop and tail");
    }

    @Test
    void strictModePromotesNobodyWhenTheSourceHasWrittenPastTheSeal() {
        MovePlay play = stage.play(Moved.identity(Moved.request(), MoveRequest.Mode.STRICT, null));
        play.world().recordsPastTheSeal = 1;
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.SEAL_FAILED.name());
        assertServing(play, A);
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void theTargetIsAskedForTheEndOfTheWalBesideTheSealAndPublishesByItself() {
        MovePlay play = stage.play();
        assertThat(verbsInThePause(play))
                .containsExactlyInAnyOrder("seal@node_a", "await-replayed@node_b", "promote@node_b");
        assertThat(play.record().forward().cutover().phases())
                .extracting(Phase::name)
                .containsExactly("fence", "drain", "seal", "final sync", "point of no return", "promotion", "publish");
    }

    @Test
    void theTargetIsAskedAgainWhenTheWalEndsElsewhere() {
        MovePlay play = stage.play();
        play.world().alignmentMissed = true;
        assertThat(verbsInThePause(play))
                .containsExactlyInAnyOrder(
                        "seal@node_a", "await-replayed@node_b", "await-replayed@node_b", "promote@node_b");
    }

    @Test
    void theTargetIsAskedAgainWhenItsFirstAnswerIsLost() {
        MovePlay play = stage.play();
        play.failOnce("await-replayed@node_b", Moment.AFTER, ErrorCode.TIMEOUT);
        play.driveToBaking();
        assertServing(play, B);
    }

    @Test
    void aTargetThatDoesNotReachTheEndIsNotPromoted() {
        MovePlay play = stage.play();
        play.world().hook = (verb, moment) -> {
            if (verb.equals("await-replayed@node_b")) {
                throw failure(ErrorCode.TIMEOUT, verb);
            }
        };
        play.drive();
        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertServing(play, A);
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aPromotionThatCouldNotBePublishedIsPublishedByTheNextRow() {
        MovePlay play = stage.play();
        play.world().publicationFails = true;
        assertThat(verbsInThePause(play)).contains("promote@node_b", "publish@node_b");
        assertServing(play, B);
    }

    @Test
    void aMissedEndOfALargeSegmentGetsASecondFence() {
        MovePlay play = stage.play();
        play.failOnce("seal@node_a", Moment.BEFORE, ErrorCode.TAIL_MISSED);
        play.driveToBaking();

        assertServing(play, B);
        assertThat(play.undoneRows()).isEmpty();
        assertThat(play.history())
                .extracting(HistoryEntry::event)
                .filteredOn(event -> event.startsWith("FENCED"))
                .hasSize(2);
        assertThat(play.history())
                .extracting(HistoryEntry::event)
                .anyMatch(event -> event.contains("and will be raised once more"));
        var cutover = play.record().forward().cutover();
        assertThat(cutover.phases().stream().mapToDouble(Phase::millis).sum())
                .as("of the second pause alone")
                .isCloseTo(cutover.writePauseMillis(), org.assertj.core.data.Offset.offset(0.001));
        assertThat(play.world().violations()).isEmpty();
    }

    /** Between the two fences the shard serves: whoever goes on raises the second one. */
    @Test
    void anotherDriverRaisesTheSecondFence() {
        MovePlay play = stage.play();
        boolean[] missed = {false};
        boolean[] died = {false};
        play.world().hook = (verb, moment) -> {
            if (!missed[0] && verb.equals("seal@node_a")) {
                missed[0] = true;
                throw failure(ErrorCode.TAIL_MISSED, verb);
            }
            if (missed[0] && !died[0] && verb.equals("prepare-seal@node_a") && moment == Moment.AFTER) {
                died[0] = true;
                throw failure(ErrorCode.LEADERSHIP_LOST, verb);
            }
        };
        play.driveUntilItDies();
        assertThat(died[0]).isTrue();
        assertServing(play, A);
        play.driveToBaking();

        assertServing(play, B);
        assertThat(play.undoneRows()).isEmpty();
        assertThat(play.world().violations()).isEmpty();
    }

    @Test
    void whatIsMissedTwiceIsUndone() {
        MovePlay play = stage.play();
        play.world().hook = (verb, moment) -> {
            if (verb.equals("seal@node_a")) {
                throw failure(ErrorCode.TAIL_MISSED, verb);
            }
        };
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.TAIL_MISSED.name());
        assertServing(play, A);
        assertThat(play.leftovers()).isEmpty();
    }

    private static List<String> verbsInThePause(MovePlay play) {
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE) {
                verbs.add(verb);
            }
        };
        play.driveToBaking();
        List<String> fromTheSealOn = verbs.subList(verbs.lastIndexOf("align-wal@node_a") + 1, verbs.size());
        return fromTheSealOn.subList(0, fromTheSealOn.indexOf("stop@node_a"));
    }
}
