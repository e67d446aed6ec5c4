/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.TopologyState;
import io.drover.testing.fake.FakePostgres;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R6: a fence that no controller lowers any more. The source's agent does, when the budget and the controllers' turn are over, and
 * writes go on there; the times are the simulation's.
 */
final class AbandonedFenceTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** The controllers come first. */
    private static final Duration THEIR_TURN = Duration.ofSeconds(1);
    /** What docs/fault-points.md promises besides the budget. */
    private static final Duration AT_MOST = Duration.ofSeconds(5);

    private static final Duration AWAY = Duration.ofMinutes(3);
    private static final String SEALED = "row-110/run/after";
    private static final SimOptions ONE_CLIENT = new SimOptions(2, List.of("node_a", "node_b"), 1, false, false);

    /** When the shard was first in which state, after a move began. */
    private static final class Times {
        private final Map<TopologyState, Long> first = new EnumMap<>(TopologyState.class);
        private final SimWorld world;

        Times(SimWorld world) {
            this.world = world;
        }

        static Times of(SimWorld world) {
            Times times = new Times(world);
            world.zooKeeper().observe(paths -> times.look());
            return times;
        }

        private void look() {
            TopologyState now = world.topology().state();
            if (now != TopologyState.SERVING || first.containsKey(TopologyState.FENCED)) {
                first.putIfAbsent(now, world.scheduler().world().nanoTime());
            }
        }

        boolean saw(TopologyState state) {
            return first.containsKey(state);
        }

        Duration sinceTheFence(long until) {
            return Duration.ofNanos(until - first.getOrDefault(TopologyState.FENCED, 0L));
        }

        Duration fenced() {
            return sinceTheFence(first.getOrDefault(TopologyState.SERVING, 0L));
        }
    }

    private static MoveId start(SimWorld world, Duration budget) {
        String json = "{\"shard\":\"%s\",\"target\":\"node_b\",\"maxWritePause\":\"%dms\"}"
                .formatted(SimWorld.SHARD, budget.toMillis());
        return world.startMove(Json.read(json.getBytes(StandardCharsets.UTF_8), MoveRequest.class));
    }

    @ParameterizedTest(name = "a budget of {0} ms, nobody from {1} on")
    @CsvSource({
        "1000, row-110/run/after",
        "2000, row-100/record/after",
        "2000, row-110/call-seal/before",
        "2000, row-110/run/after",
        "2000, row-120/run/after",
        "2000, row-130/record/before",
        "30000, row-100/record/after",
        "30000, row-110/run/after"
    })
    void isLoweredWithinTheBudgetAndFiveSeconds(long millis, String moment) {
        Duration budget = Duration.ofMillis(millis);
        SimWorld.run(1, ONE_CLIENT, world -> {
            Stage stage = new Stage(world);
            stage.listen(heard -> {});
            stage.atCue(moment, () -> stage.killControllers(AWAY));
            world.begin();
            Times times = Times.of(world);
            MoveId move = start(world, budget);

            world.require(LIMIT, "it is lowered", () -> times.saw(TopologyState.SERVING));
            int before = acknowledged(world);
            world.require(LIMIT, "writes go on", () -> acknowledged(world) > before);
            Duration held = times.sinceTheFence(world.scheduler().world().nanoTime());

            assertThat(world.leaders())
                    .as("controllers that could have done it")
                    .isEmpty();
            assertThat(world.topology().primary().node()).isEqualTo(Stage.SOURCE);
            assertThat(times.fenced()).isGreaterThanOrEqualTo(budget.plus(THEIR_TURN));
            assertThat(held).as("until a client has written again").isLessThanOrEqualTo(budget.plus(AT_MOST));
            world.require(LIMIT, "the undo", () -> world.state(move).equals("ABORTED"));
            world.require(LIMIT, "nothing is left", () -> world.checkEnd(move).isEmpty());
        });
    }

    /** On the source; nobody else is ever asked. */
    private static int acknowledged(SimWorld world) {
        List<FakePostgres.Acknowledgement> told = world.postgres().acknowledged();
        assertThat(told).allMatch(commit -> commit.host().equals(Stage.SOURCE.value()));
        return told.size();
    }

    /**
     * Every process of the source stands still, as if somebody had sent it SIGSTOP. Where the seal can let them go on it does, and the move
     * with it; no question of the seal is waited for longer than clients are.
     */
    @ParameterizedTest(name = "the source stands still at {0}: {1}")
    @CsvSource({
        "seal/release/after, ABORTED",
        "seal/door/before, BAKING",
        "seal/door/after, BAKING",
        "seal/sessions/after, BAKING",
        "seal/wal/before, BAKING"
    })
    void isLoweredInTimeAlsoWhenTheSourceStandsStill(String moment, String end) {
        Duration budget = Duration.ofSeconds(2);
        SimWorld.run(1, ONE_CLIENT, world -> {
            Stage stage = new Stage(world);
            stage.listen(heard -> {});
            stage.atCue(moment, () -> world.postgres().mishaps().standStill(Stage.SOURCE.value(), SimWorld.PORT));
            world.begin();
            Times times = Times.of(world);
            MoveId move = start(world, budget);

            world.require(LIMIT, "the fence is over", () -> times.saw(TopologyState.SERVING));
            int before = world.postgres().acknowledged().size();
            world.require(
                    LIMIT, "writes go on", () -> world.postgres().acknowledged().size() > before);

            assertThat(times.sinceTheFence(world.scheduler().world().nanoTime()))
                    .isLessThanOrEqualTo(budget.plus(AT_MOST));
            world.require(LIMIT, end, () -> world.state(move).equals(end));
            world.require(LIMIT, "nothing is left", () -> world.checkEnd(move).isEmpty());
        });
    }

    /** An agent that is started again meanwhile goes on counting from its seal, by the wall clock. */
    @ParameterizedTest
    @ValueSource(longs = {500, 2000, 4500})
    void isLoweredInTheSameTimeByAnAgentThatWasAway(long away) {
        Duration budget = Duration.ofSeconds(2);
        SimWorld.run(1, ONE_CLIENT, world -> {
            Stage stage = new Stage(world);
            stage.listen(heard -> {});
            stage.atCue(SEALED, () -> {
                world.member(Stage.SOURCE.value()).kill();
                world.later(
                        Duration.ofMillis(away),
                        () -> world.member(Stage.SOURCE.value()).start());
                stage.killControllers(AWAY);
            });
            world.begin();
            Times times = Times.of(world);
            MoveId move = start(world, budget);

            world.require(LIMIT, "it is lowered", () -> times.saw(TopologyState.SERVING));

            assertThat(world.leaders()).isEmpty();
            assertThat(times.fenced()).isBetween(budget.plus(THEIR_TURN), budget.plus(AT_MOST));
            world.require(LIMIT, "the undo", () -> world.state(move).equals("ABORTED"));
        });
    }
}
