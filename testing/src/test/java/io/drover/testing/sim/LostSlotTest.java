/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * H65: a server gives up a slot because it would hold back too much. What is lost is the copy or the way back, never the shard nor a write
 * that somebody was told of.
 */
final class LostSlotTest {
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final NodeId SOURCE = Stage.SOURCE;
    private static final NodeId TARGET = Stage.TARGET;
    private static final SimOptions ONE_CLIENT =
            new SimOptions(2, List.of(SOURCE.value(), TARGET.value()), 1, false, false);

    private static Stage listen(SimWorld world) {
        Stage stage = new Stage(world);
        stage.listen(moment -> {});
        world.begin();
        return stage;
    }

    private static void lose(SimWorld world, NodeId node, String slot) {
        world.postgres().mishaps().loseSlot(node.value(), SimWorld.PORT, slot);
    }

    private static void requireNothingLost(SimWorld world, MoveId move, NodeId serves) {
        int before = world.postgres().acknowledged().size();
        world.require(
                LIMIT, "writes go on", () -> world.postgres().acknowledged().size() > before);
        world.require(LIMIT, "nothing is left", () -> world.checkEnd(move).isEmpty());
        assertThat(world.topology().primary().node()).isEqualTo(serves);
        world.checkInvariants();
    }

    /** Before its standby is started, while it streams, between guard and fence, and in the pause. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "row-40/result/after",
                "row-50/result/after",
                "row-60/result/after",
                "row-75/result/after",
                "row-80/result/after",
                "row-95/result/after",
                "row-100/record/after",
                "row-110/run/before"
            })
    void ofACopyUndoesTheMove(String moment) {
        SimWorld.run(1, ONE_CLIENT, world -> {
            Stage stage = listen(world);
            stage.atCue(moment, () -> {
                MoveId move = world.moves().get(0);
                lose(world, SOURCE, move.slotName());
            });

            MoveId move = world.startMove(TARGET.value());

            world.require(LIMIT, "the undo", () -> world.state(move).equals("ABORTED"));
            requireNothingLost(world, move, SOURCE);
        });
    }

    @Test
    void ofACopyIsWhatTheMoveIsUndoneFor() {
        SimWorld.run(1, ONE_CLIENT, world -> {
            Stage stage = listen(world);
            stage.atCue(
                    "row-50/result/after",
                    () -> lose(world, SOURCE, world.moves().get(0).slotName()));

            MoveId move = world.startMove(TARGET.value());

            world.require(LIMIT, "the undo", () -> world.state(move).equals("ABORTED"));
            Move ended = world.askUntilAnswered(control -> control.moves().get(move));
            assertThat(Objects.requireNonNull(ended.error()).hint())
                    .contains("raise max_slot_wal_keep_size on " + SOURCE);
            assertThat(ended.error().detail()).contains("slot " + move.slotName(), "has lost WAL");
        });
    }

    /** Then there is nothing yet that would be missing; and a copy that is broken off by it is made again. */
    @ParameterizedTest
    @ValueSource(longs = {0, 200, 700})
    void beforeItsCopyOrInItCostsNoMoreThanTheCopy(long millis) {
        SimWorld.run(1, ONE_CLIENT, world -> {
            Stage stage = listen(world);
            stage.atCue("row-40/run/before", () -> {
                MoveId move = world.moves().get(0);
                if (millis == 0) {
                    lose(world, SOURCE, move.slotName());
                } else {
                    world.later(Duration.ofMillis(millis), () -> lose(world, SOURCE, move.slotName()));
                }
            });

            MoveId move = world.startMove(TARGET.value());

            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
            assertThat(world.askUntilAnswered(control -> control.moves().get(move))
                            .history())
                    .filteredOn(entry -> entry.event().contains("step 40 base backup: try 1 failed"))
                    .hasSize(millis == 0 ? 0 : 1);
            requireNothingLost(world, move, TARGET);
        });
    }

    /** A rollback is refused, and the move bakes on until it is completed. */
    @Test
    void ofTheWayBackLeavesTheMoveWithoutOne() {
        SimWorld.run(1, ONE_CLIENT, world -> {
            Stage stage = listen(world);
            MoveId move = world.startMove(TARGET.value());
            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);

            lose(world, TARGET, move.rollbackSlotName());
            world.pause(Duration.ofMinutes(1));

            Move baking = world.askUntilAnswered(control -> control.moves().get(move));
            assertThat(Objects.requireNonNull(baking.rollback()).ready()).isFalse();
            assertThatExceptionOfType(DroverException.class)
                    .isThrownBy(() -> world.ask(control -> control.moves().rollback(move)))
                    .returns(ErrorCode.ROLLBACK_NOT_READY, DroverException::code);
            requireNothingLost(world, move, TARGET);
            stage.order(control -> control.moves().complete(move, true));
            world.require(LIMIT, "the end", () -> world.state(move).equals("COMPLETED"));
            requireNothingLost(world, move, TARGET);
        });
    }
}
