/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A base backup that takes far longer than its row may fail: one agent that does not answer for a while must not throw it away. */
final class LongCopyTest {
    private static final Duration COPY = Duration.ofHours(2);
    private static final Duration LIMIT = Duration.ofHours(3);
    /** Longer than an agent has for an answer. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private static final SimOptions QUIET = new SimOptions(2, List.of("node_a", "node_b"), 0, false, false);

    @Test
    void outlivesAnAgentThatDoesNotAnswerForAWhile() {
        SimWorld.run(1, QUIET, world -> {
            world.begin();
            world.postgres().mishaps().slowCopies(COPY);
            MoveId move = world.startMove("node_b");
            world.pause(COPY.dividedBy(2));
            assertThat(world.state(move)).isEqualTo("COPYING");

            world.member("node_b").freeze();
            world.pause(SILENCE);
            world.member("node_b").thaw();

            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
            assertThat(world.askUntilAnswered(control -> control.moves().get(move))
                            .history())
                    .as("it was noticed")
                    .anyMatch(entry -> entry.event().contains("failed and is repeated"));
        });
    }
}
