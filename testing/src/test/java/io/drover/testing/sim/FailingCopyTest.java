/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A base backup that fails each time: it is begun anew ever more seldom, says why it failed, and is given up after its limit. */
final class FailingCopyTest {
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final String TARGET = "node_b";
    private static final SimOptions QUIET = new SimOptions(2, List.of("node_a", TARGET), 0, false, false);
    private static final Pattern TRIES = Pattern.compile("step 40 base backup, since [^ ]+: try ([0-9]+) failed .*");

    private static MoveId failingCopy(SimWorld world) {
        Stage stage = new Stage(world);
        stage.listen(moment -> {});
        world.begin();
        // after the preflight, which would refuse the move
        stage.atCue("row-40/run/before", () -> world.postgres().mishaps().fillDisk(TARGET, true));
        MoveId move = world.startMove(TARGET);
        world.require(LIMIT, "five tries", () -> triesOf(world, move) >= 5);
        return move;
    }

    private static Move look(SimWorld world, MoveId move) {
        return world.askUntilAnswered(control -> control.moves().get(move));
    }

    private static int triesOf(SimWorld world, MoveId move) {
        Matcher tries = TRIES.matcher(String.valueOf(look(world, move).waitingFor()));
        return tries.matches() ? Integer.parseInt(tries.group(1)) : 0;
    }

    @Test
    void isBegunAnewEverMoreSeldomAndSaysWhyAndWhen() {
        SimWorld.run(1, QUIET, world -> {
            MoveId move = failingCopy(world);
            assertThat(look(world, move).waitingFor())
                    .contains(
                            "COPY_FAILED",
                            "No space left on device",
                            "it is tried again at 20",
                            "until 20",
                            "then the move is undone");

            world.require(LIMIT, "the undo", () -> world.state(move).equals("ABORTED"));

            Move ended = look(world, move);
            Matcher tried = Pattern.compile(".* was tried ([0-9]+) times since .*")
                    .matcher(Objects.requireNonNull(ended.error()).detail());
            assertThat(tried.matches()).as(ended.error().detail()).isTrue();
            // ten minutes of half a minute each, and some at first
            assertThat(Integer.parseInt(tried.group(1))).isBetween(15, 30);
        });
    }

    @Test
    void anAbortDoesNotWaitForTheNextTry() {
        SimWorld.run(2, QUIET, world -> {
            MoveId move = failingCopy(world);
            world.require(LIMIT, "nine tries, with half a minute to the tenth", () -> triesOf(world, move) >= 9);

            world.askUntilAnswered(control -> control.moves().abort(move));

            world.require(
                    Duration.ofSeconds(5), "the undo", () -> world.state(move).equals("ABORTED"));
        });
    }

    @Test
    void succeedsOnceThereIsRoom() {
        SimWorld.run(3, QUIET, world -> {
            MoveId move = failingCopy(world);

            world.postgres().mishaps().fillDisk(TARGET, false);

            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
        });
    }
}
