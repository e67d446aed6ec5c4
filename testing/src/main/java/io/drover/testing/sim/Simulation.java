/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.Drill;
import io.drover.api.DroverException;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import io.drover.daemon.move.MoveService;
import io.drover.testing.sim.SimNetwork.Weather;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What happens under one seed: a move somewhere, and some of all that may go wrong. */
public final class Simulation {
    private static final Duration MENDING = Duration.ofSeconds(40);
    private static final Duration END = Duration.ofMinutes(30);
    private static final Duration SETTLING = Duration.ofSeconds(6);
    private static final Duration LOST_MESSAGE = Duration.ofSeconds(10);
    /** A bake looks after the standbys, and asks again when the time of a question that was lost is over. */
    private static final Duration LOST_QUESTION = SimAgents.READ_LIMIT.plusSeconds(5);

    private static final Duration LONGEST_CALL = Duration.ofSeconds(70);
    private static final int RESUMES = 6;
    private static final Duration LAST_EXPIRY = Duration.ofSeconds(6);
    private static final int SEEDS_PER_LAST_EXPIRY = 4;
    private static final int SEEDS_PER_COMPARISON = 8;
    private static final List<Integer> ROWS_OF_STANDBYS = List.of(55, 78);
    /** Of a thousand writes, how many a server does not hear of for a while. */
    private static final List<Integer> LAGS = List.of(0, 0, 20, 150);

    private static final int MUCH_LAG = 400;
    private static final int ONE_WITHOUT_FAULTS_OF = 8;
    /** In three of eight seeds there is a third node. */
    private static final List<Third> THIRDS = List.of(
            Third.STANDBY,
            Third.SYNCHRONOUS_STANDBY,
            Third.STANDBY_TO_BE_MADE,
            Third.NONE,
            Third.NONE,
            Third.NONE,
            Third.NONE,
            Third.NONE);

    private final SimWorld world;
    private final Way way;
    private final MoveRequest.Mode mode;
    private final Third third;
    private final Faults faults;
    private final Outcome outcome;
    /** Whether the bake is to be ended while things break. */
    private boolean closing;
    /** Whether nothing happens but that ZooKeeper's servers fall behind. */
    private boolean onlyLags;

    private Simulation(SimWorld world, Way way, MoveRequest.Mode mode, Third third, Outcome outcome) {
        this.world = world;
        this.way = way;
        this.mode = mode;
        this.third = third;
        this.outcome = outcome;
        this.faults = new Faults(world, outcome);
    }

    /** What is wanted. */
    enum Way {
        BAKE("BAKING"),
        COMPLETE("COMPLETED"),
        ROLL_BACK("ROLLED_BACK"),
        DRILL("ABORTED"),
        APPROVE("BAKING"),
        /** Or it comes too late. */
        ABORT("ABORTED", "BAKING"),
        PAUSE("BAKING");

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<String> ends;

        Way(String... ends) {
            this.ends = List.of(ends);
        }
    }

    /** What has become of it. */
    public static final class Outcome {
        private final List<String> faults = new ArrayList<>();
        private final List<Integer> rows = new ArrayList<>();
        private String way = "";
        private Third third = Third.NONE;
        private String state = "";
        private final List<String> persons = new ArrayList<>();

        /** Where a person was needed, and why. */
        public List<String> persons() {
            return List.copyOf(persons);
        }

        /** The faults that have happened. */
        public List<String> faults() {
            return List.copyOf(faults);
        }

        /** The rows that the move was in when they happened. */
        public List<Integer> rows() {
            return List.copyOf(rows);
        }

        /** What was wanted. */
        public String way() {
            return way;
        }

        /** What a third node had to do with it. */
        public Third third() {
            return third;
        }

        /** How the move has ended. */
        public String state() {
            return state;
        }

        void fault(String kind, int row) {
            faults.add(kind);
            rows.add(row);
        }
    }

    /** What was seen under a seed. */
    public record Result(SimScheduler.Run run, Outcome outcome) {}

    /** Runs a seed; what it throws says what went wrong. */
    public static Result run(long seed) {
        return run(seed, false, world -> {});
    }

