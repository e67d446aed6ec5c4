/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.TopologyState;
import io.drover.testing.fake.FakePostgres;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that is promoted onto a wrong timeline (H28): nobody may write, and a person has to look. */
final class WrongTimelineTest {
    private static final String TARGET = Stage.TARGET.value();
    private static final Duration LONG = Duration.ofMinutes(2);

    @ParameterizedTest
    @ValueSource(strings = {"promote/stop/before", "promote/stop/after"})
    void staysStoppedAlsoWhenItsAgentDiesWhileItStopsIt(String point) {
        SimWorld.run(1, SimOptions.usual(), world -> {
            Stage stage = new Stage(world);
            AtomicBoolean died = new AtomicBoolean();
            stage.listen(now -> {
                if (now.point().toString().equals(point) && died.compareAndSet(false, true)) {
                    Blow.kill(stage, now.member());
                }
            });
            stage.begin();
            stage.atCue("promote/promotion/before", () -> world.postgres().takeNextTimeline(TARGET, SimWorld.PORT));
            stage.move(SimRequest.to(TARGET, false, false, false));
            stage.ends();
            world.require(LONG, "the target is stopped", () -> !targetRuns(world));
            AtomicBoolean ranAgain = new AtomicBoolean();
            world.postgres().observe(() -> ranAgain.compareAndSet(false, targetRuns(world)));
            world.pause(LONG);

            assertThat(died).isTrue();
            assertThat(ranAgain).isFalse();
            assertThat(stage.state()).isEqualTo("NEEDS_OPERATOR");
            assertThat(world.topology().state()).isEqualTo(TopologyState.PROMOTING);
            assertThat(world.postgres().running()).noneMatch(FakePostgres.Running::takesWrites);
        });
    }

    private static boolean targetRuns(SimWorld world) {
        return world.postgres().running().stream()
                .anyMatch(server -> server.host().equals(TARGET));
    }
}
