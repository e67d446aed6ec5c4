/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The whole installation, when nothing goes wrong. */
final class SimWorldTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private static void moveAndGoBack(SimWorld world) {
        world.begin();
        MoveId move = world.startMove("node_b");
        world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
        world.checkInvariants();
        assertThat(world.topology().primary().node()).isEqualTo(new NodeId("node_b"));

        world.pause(Duration.ofSeconds(3));
        world.ask(control -> control.moves().rollback(move));
        world.require(LIMIT, "the end", () -> world.state(move).equals("ROLLED_BACK"));
        world.checkInvariants();
        assertThat(world.topology().primary().node()).isEqualTo(new NodeId("node_a"));
    }

    @Test
    void movesAShardAndGoesBack() {
        SimWorld.run(1, SimOptions.usual(), SimWorldTest::moveAndGoBack);
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        SimScheduler.Run first = SimWorld.run(5, SimOptions.usual(), SimWorldTest::moveAndGoBack);
        SimScheduler.Run second = SimWorld.run(5, SimOptions.usual(), SimWorldTest::moveAndGoBack);
        SimScheduler.Run other = SimWorld.run(6, SimOptions.usual(), SimWorldTest::moveAndGoBack);

        assertThat(second).isEqualTo(first);
        assertThat(other.digest()).isNotEqualTo(first.digest());
    }

    @Test
    void completesAMove() {
        SimWorld.run(2, SimOptions.usual(), world -> {
            world.begin();
            MoveId move = world.startMove("node_b");
            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
            world.ask(control -> control.moves().complete(move, true));
            world.require(LIMIT, "the end", () -> world.state(move).equals("COMPLETED"));
            world.checkInvariants();
        });
    }

    @Test
    void anotherControllerGoesOnWhenTheLeaderIsKilled() {
        SimWorld.run(3, SimOptions.usual(), world -> {
            world.begin();
            MoveId move = world.startMove("node_b");
            world.require(LIMIT, "row 75", () -> world.step(move) == 75);
            SimController leader = world.leaders().get(0);
            leader.kill();
            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
            world.checkInvariants();
            assertThat(world.leaders()).isNotEmpty().doesNotContain(leader);
        });
    }

    @Test
    void anAbortAtAnyMomentOfTheCopyLeavesNothing() {
        for (long seed = 0; seed < 40; seed++) {
            SimWorld.run(seed, SimOptions.usual(), world -> {
                world.begin();
                MoveId move = world.startMove("node_b");
                world.require(LIMIT, "row 40", () -> world.step(move) == 40);
                world.pause(Duration.ofNanos(world.draw(300_000)));
                world.ask(control -> control.moves().abort(move));
                world.require(LIMIT, "the end", () -> world.state(move).equals("ABORTED"));
                world.pause(Duration.ofSeconds(3));
                assertThat(world.checkEnd(move)).isEmpty();
            });
        }
    }

    @Test
    void drillsAShard() {
        SimWorld.run(4, SimOptions.usual(), world -> {
            world.begin();
            MoveId move = world.startMove(SimRequest.to("node_b", false, true, MoveRequest.Mode.AUTO));
            world.require(LIMIT, "the end", () -> world.state(move).equals("ABORTED"));
            world.checkInvariants();
            assertThat(world.topology().primary().node()).isEqualTo(new NodeId("node_a"));
        });
    }
}