    /**
     * Runs a seed.
     *
     * @param trace whether what happens is printed
     * @param sabotage done to the world before anything happens in it
     */
    public static Result run(long seed, boolean trace, Consumer<SimWorld> sabotage) {
        SplittableRandom dice = new SplittableRandom(seed ^ 0x5eed);
        Outcome outcome = new Outcome();
        Way way = Way.values()[dice.nextInt(Way.values().length)];
        MoveRequest.Mode mode = drawMode(dice, way);
        outcome.way = mode == MoveRequest.Mode.AUTO ? way.name() : way + " " + mode.text();
        int writers = 1 + dice.nextInt(2);
        boolean rogue = dice.nextInt(4) > 0;
        Third third = THIRDS.get(dice.nextInt(THIRDS.size()));
        outcome.third = third;
        SimOptions options = new SimOptions(2, SimOptions.nodes(third), third, writers, rogue, true, trace);
        SimScheduler.Run run = SimWorld.run(seed, options, world -> {
            try {
                sabotage.accept(world);
                new Simulation(world, way, mode, third, outcome).play();
            } finally {
                world.scheduler().trace().lines().forEach(System.out::println);
            }
        });
        return new Result(run, outcome);
    }

    /** A drill that would stop the source is refused. */
    private static MoveRequest.Mode drawMode(SplittableRandom dice, Way way) {
        int drawn = dice.nextInt(6);
        if (way == Way.DRILL || drawn > 1) {
            return MoveRequest.Mode.AUTO;
        }
        return drawn == 0 ? MoveRequest.Mode.STRICT : MoveRequest.Mode.CLEAN_STOP;
    }

    private void play() {
        world.begin();
        world.pause(Duration.ofMillis(world.draw(2_000)));
        onlyLags = world.draw(ONE_WITHOUT_FAULTS_OF) == 0;
        world.network().weather(onlyLags ? new Weather(0, 0, 0, MUCH_LAG) : drawWeather());
        if (!onlyLags) {
            faults.arm();
        }
        MoveId move = world.startMove(SimRequest.to("node_b", way == Way.APPROVE, way == Way.DRILL, mode, third));
        closing = (way == Way.COMPLETE || way == Way.ROLL_BACK) && world.draw(2) == 0;
        world.beside("person", () -> person(move));
        boolean rested = world.await(MENDING, () -> atRest(move) && faults.over());
        faults.disarm();
        closing = false;
        world.heal();
        if (!onlyLags && world.draw(SEEDS_PER_LAST_EXPIRY) == 0) {
            world.later(LAST_EXPIRY, this::expireAllSessions);
        }
        world.say(() -> rested ? "came to rest by itself" : "has to come to rest now");
        finish(move);
    }

    /** As when ZooKeeper has no leader for too long: whatever hangs on a session is made again. */
    private void expireAllSessions() {
        world.names().forEach(name -> world.member(name).expireSession());
    }

    private Weather drawWeather() {
        int lag = LAGS.get(world.draw(LAGS.size()));
        return switch (world.draw(4)) {
            case 0 -> new Weather(30, 0, 0, lag);
            case 1 -> new Weather(20, 4, 20, lag);
            case 2 -> new Weather(0, 0, 60, lag);
            default -> new Weather(0, 0, 0, lag);
        };
    }

    /** What people want of the move while it goes on; a refusal is an answer. */
    private void person(MoveId move) {
        switch (way) {
            case APPROVE -> {
                world.await(END, () -> world.state(move).equals("READY") || ended(move));
                order(move, "approve", moves -> moves.approve(move));
            }
            case ABORT -> {
                awaitRow(move, List.of(10, 40, 50, 70, 75, 80, 90, 95, 100, 130));
                order(move, "abort", moves -> moves.abort(move));
            }
            case PAUSE -> {
                awaitRow(move, List.of(10, 20, 40, 50, 60, 70, 75, 80, 90, 95));
                order(move, "pause", moves -> moves.pause(move));
                world.pause(Duration.ofMillis(world.draw(5_000)));
                order(move, "resume", moves -> moves.resume(move));
            }
            case COMPLETE, ROLL_BACK -> {
                if (closing) {
                    world.await(END, () -> bakes(move) || ended(move));
                    closeBake(move);
                }
            }
            case BAKE, DRILL -> {}
        }
    }

    private void awaitRow(MoveId move, List<Integer> rows) {
        int row = drawn(rows);
        world.await(END, () -> world.step(move) >= row || ended(move));
        world.pause(Duration.ofNanos(world.draw(20_000_000)));
    }

