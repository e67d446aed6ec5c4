/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H18, F20: a target that falls silent while commits wait for it. The source's agent lets them go on, and nothing is lost. */
final class GuardWatchTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** Two seconds of patience, and what a look every half second adds. */
    private static final Duration HANGS_AT_MOST = Duration.ofMillis(3_500);

    private static final Duration HANGS_BEHIND_THE_FENCE = Duration.ofMillis(4_500);

    private static final SimOptions ONE_WRITER = new SimOptions(2, List.of("node_a", "node_b"), 0, false, false);

    /** Its machine is there and answers nobody: neither the stream nor the agent. */
    private static void silence(SimWorld world, Duration length) {
        world.later(Duration.ZERO, () -> {
            world.postgres().mishaps().cut("node_a", "node_b");
            world.member("node_b").freeze();
        });
        world.later(length, () -> {
            world.postgres().mishaps().mend("node_a", "node_b");
            world.member("node_b").thaw();
        });
    }

    @Test
    void letsCommitsGoOnAndTheMoveIsUndone() {
        assertThat(longestHang("row-80/call-arm-guard/after")).isBetween(Duration.ofSeconds(2), HANGS_AT_MOST);
    }

    /** The fence follows at once: there its budget is the limit, and a command on its way when it is spent has two seconds more. */
    @ParameterizedTest
    @ValueSource(strings = {"row-80/result/after", "row-90/result/after", "row-95/result/after"})
    void behindTheFenceItsBudgetEndsIt(String moment) {
        assertThat(longestHang(moment)).isBetween(Duration.ofSeconds(1), HANGS_BEHIND_THE_FENCE);
    }

    private static Duration longestHang(String moment) {
        AtomicLong longest = new AtomicLong();
        SimWorld.run(1, ONE_WRITER, world -> {
            Stage stage = new Stage(world);
            stage.listen(heard -> {});
            world.begin();
            SteadyWriter writer = SteadyWriter.on(world, "node_a");
            stage.atCue(moment, () -> silence(world, Duration.ofSeconds(40)));

            MoveId move = world.startMove("node_b");
            world.require(LIMIT, "the undo", () -> world.state(move).equals("ABORTING"));
            int before = writer.commits();
            world.pause(Duration.ofSeconds(5));
            assertThat(writer.commits()).as("commits go on").isGreaterThan(before + 20);
            world.require(LIMIT, "the end", () -> world.state(move).equals("ABORTED"));

            longest.set(writer.longest().toNanos());
            world.require(LIMIT, "nothing is left", () -> world.checkEnd(move).isEmpty());
            world.checkInvariants();
            writer.end();
        });
        return Duration.ofNanos(longest.get());
    }
}
