/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Phase;
import io.drover.api.MoveRequest.Mode;
import io.drover.api.MoveState;
import io.drover.api.PreflightReport;
import io.drover.daemon.move.FakeWorld.Moment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The mode that shuts the source down in order before the target promotes. */
class CleanStopTest {
    private static MoveStage stage;

    private final List<String> verbs = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    private MovePlay play(Consumer<FakeWorld> spoil) {
        MovePlay play = stage.play(Moved.identity(Moved.request(), Mode.CLEAN_STOP, null));
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.AFTER) {
                verbs.add(verb);
            }
        };
        spoil.accept(play.world());
        return play;
    }

    @Test
    void promotesBehindTheCheckpointOfTheShutdownAndNotBehindTheSeal() {
        MovePlay play = play(world -> {});
        play.driveToBaking();

        assertThat(verbs)
                .containsSubsequence("seal@node_a", "stop@node_a")
                .containsSubsequence(
                        // asked beside the seal
                        "await-replayed@node_b",
                        "stop@node_a",
                        "read-tail@node_a",
                        "archive-up-to@node_a",
                        "await-replayed@node_b",
                        "promote@node_b");
        assertThat(play.world().awaited).containsExactly(FakeWorld.END, FakeWorld.SHUT_DOWN_END);
        assertThat(play.record().forward().finalLsn()).isEqualTo(FakeWorld.SHUT_DOWN_END);
        assertThat(play.record().forward().cutover().phases())
                .extracting(Phase::name)
                .containsSubsequence("seal", "clean stop", "tail and archive", "final sync", "promotion");
        assertThat(play.record().forward().cutover().rewound()).isFalse();
    }

    @Test
    void aSourceThatCrashedOnItsWayDownIsNotSucceeded() {
        refuses(world -> world.stoppedState = "in production", "'in production'");
    }

    @Test
    void aSourceWhoseDiskHoldsMoreThanItsLastCheckpointIsNotSucceeded() {
        refuses(world -> world.recordsBehindTheCheckpoint = 1, "does not end with the checkpoint at 0/5000028");
    }

    @Test
    void aSourceThatCouldNotArchiveEverythingIsNotSucceeded() {
        refuses(
                world -> world.unarchived = List.of("000000010000000000000004"),
                "has not archived 000000010000000000000004");
    }

    private void refuses(Consumer<FakeWorld> spoil, String reason) {
        MovePlay play = play(spoil);
        BiConsumer<String, Moment> keep = play.world().hook;
        play.world().hook = (verb, moment) -> {
            keep.accept(verb, moment);
            // a move that goes on would wait in its bake for ever
            assertThat(verb).isNotEqualTo("promote@node_b");
        };
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.SEAL_FAILED.name());
        assertThat(play.record().error().detail()).contains(reason);
        assertThat(verbs).contains("unseal@node_a").doesNotContain("promote@node_b");
        assertThat(play.topology().primary().node()).isEqualTo(Moved.A);
    }

    @Test
    void aMoveWithoutAModeTakesTheOneThatThePreflightHasChosen() {
        PreflightReport chosen = PreflightReport.of(List.of());
        assertThat(mode(Mode.AUTO, chosen.in(Mode.CLEAN_STOP))).isEqualTo(Mode.CLEAN_STOP);
        assertThat(mode(Mode.AUTO, chosen.in(Mode.SEALED))).isEqualTo(Mode.SEALED);
        assertThat(mode(Mode.AUTO, chosen)).isEqualTo(Mode.SEALED);
        assertThat(mode(Mode.STRICT, chosen.in(Mode.STRICT))).isEqualTo(Mode.STRICT);
    }

    private static Mode mode(Mode asked, PreflightReport report) {
        MoveRecord record = MoveRecord.of(Moved.identity(Moved.request().withMode(asked), asked, null));
        return MoveRequests.inModeOf(report, record).identity().mode();
    }

    @Test
    void aDrillIsRefusedWhereItWouldStopTheSource() {
        MoveRecord record = MoveRecord.of(Moved.identity(Moved.drillRequest(), Mode.AUTO, null));
        PreflightReport report = PreflightReport.of(List.of()).in(Mode.CLEAN_STOP);
        assertThatThrownBy(() -> MoveRequests.inModeOf(report, record))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED))
                .hasMessageContaining("drill in mode clean-stop");
    }
}
