/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.replication.ManagedSetting;
import io.drover.testing.fake.FakeOperator;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An installation with a third node, when nothing goes wrong but what its checks have to notice. */
final class ThirdNodeTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration SETTLING = Duration.ofSeconds(20);

    private static MoveId moveToBake(SimWorld world) {
        world.begin();
        MoveId move = world.startMove("node_b");
        world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
        return move;
    }

    private static void requireEnd(SimWorld world, MoveId move, String state) {
        world.require(LIMIT, state, () -> world.state(move).equals(state));
        world.await(SETTLING, () -> world.checkEnd(move).isEmpty());
        assertThat(world.checkEnd(move)).isEmpty();
        world.checkInvariants();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void itsStandbyComesAlong(Third third) {
        SimWorld.run(1, SimOptions.usual(third), world -> {
            MoveId move = moveToBake(world);
            requireEnd(world, move, "BAKING");

            world.ask(control -> control.moves().complete(move, true));
            requireEnd(world, move, "COMPLETED");
            assertThat(world.topology().primary().node()).isEqualTo(new NodeId("node_b"));
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void itsStandbyGoesBackWithARollback(Third third) {
        SimWorld.run(2, SimOptions.usual(third), world -> {
            MoveId move = moveToBake(world);
            world.pause(Duration.ofSeconds(3));

            world.ask(control -> control.moves().rollback(move));
            requireEnd(world, move, "ROLLED_BACK");
            assertThat(world.topology().primary().node()).isEqualTo(new NodeId("node_a"));
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void itsStandbyIsAsItWasAfterADrill(Third third) {
        SimWorld.run(3, SimOptions.usual(third), world -> {
            world.begin();
            MoveId move = world.startMove(SimRequest.to("node_b", false, true, MoveRequest.Mode.AUTO, third));
            requireEnd(world, move, "ABORTED");
        });
    }

    @Test
    void aCommitThatWaitsForNobodyIsNoticed() {
        assertThatThrownBy(() -> SimWorld.run(4, SimOptions.usual(Third.SYNCHRONOUS_STANDBY), world -> {
                    world.begin();
                    new FakeOperator(world.postgres())
                            .alterSystem("node_a", world.dataDir(), ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, "");
                    world.pause(LIMIT);
                }))
                .hasMessageContaining("is on node_a alone");
    }

    @Test
    void aStandbyThatFollowsNobodyIsNoticed() {
        SimWorld.run(5, SimOptions.usual(Third.STANDBY), world -> {
            MoveId move = moveToBake(world);

            world.member(Third.NODE).kill();
            world.postgres().mishaps().kill(Third.NODE, SimWorld.PORT);

            assertThat(world.checkEnd(move)).anyMatch(wrong -> wrong.contains("does not follow node_b"));
        });
    }
}
