/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Blocker;
import io.drover.api.Blocker.Kind;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.PausePrediction;
import io.drover.api.ShardId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TextsTest {
    @Test
    void drawsThePauseAsBarsOneBelowTheOther() {
        Move.Cutover cutover = new Move.Cutover(
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                40.0,
                List.of(new Move.Phase(100, "fence", 10), new Move.Phase(110, "seal", 30)),
                0,
                false);

        assertThat(Texts.waterfall("cutover", cutover, move(MoveState.COMPLETED, 180, false))
                        .lines())
                .containsExactly(
                        "cutover: writes paused 40.0 ms",
                        "  100 fence                         10.0 ms  |##########                              |",
                        "  110 seal                          30.0 ms  |          ##############################|",
                        "  commits past the fork: 0");
    }

    /** Who reads this at night must not believe that nobody writes. */
    @Test
    void saysOfACutoverThatWasGivenUpThatWritesGoOn() {
        Move.Cutover begun = new Move.Cutover(Instant.EPOCH, null, null, null, List.of(), null, null);

        assertThat(Texts.waterfall("cutover", begun, move(MoveState.ABORTED, 100, false)))
                .contains("the fence was lowered again")
                .doesNotContain("not yet resumed");
        assertThat(Texts.waterfall("cutover", begun, move(MoveState.ABORTING, 95, false)))
                .contains("the fence was lowered again");
        assertThat(Texts.waterfall("cutover", begun, move(MoveState.ABORTING, 110, false)))
                .contains("not yet resumed");
        assertThat(Texts.waterfall("cutover", begun, move(MoveState.CUTTING_OVER, 100, false)))
                .contains("not yet resumed");
    }

    @Test
    void showsAPauseOnlyWhereItKeepsTheMoveFromGoingOn() {
        assertThat(Texts.state(move(MoveState.READY, 70, true))).isEqualTo("READY (paused)");
        assertThat(Texts.state(move(MoveState.ABORTING, 70, true))).isEqualTo("ABORTING");
        assertThat(Texts.state(move(MoveState.ABORTED, 70, true))).isEqualTo("ABORTED");
    }

    @Test
    void offersAWayBackOnlyUntilTheMoveHasEnded() {
        Move.Rollback back = new Move.Rollback(true, 0L, Instant.EPOCH, null, null);

        assertThat(Texts.move(move(MoveState.BAKING, 170, false, back)))
                .contains("way back ready, 0 B behind, until 1970-01-01T00:00:00Z");
        assertThat(Texts.move(move(MoveState.COMPLETED, 180, false, back)))
                .contains("way back closed")
                .doesNotContain("until");
        assertThat(Texts.move(move(MoveState.ROLLED_BACK, 180, false, back))).contains("way back closed");
    }

    private static Move move(MoveState state, int step, boolean paused) {
        return move(state, step, paused, null);
    }

    private static Move move(MoveState state, int step, boolean paused, Move.@Nullable Rollback rollback) {
        return new Move(
                new MoveId("1a2b3c4d-0000"),
                new ShardId("shard_01"),
                List.of(new ShardId("shard_01")),
                new NodeId("node_a"),
                new NodeId("node_b"),
                state,
                paused,
                MoveRequest.Mode.SEALED,
                new Move.Step(step, "step", Instant.EPOCH),
                null,
                null,
                null,
                null,
                rollback,
                List.of(),
                null,
                null,
                null,
                List.of());
    }

    @Test
    void tellsThePredictedPauseInParts() {
        PausePrediction told = PausePrediction.of(
                Instant.EPOCH,
                2000,
                List.of(
                        new PausePrediction.Part(100, "fence", 2.5, "rehearsed"),
                        new PausePrediction.Part(110, "seal", 30, "10 sessions")));

        assertThat(BeforeTheFence.prediction("cutover", told).lines())
                .containsExactly(
                        "cutover: predicted at 1970-01-01T00:00:00Z to pause writes for 32.5 ms, within maxWritePause"
                                + " 2000 ms",
                        "  100 fence                          2.5 ms  rehearsed",
                        "  110 seal                          30.0 ms  10 sessions");
        assertThat(BeforeTheFence.prediction("cutover", PausePrediction.of(Instant.EPOCH, 30, told.parts())))
                .contains("32.5 ms, over maxWritePause 30 ms");
    }

    @Test
    void showsWhatStandsInTheWayWithOwnerAgeDelayAndRemedy() {
        Blocker backup =
                new Blocker(Kind.BASE_BACKUP, 7, "app (pg_basebackup)", "streaming", 1_500, 60_000L, "bytes sent");
        Blocker prepared = new Blocker(Kind.PREPARED_TRANSACTION, null, "app in app", "prepared as x", 10, null, "");

        assertThat(BeforeTheFence.blockers(List.of())).isEmpty();
        assertThat(BeforeTheFence.blockers(List.of(backup, prepared)).get(0).lines())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("IN THE WAY"),
                        line -> assertThat(line)
                                .startsWith("base-backup")
                                .contains("  7  ", "  app (pg_basebackup)  ", "1.5 s", "about 60.0 s (bytes sent)")
                                .endsWith(Kind.BASE_BACKUP.remedy()),
                        line -> assertThat(line)
                                .startsWith("prepared-transaction  -")
                                .contains("unknown"));
    }

    @Test
    void keepsColumnsInLine() {
        assertThat(new Table("A", "LONG")
                        .row("wide cell", 1)
                        .row(null, "x")
                        .toString()
                        .lines())
                .containsExactly("A          LONG", "wide cell  1", "-          x");
    }

    @Test
    void writesBytesForPeople() {
        assertThat(Texts.bytes(17)).isEqualTo("17 B");
        assertThat(Texts.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Texts.bytes(5L * 1024 * 1024 * 1024)).isEqualTo("5.0 GiB");
    }
}
