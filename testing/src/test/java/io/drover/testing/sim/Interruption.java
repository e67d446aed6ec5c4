/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.TopologyState;
import io.drover.testing.sim.FaultCatalogue.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One cell of the matrix: a scenario in which something happens at one moment.
 *
 * @param then another moment, which comes only of that; who is there is killed
 */
record Interruption(
        Scenario scenario,
        Moment moment,
        Blow blow,
        @Nullable Moment then) {
    private static final long SEED = 1;
    private static final int MOST_POINTS_BETWEEN = 12;
    private static final Duration SETTLING = Duration.ofSeconds(60);

    Interruption(Scenario scenario, Moment moment, Blow blow) {
        this(scenario, moment, blow, null);
    }

    /** The same, and at what comes of it another death. */
    Interruption andKilledAt(Moment later) {
        return new Interruption(scenario, moment, blow, later);
    }

    @Override
    public String toString() {
        return scenario + ", " + blow + " at " + moment + (then == null ? "" : ", KILLED at " + then);
    }

    /** The moments of a scenario that nothing happens to, in their order. */
    static Set<Moment> moments(Scenario scenario) {
        Set<Moment> moments = new LinkedHashSet<>();
        SimWorld.run(SEED, SimOptions.usual(scenario.third()), world -> {
            Stage stage = new Stage(world);
            stage.listen(moments::add);
            play(scenario, stage);
            require(stage.state().equals(scenario.end()), scenario + " ends in " + stage.state() + " by itself");
            requireNothingWrong(stage, Set.of());
        });
        return moments;
    }

    /** Runs it and checks what comes of it; tells the moments that come on the way. */
    void run(FaultCatalogue catalogue, Consumer<Moment> heard) {
        run(catalogue, SimOptions.usual(scenario.third()), heard, new ArrayList<>());
    }

    /** The same once more, for a person: what happens in it. */
    List<String> trace(FaultCatalogue catalogue) {
        List<String> lines = new ArrayList<>();
        try {
            run(catalogue, SimOptions.usual(scenario.third()).traced(), now -> {}, lines);
        } catch (RuntimeException | Error e) {
            // it fails as it did before
            lines.add(e.toString());
        }
        return lines;
    }

    private void run(FaultCatalogue catalogue, SimOptions options, Consumer<Moment> heard, List<String> lines) {
        SimWorld.run(SEED, options, world -> {
            Stage stage = new Stage(world);
            Fall fall = new Fall(stage);
            stage.listen(now -> {
                heard.accept(now);
                fall.heard(now);
            });
            try {
                play(scenario, stage);
                judge(catalogue, stage, fall);
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
        private @Nullable Phase beforeTheOther;
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
            } else if (before != null && beforeTheOther == null && now.equals(then)) {
                beforeTheOther = Phase.of(stage);
                stage.world().say(() -> "*** KILLED, too, at " + now);
                Blow.kill(stage, now.member());
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

    private void judge(FaultCatalogue catalogue, Stage stage, Fall fall) {
        Phase before = fall.before;
        Phase beforeTheOther = fall.beforeTheOther;
        require(before != null, "vacuous: the moment did not come");
        require(then == null || beforeTheOther != null, "vacuous: the other moment did not come");
        boolean alone = moment.ofController() && blow == Blow.KILLED && then == null;
        String end = stage.state();
        boolean same = end.equals(scenario.end()) || scenario.otherwise().contains(end);
        boolean allowed = same
                || blow != Blow.OTHERS_BEHIND
                        && mayEnd(end, catalogue.of(moment.point()).at(moment.point()), before, alone)
                || then != null && mayEnd(end, catalogue.of(then.point()).at(then.point()), beforeTheOther, alone);
        require(allowed, "it ends in " + end + ", and was " + before + " when it happened");
        if (!end.equals("NEEDS_OPERATOR")) {
            requireNothingWrong(stage, scenario.mayLeave());
        }
    }

    /** Whether it may end otherwise than without a death. */
    private boolean mayEnd(String end, Outcome allowed, Phase before, boolean alone) {
        return end.equals("NEEDS_OPERATOR")
                ? allowed == Outcome.OPERATOR
                : mayBeUndone(allowed, before, alone) && scenario.undone().contains(end);
    }

    /** What is committed goes forward. A controller that dies before the fence costs nothing; what else dies may have prepared something. */
    private static boolean mayBeUndone(Outcome allowed, Phase before, boolean alone) {
        if (before == Phase.COMMITTED || allowed == Outcome.FORWARD) {
            return false;
        }
        return !(alone && (before == Phase.OPEN || allowed == Outcome.SAME));
    }

    private static void requireNothingWrong(Stage stage, Set<String> left) {
        boolean clean = stage.world()
                .await(
                        SETTLING,
                        () -> stage.wrong().stream()
                                .allMatch(wrong -> left.stream().anyMatch(wrong::startsWith)));
        require(clean, "in the end: " + stage.wrong());
    }
}
