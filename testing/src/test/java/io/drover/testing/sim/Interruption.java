/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.TopologyState;
import io.drover.api.fault.FaultPoint;
import io.drover.testing.sim.FaultCatalogue.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One cell of the matrix: a scenario in which something happens at one moment. */
record Interruption(Scenario scenario, Moment moment, Blow blow) {
    private static final long SEED = 1;
    private static final int MOST_POINTS_BETWEEN = 12;
    private static final Duration SETTLING = Duration.ofSeconds(60);

    @Override
    public String toString() {
        return scenario + ", " + blow + " at " + moment;
    }

    /** The moments of a scenario that nothing happens to, in their order. */
    static Set<Moment> moments(Scenario scenario) {
        Set<Moment> moments = new LinkedHashSet<>();
        SimWorld.run(SEED, SimOptions.usual(scenario.third()), world -> {
            Stage stage = new Stage(world);
            stage.listen(moments::add);
            play(scenario, stage);
            require(stage.state().equals(scenario.end()), scenario + " ends in " + stage.state() + " by itself");
            requireNothingWrong(stage);
        });
        return moments;
    }

    /** Runs it and checks what comes of it; tells the points that are reached on the way. */
    void run(FaultCatalogue catalogue, Consumer<FaultPoint> reached) {
        run(catalogue, SimOptions.usual(scenario.third()), reached, new ArrayList<>());
    }

    /** The same once more, for a person: what happens in it. */
    List<String> trace(FaultCatalogue catalogue) {
        List<String> lines = new ArrayList<>();
        try {
            run(catalogue, SimOptions.usual(scenario.third()).traced(), point -> {}, lines);
        } catch (RuntimeException | Error e) {
            // it fails as it did before
            lines.add(e.toString());
        }
        return lines;
    }

    private void run(FaultCatalogue catalogue, SimOptions options, Consumer<FaultPoint> reached, List<String> lines) {
        SimWorld.run(SEED, options, world -> {
            Stage stage = new Stage(world);
            Fall fall = new Fall(stage);
            stage.listen(now -> {
                reached.accept(now.point());
                fall.heard(now);
            });
            try {
                play(scenario, stage);
                Phase before = fall.before;
                require(before != null, "vacuous: the moment did not come");
                judge(catalogue.of(moment.point()).at(moment.point()), stage, before);
            } finally {
                lines.addAll(world.scheduler().trace().lines());
            }
        });
    }

    private static void play(Scenario scenario, Stage stage) {
        stage.begin();
        scenario.play(stage);
        stage.ends();
        stage.world().heal();
        stage.world().checkInvariants();
    }

    private static void require(boolean fact, String otherwise) {
        if (!fact) {
            throw new AssertionError(otherwise);
        }
    }

    /** Lets it happen, once; of two deaths the second at one of the next points of any process. */
    private final class Fall {
        private final Stage stage;
        private @Nullable Phase before;
        private int until;

        Fall(Stage stage) {
            this.stage = stage;
        }

        void heard(Moment now) {
            if (before == null && now.equals(moment)) {
                before = Phase.of(stage);
                until = blow == Blow.TWO_KILLED
                        ? 1 + Math.floorMod(moment.toString().hashCode(), MOST_POINTS_BETWEEN)
                        : 0;
                stage.world().say(() -> "*** " + blow + " at " + moment);
                blow.fall(stage, now);
            } else if (until > 0 && --until == 0) {
                stage.world().say(() -> "*** killed too, at " + now);
                Blow.kill(stage, now.member());
            }
        }
    }

    /** How far the move is. */
    private enum Phase {
        OPEN,
        FENCED,
        COMMITTED,
        UNDOING;

        static Phase of(Stage stage) {
            if (stage.state().isEmpty()) {
                return OPEN;
            }
            if (stage.state().equals("ABORTING")) {
                return UNDOING;
            }
            TopologyState state = stage.world().topology().state();
            if (state == TopologyState.PROMOTING) {
                return COMMITTED;
            }
            if (state != TopologyState.SERVING) {
                return FENCED;
            }
            boolean back = List.of("ROLLING_BACK", "ROLLED_BACK").contains(stage.state());
            boolean switched = stage.world().topology().primary().node().equals(back ? Stage.SOURCE : Stage.TARGET);
            return switched ? COMMITTED : OPEN;
        }
    }

    private void judge(Outcome allowed, Stage stage, Phase before) {
        String end = stage.state();
        if (end.equals("NEEDS_OPERATOR")) {
            require(allowed == Outcome.OPERATOR, "it ends in NEEDS_OPERATOR");
            return;
        }
        boolean same = end.equals(scenario.end()) || scenario.otherwise().contains(end);
        require(
                same || mayBeUndone(allowed, before) && scenario.undone().contains(end),
                "it ends in " + end + ", and was " + before + " when it happened");
        requireNothingWrong(stage);
    }

    /** What is committed goes forward. A controller that dies before the fence costs nothing; what else dies may have prepared something. */
    private boolean mayBeUndone(Outcome allowed, Phase before) {
        if (before == Phase.COMMITTED || allowed == Outcome.FORWARD) {
            return false;
        }
        boolean alone = moment.ofController() && blow == Blow.KILLED;
        return !(alone && (before == Phase.OPEN || allowed == Outcome.SAME));
    }

    private static void requireNothingWrong(Stage stage) {
        boolean clean = stage.world().await(SETTLING, () -> stage.wrong().isEmpty());
        require(clean, "in the end: " + stage.wrong());
    }
}
