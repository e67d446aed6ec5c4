/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.replication.ManagedSetting;
import io.drover.testing.fake.FakeOperator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R10: a shard whose commits wait for a standby, and whose cutover loses its target and every controller. The source's agent alone takes
 * back what rows 78, 80 and 95 have set; at no moment does a commit wait for nobody.
 */
final class SynchronousAloneTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration AWAY = Duration.ofMinutes(2);
    private static final Duration BACK = Duration.ofMinutes(3);
    /** The agent waits 30 s for a verb when nobody commits. */
    private static final Duration ALONE = Duration.ofSeconds(60);

    private static final String SOURCE = "node_b";
    private static final String STANDBY = "node_c";
    private static final String TARGET = "node_d";
    private static final String SETTING = "synchronous_standby_names";
    private static final String FORMER = "FIRST 1 (" + STANDBY + ")";
    private static final SimOptions QUIET =
            new SimOptions(2, List.of("node_a", SOURCE, STANDBY, TARGET), 0, false, false);

    /** Each value that the source has had in force since. */
    private static Set<String> values(SimWorld world) {
        Set<String> values = new LinkedHashSet<>();
        world.postgres().observe(() -> values.add(loaded(world)));
        return values;
    }

    private static String loaded(SimWorld world) {
        return world.postgres().loaded(SOURCE, SimWorld.PORT, SETTING);
    }

    private static MoveId start(SimWorld world, String json) {
        return world.startMove(Json.read(json.getBytes(StandardCharsets.UTF_8), MoveRequest.class));
    }

    /** A shard on node_b that waits for its standby on node_c: a first move has made both. */
    private static Stage synchronous(SimWorld world) {
        Stage stage = new Stage(world);
        stage.listen(heard -> {});
        world.begin();
        MoveId first = start(world, "{\"shard\":\"shard_01\",\"target\":\"node_b\",\"standbys\":[\"node_c\"]}");
        world.require(LIMIT, "the bake", () -> world.state(first).equals("BAKING") && world.step(first) == 170);
        world.askUntilAnswered(control -> control.moves().complete(first, true));
        world.require(LIMIT, "the end", () -> world.state(first).equals("COMPLETED"));
        new FakeOperator(world.postgres())
                .alterSystem(SOURCE, world.dataDir(), ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, FORMER);
        return stage;
    }

    /** Up to where the agent has taken back what the move had changed. */
    private static MoveId moveUntilItsAgentIsAlone(SimWorld world, Set<String> values) {
        MoveId move = start(world, "{\"shard\":\"shard_01\",\"target\":\"node_d\"}");
        world.require(
                LIMIT, "the guard", () -> values.size() > 1 && world.leaders().isEmpty());
        world.require(ALONE, "the agent takes it back", () -> loaded(world).equals(FORMER));
        return move;
    }

    private static void loseTargetAndControllers(SimWorld world, Stage stage) {
        world.later(AWAY, () -> world.member(TARGET).start());
        world.member(TARGET).kill();
        world.postgres().mishaps().kill(TARGET, SimWorld.PORT);
        stage.killControllers(BACK);
    }

    /** Because a commit hangs. */
    @ParameterizedTest
    @ValueSource(strings = {"row-78/result/after", "row-80/result/after", "row-95/result/after"})
    void waitsForItsOwnStandbyAgainWhenACommitHangs(String moment) {
        SimWorld.run(1, QUIET, world -> {
            Stage stage = synchronous(world);
            SteadyWriter writer = SteadyWriter.on(world, SOURCE);
            stage.atCue(moment, () -> loseTargetAndControllers(world, stage));
            Set<String> values = values(world);
            MoveId move = moveUntilItsAgentIsAlone(world, values);
            int before = writer.commits();
            world.pause(Duration.ofSeconds(20));

            assertIsSynchronous(world, values);
            assertThat(writer.commits())
                    .as("what was acknowledged while its standby followed a lost target")
                    .isEqualTo(before);
            world.require(LIMIT, "the undo", () -> world.state(move).equals("ABORTED"));
            assertThat(loaded(world)).isEqualTo(FORMER);
            world.require(LIMIT, "commits go on", () -> writer.commits() > before + 20);
            assertThat(values).doesNotContain("");
            world.checkInvariants();
            writer.end();
        });
    }

    /** Because nothing has come of the move for long, and what commits would wait for does not stream. */
    @ParameterizedTest
    @ValueSource(strings = {"row-78/result/after", "row-80/result/after", "row-95/result/after"})
    void waitsForItsOwnStandbyAgainWhenNobodyCommits(String moment) {
        SimWorld.run(1, QUIET, world -> {
            Stage stage = synchronous(world);
            stage.atCue(moment, () -> loseTargetAndControllers(world, stage));
            Set<String> values = values(world);
            MoveId move = moveUntilItsAgentIsAlone(world, values);

            assertIsSynchronous(world, values);
            world.require(LIMIT, "the undo", () -> world.state(move).equals("ABORTED"));
            assertThat(loaded(world)).isEqualTo(FORMER);
            assertThat(values).doesNotContain("");
        });
    }

    /** What is in force is on disk, too: it outlives a restart of the server. */
    private static void assertIsSynchronous(SimWorld world, Set<String> values) {
        assertThat(world.leaders()).as("controllers that could have done it").isEmpty();
        assertThat(values).as("in force since").contains(FORMER).anyMatch(value -> value.contains("drover_"));
        assertThat(values).doesNotContain("");
        assertThat(world.postgres().traces())
                .contains("setting " + SETTING + " = '" + FORMER + "' in " + world.dataDir() + " on " + SOURCE)
                .noneMatch(trace -> trace.startsWith("setting listen_addresses") && trace.endsWith(SOURCE));
    }
}
