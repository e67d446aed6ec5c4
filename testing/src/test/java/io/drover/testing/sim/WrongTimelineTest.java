/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.Problem;
import io.drover.api.TopologyState;
import io.drover.testing.fake.FakeOperator;
import io.drover.testing.fake.FakePostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** H28: the archive holds the history of another cluster, and the target comes up on a timeline that is not the next. */
final class WrongTimelineTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String B = Stage.TARGET.value();
    /** Of the other cluster: the next after the source's. */
    private static final int TAKEN = 2;

    private static final Lsn ALL = new Lsn(Long.MAX_VALUE);
    private static final SimOptions ONE_CLIENT = new SimOptions(2, List.of("node_a", B), 1, false, false);

    /** When the target took writes, and on which timelines. */
    private static final class Opening {
        private final Set<Integer> timelines = new TreeSet<>();
        private long first;
        private long last;

        static Opening of(SimWorld world) {
            Opening opening = new Opening();
            world.postgres()
                    .observe(() -> target(world)
                            .filter(FakePostgres.Running::takesWrites)
                            .ifPresent(server -> opening.note(
                                    server, world.scheduler().world().nanoTime())));
            return opening;
        }

        private void note(FakePostgres.Running server, long now) {
            first = timelines.isEmpty() ? now : first;
            last = now;
            timelines.add(server.timeline());
        }

        Duration length() {
            return Duration.ofNanos(last - first);
        }
    }

    private static Optional<FakePostgres.Running> target(SimWorld world) {
        return world.postgres().running().stream()
                .filter(server -> server.host().equals(B))
                .findFirst();
    }

    private static Move look(SimWorld world, MoveId move) {
        return world.askUntilAnswered(control -> control.moves().get(move));
    }

    /** Until it needs a person. */
    private static MoveId moveOntoAWrongTimeline(SimWorld world) {
        world.begin();
        world.require(LIMIT, "a commit", () -> !world.postgres().acknowledged().isEmpty());
        world.postgres().mishaps().plantHistory(TAKEN);
        MoveId move = world.startMove(B);
        world.require(LIMIT, "a person", () -> world.state(move).equals("NEEDS_OPERATOR"));
        return move;
    }

    private static void resume(SimWorld world, MoveId move) {
        world.askUntilAnswered(control -> control.moves().resume(move));
    }

    private static void resumeInVain(SimWorld world, MoveId move) {
        resume(world, move);
        world.require(SOON, "it is tried", () -> !world.state(move).equals("NEEDS_OPERATOR"));
        world.require(Duration.ofMinutes(1), "a person", () -> world.state(move).equals("NEEDS_OPERATOR"));
    }

    private static void assertNeedsAPerson(SimWorld world, MoveId move) {
        Move seen = look(world, move);
        Problem problem = requireNonNull(seen.error());
        assertThat(problem.code()).isEqualTo(ErrorCode.WRONG_TIMELINE.name());
        assertThat(problem.step()).isEqualTo(140);
        assertThat(problem.hint())
                .contains(
                        "nobody serves: node_b was stopped at once and is not started again, node_a is never opened again",
                        "history file of another cluster in a shared archive",
                        "bin/drover resume " + move);
        assertThat(seen.waitingFor()).startsWith("a person: nobody serves");
    }

    private static void assertNobodyServes(SimWorld world) {
        assertThat(world.topology().state()).isEqualTo(TopologyState.PROMOTING);
        assertThat(world.postgres().writable()).isZero();
        assertThat(target(world)).as("the target's server").isEmpty();
        assertThat(memory(world)).contains("\"role\":\"DEMOTED\"", "\"stopped\":true");
    }

    /** What the target's agent remembers. */
    private static String memory(SimWorld world) {
        try {
            var files = world.agent(B).files();
            return new String(files.read(files.names().get(0)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void stopsTheTargetAtOnceAndNeedsAPerson() {
        SimWorld.run(1, ONE_CLIENT, world -> {
            Opening opening = Opening.of(world);
            MoveId move = moveOntoAWrongTimeline(world);

            assertThat(opening.timelines).containsExactly(TAKEN + 1);
            assertThat(opening.length()).isLessThan(Duration.ofMillis(5));
            assertNobodyServes(world);
            assertNeedsAPerson(world, move);
            world.pause(LIMIT);
            assertNobodyServes(world);
        });
    }

    /** Its agent has promoted it by itself, and no controller has heard what came of that. */
    @Test
    void needsAPersonAlsoWhenNoControllerHasPromotedIt() {
        SimWorld.run(1, ONE_CLIENT, world -> {
            Stage stage = new Stage(world);
            stage.listen(heard -> {});
            stage.atCue("row-130/record/after", () -> stage.loseControllers(Duration.ofSeconds(20)));
            MoveId move = moveOntoAWrongTimeline(world);

            assertNobodyServes(world);
            assertNeedsAPerson(world, move);
        });
    }

    @Test
    void resumingChangesNothingAsLongAsTheTargetIsNoStandbyAgain() {
        SimWorld.run(1, ONE_CLIENT, world -> {
            MoveId move = moveOntoAWrongTimeline(world);
            world.postgres().mishaps().removeHistory(TAKEN);
            Opening opening = Opening.of(world);

            resumeInVain(world, move);

            assertThat(opening.timelines).isEmpty();
            assertNobodyServes(world);
            assertNeedsAPerson(world, move);
        });
    }

    @Test
    void resumingPromotesAStandbyThatAPersonHasMadeOfIt() {
        SimWorld.run(1, ONE_CLIENT, world -> {
            MoveId move = moveOntoAWrongTimeline(world);
            Opening opening = Opening.of(world);
            world.postgres().mishaps().removeHistory(TAKEN);
            new FakeOperator(world.postgres()).makeStandbyAgain(B, world.dataDir(), 1, ALL);

            resume(world, move);

            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
            assertThat(opening.timelines).containsExactly(TAKEN);
            world.require(LIMIT, "nothing is left", () -> world.checkEnd(move).isEmpty());
            world.ask(control -> control.moves().complete(move, true));
            world.require(LIMIT, "the end", () -> world.state(move).equals("COMPLETED"));
            world.checkInvariants();
        });
    }

    /** It would lose commits, and nobody would notice any more: that the target had all was proven of another copy. */
    @Test
    void promotesNoStandbyThatLacksWhatTheSourceHas() {
        SimWorld.run(1, ONE_CLIENT, world -> {
            MoveId move = moveOntoAWrongTimeline(world);
            Opening opening = Opening.of(world);
            Lsn early = world.postgres().committed(B, world.dataDir()).get(0).end();
            world.postgres().mishaps().removeHistory(TAKEN);
            new FakeOperator(world.postgres()).makeStandbyAgain(B, world.dataDir(), 1, early);

            resumeInVain(world, move);

            assertThat(opening.timelines).isEmpty();
            world.require(SOON, "it is stopped", () -> target(world).isEmpty());
            assertNobodyServes(world);
            assertNeedsAPerson(world, move);
            assertThat(requireNonNull(look(world, move).error()).message()).contains("lacks what the source has");
        });
    }
}