    /** Also one of those that do something for other standbys, where there are any. */
    private int drawn(List<Integer> rows) {
        int drawn = world.draw(third == Third.NONE ? rows.size() : rows.size() + ROWS_OF_STANDBYS.size());
        return drawn < rows.size() ? rows.get(drawn) : ROWS_OF_STANDBYS.get(drawn - rows.size());
    }

    private void closeBake(MoveId move) {
        if (way == Way.COMPLETE) {
            order(move, "complete", moves -> moves.complete(move, true));
        } else {
            world.pause(Duration.ofSeconds(3));
            order(move, "rollback", moves -> moves.rollback(move));
        }
    }

    private void order(MoveId move, String what, Consumer<MoveService> order) {
        world.say(() -> what + " is ordered");
        try {
            world.askUntilAnswered(control -> {
                order.accept(control.moves());
                return true;
            });
        } catch (DroverException e) {
            world.say(() -> what + " of " + move + " is refused: " + e.getMessage());
        }
    }

    private boolean ended(MoveId move) {
        return List.of("COMPLETED", "ABORTED", "ROLLED_BACK").contains(world.state(move));
    }

    private boolean atRest(MoveId move) {
        return ended(move) || world.state(move).equals("NEEDS_OPERATOR") || bakes(move) && !closing;
    }

    private boolean bakes(MoveId move) {
        return world.state(move).equals("BAKING") && world.step(move) == 170;
    }

    /** Nothing is broken any more: the move has to come to an end, at most with the help of a person. */
    private void finish(MoveId move) {
        for (int i = 0; i < RESUMES; i++) {
            world.require(END, "the move comes to rest", () -> atRest(move) || waitsForApproval(move));
            if (world.state(move).equals("NEEDS_OPERATOR")) {
                world.pause(Duration.ofSeconds(30));
                order(move, "resume", moves -> moves.resume(move));
            } else if (waitsForApproval(move)) {
                order(move, "approve", moves -> moves.approve(move));
            } else if (world.state(move).equals("BAKING") && (way == Way.COMPLETE || way == Way.ROLL_BACK)) {
                closeBake(move);
                // a command of row 180 that was lost is sent again when its call's time is over
                world.await(LONGEST_CALL, () -> !world.state(move).equals("BAKING"));
            } else {
                break;
            }
            world.pause(Duration.ofSeconds(2));
        }
        world.pause(SETTLING);
        // a command that was lost is sent again when its call's time is over
        world.await(
                bakes(move) ? LOST_QUESTION : LOST_MESSAGE,
                () -> world.checkEnd(move).isEmpty());
        List<String> wrong = new ArrayList<>(world.checkEnd(move));
        outcome.state = world.state(move);
        outcome.persons.addAll(world.needs());
        if (onlyLags) {
            wrong.addAll(missed());
        }
        if (world.draw(SEEDS_PER_COMPARISON) == 0) {
            world.require(LOST_MESSAGE, "what a leader remembers is what is stored", () -> allSayTheSame(move));
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join("; ", wrong) + "; " + world.describe());
        }
    }

    private boolean allSayTheSame(MoveId move) {
        try {
            return world.views(move).stream().map(Said::of).distinct().count() == 1;
        } catch (DroverException e) {
            // not yet back from what was broken
            return false;
        }
    }

    /** What a controller says of a move, without what only its driver knows. */
    private record Said(
            MoveState state,
            Move.@Nullable Step step,
            Move.@Nullable Cutover cutover,
            @Nullable Instant bakeEndsAt,
            @Nullable Problem error,
            @Nullable Drill drill,
            List<Move.HistoryEntry> history) {
        static Said of(Move move) {
            Move.Rollback rollback = move.rollback();
            return new Said(
                    move.state(),
                    move.step(),
                    move.cutover(),
                    rollback == null ? null : rollback.expiresAt(),
                    move.error(),
                    move.drill(),
                    move.history());
        }
    }

    /** What a move that nothing happened to but old reads (H40) should have come to, and has not. */
    private List<String> missed() {
        List<String> missed = new ArrayList<>();
        if (!way.ends.contains(outcome.state)) {
            missed.add(way + " has ended in " + outcome.state + " although nothing was broken");
        }
        world.needs().forEach(where -> missed.add("a person was needed at " + where));
        return missed;
    }

    private boolean waitsForApproval(MoveId move) {
        return way == Way.APPROVE && world.state(move).equals("READY");
    }
}
