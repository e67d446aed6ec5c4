/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A disk that is full while a rollback is undone: the undo waits for room and says so, and needs a person only after its limit. */
final class FullDiskTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** Rows 80 and 75 need the disk, and each has a limit of five minutes. */
    private static final Duration UNDO_LIMIT = Duration.ofMinutes(15);

    private static final String NODE = "node_a";
    /** Nobody writes: minutes of it would be simulated at each test. */
    private static final SimOptions QUIET = new SimOptions(2, List.of("node_a", "node_b"), 0, false, false);

    /** A rollback to a node whose disk becomes full, and which is aborted before its fence. */
    private static MoveId undoOnFullDisk(SimWorld world) {
        Stage stage = new Stage(world);
        stage.listen(moment -> {});
        world.begin();
        MoveId move = world.startMove("node_b");
        world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
        world.pause(Duration.ofSeconds(5));
        stage.atCue("row-95/result/after", () -> {
            fill(world, true);
            stage.abort();
        });
        world.askUntilAnswered(control -> control.moves().rollback(move));
        // the first of the undo that concerns the node
        world.require(
                LIMIT, "the undo of row 80", () -> waitingFor(world, move).startsWith("the undo of step 80 guard"));
        return move;
    }

    private static void fill(SimWorld world, boolean full) {
        world.postgres().mishaps().fillDisk(NODE, full);
        world.agent(NODE).files().fillDisk(full);
    }

    private static String waitingFor(SimWorld world, MoveId move) {
        return String.valueOf(look(world, move).waitingFor());
    }

    private static Move look(SimWorld world, MoveId move) {
        return world.askUntilAnswered(control -> control.moves().get(move));
    }

    @Test
    void isWaitedForAndTheMoveBakesAgainOnceThereIsRoom() {
        SimWorld.run(1, QUIET, world -> {
            MoveId move = undoOnFullDisk(world);

            assertThat(waitingFor(world, move))
                    .contains(
                            "since 20",
                            "STORAGE_FAILED",
                            "No space left on device",
                            "tried again every few seconds, until 20",
                            "then the move needs a person",
                            "make room on the disk");
            world.pause(Duration.ofMinutes(2));
            assertThat(world.state(move)).isEqualTo("ABORTING");

            fill(world, false);

            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
            world.require(LIMIT, "nothing is left", () -> world.checkEnd(move).isEmpty());
            assertThat(world.topology().primary().node()).isEqualTo(new NodeId("node_b"));
        });
    }

    @Test
    void needsAPersonAfterTheLimitWhoMakesRoomAndResumes() {
        SimWorld.run(2, QUIET, world -> {
            MoveId move = undoOnFullDisk(world);

            world.require(UNDO_LIMIT, "a person", () -> world.state(move).equals("NEEDS_OPERATOR"));
            assertThat(Objects.requireNonNull(look(world, move).error()).hint())
                    .contains("node_b serves", "bin/drover resume " + move, "make room on the disk");

            fill(world, false);
            world.askUntilAnswered(control -> control.moves().resume(move));

            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
            world.require(LIMIT, "nothing is left", () -> world.checkEnd(move).isEmpty());
        });
    }
}
