/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.DroverException;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardAdoption;
import io.drover.api.TopologyState;
import io.drover.api.fault.FaultPoint;
import io.drover.daemon.move.MoveControl;
import io.drover.testing.fake.FakeOperator;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One scenario in one world: what its person does, and what is heard of the fault points that its processes reach. */
final class Stage {
    static final NodeId SOURCE = new NodeId("node_a");
    static final NodeId TARGET = new NodeId("node_b");

    /** Longer than two controllers, one after the other, try any row. */
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private static final Duration BETWEEN = Duration.ofMillis(500);
    /** The next after the source's timeline. */
    private static final int TAKEN = 2;

    private static final String KEY = "the-person-s-key";

    private final SimWorld world;
    private final Map<String, Runnable> cues = new HashMap<>();
    private @Nullable MoveId move;

    Stage(SimWorld world) {
        this.world = world;
    }

    SimWorld world() {
        return world;
    }

    /** Tells of each point that a process reaches; what is to happen at one happens first. */
    void listen(Consumer<Moment> heard) {
        for (String name : world.names()) {
            world.member(name).onPoint(point -> {
                Moment moment = new Moment(name, point, state(), step());
                cue(point);
                heard.accept(moment);
            });
        }
    }

    private void cue(FaultPoint point) {
        Runnable action = cues.remove(point.toString());
        if (action != null) {
            action.run();
        }
    }

    /** Once, when any process reaches the point. */
    void atCue(String point, Runnable action) {
        cues.put(point, action);
    }

    String state() {
        return world.moves().isEmpty() ? "" : world.state(world.moves().get(0));
    }

    int step() {
        return world.moves().isEmpty() ? 0 : world.step(world.moves().get(0));
    }

    // ---- what the person does

    /** Starts everything and makes the shard. */
    void begin() {
        world.names().forEach(name -> world.member(name).start());
        world.require(
                LIMIT,
                "the nodes",
                () -> world.nodes().stream()
                        .allMatch(node -> world.zooKeeper()
                                .content("/nodes/" + node + "/alive")
                                .isPresent()));
        ask(control ->
                control.shards().adopt(SimWorld.SHARD, new ShardAdoption(SOURCE, null, SimWorld.PORT, "app", true)));
        world.third()
                .join(order -> ask(control -> {
                    order.accept(control);
                    return true;
                }));
    }

    /** Orders a move. */
    void move(MoveRequest request) {
        move = ask(control -> control.moves().create(request, Optional.of(KEY))).id();
    }

    /** Waits until the move is in a state; false when it has ended before. */
    boolean reaches(String state) {
        world.require(LIMIT, state, () -> state().equals(state) || isOver());
        return state().equals(state);
    }

    private boolean isOver() {
        return List.of("COMPLETED", "ABORTED", "ROLLED_BACK", "NEEDS_OPERATOR").contains(state());
    }

    void ends() {
        world.require(LIMIT, "the end", this::isOver);
    }

    /** Completes the move once it bakes, if it comes to that. */
    void closeFromBake() {
        while (reaches("BAKING")) {
            order(control -> control.moves().complete(id(), true));
            world.await(Duration.ofSeconds(20), this::isOver);
        }
    }

    /** Gives a way back up that cannot be made. */
    void giveUpTheWayBack() {
        while (state().equals("NEEDS_OPERATOR")) {
            order(control -> control.moves().complete(id(), true));
            world.await(BETWEEN, () -> !state().equals("NEEDS_OPERATOR"));
        }
    }

    /** Until it is accepted, or too late. */
    void rollBack() {
        while (state().equals("BAKING")) {
            order(control -> control.moves().rollback(id()));
            world.await(BETWEEN, () -> !state().equals("BAKING"));
        }
        world.require(LIMIT, "the end of the rollback", () -> isOver() || state().equals("BAKING"));
    }

    void drillAndApprove() {
        order(control -> control.moves().drill(id()));
        world.await(Duration.ofSeconds(20), () -> !state().equals("READY"));
        reaches("READY");
        while (state().equals("READY")) {
            order(control -> control.moves().approve(id()));
            world.await(BETWEEN, () -> !state().equals("READY"));
        }
    }

    void abort() {
        world.beside("person", () -> {
            while (!state().equals("ABORTING") && !isOver() && world.topology().state() != TopologyState.PROMOTING) {
                order(control -> control.moves().abort(id()));
            }
        });
    }

    /** Makes a standby of a target on a wrong timeline, with all that was written there, and lets the move go on. */
    void mendTimelineAndResume() {
        while (!reaches("BAKING") && state().equals("NEEDS_OPERATOR")) {
            world.require(
                    LIMIT,
                    "the target is stopped",
                    () -> world.postgres().running().stream()
                            .noneMatch(server -> server.host().equals(TARGET.value())));
            world.postgres().mishaps().removeHistory(TAKEN);
            new FakeOperator(world.postgres())
                    .makeStandbyAgain(TARGET.value(), world.dataDir(), 1, new Lsn(Long.MAX_VALUE));
            order(control -> control.moves().resume(id()));
            world.await(BETWEEN, () -> !state().equals("NEEDS_OPERATOR"));
        }
    }

    void purge() {
        if (state().equals("COMPLETED")) {
            ask(control -> control.shards().purge(SimWorld.SHARD, SOURCE));
        }
    }

    private MoveId id() {
        MoveId known = move;
        return known == null ? world.moves().get(0) : known;
    }

    /** One attempt; a refusal is an answer. */
    <T> void order(Function<MoveControl, T> order) {
        try {
            T unused = world.ask(order);
        } catch (DroverException e) {
            world.say(() -> "refused: " + e.getMessage());
            world.pause(BETWEEN);
        }
    }

    /** Until somebody does it. */
    <T> T ask(Function<MoveControl, T> question) {
        long end = world.scheduler().world().nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                return world.ask(question);
            } catch (DroverException e) {
                if (world.scheduler().world().nanoTime() > end) {
                    throw new AssertionError("nobody does it: " + e.getMessage(), e);
                }
                world.say(() -> "asked again: " + e.getMessage());
                world.pause(BETWEEN);
            }
        }
    }

    // ---- what happens to it

    /** Of another cluster, for the timeline that the target would get. */
    void plantHistory() {
        world.postgres().mishaps().plantHistory(TAKEN);
    }

    /** Every controller dies, and is back after a while. */
    void loseControllers(Duration away) {
        for (String name : world.names()) {
            if (name.startsWith("controller")) {
                world.later(Duration.ZERO, () -> world.member(name).kill());
                world.later(away, () -> world.member(name).start());
            }
        }
    }

    /** The same, before any of them does anything else; the caller's own thread may end with them. */
    void killControllers(Duration away) {
        SimProcess caller = SimScheduler.current();
        List<String> controllers = world.names().stream()
                .filter(name -> name.startsWith("controller"))
                .sorted(Comparator.comparing(name -> caller != null && name.equals(caller.name())))
                .toList();
        controllers.forEach(name -> world.later(away, () -> world.member(name).start()));
        controllers.forEach(name -> world.member(name).kill());
    }

    /** The target's server and agent die, and are back after a while. */
    void loseTarget(Duration away) {
        world.later(Duration.ZERO, () -> {
            world.member(TARGET.value()).kill();
            world.postgres().mishaps().kill(TARGET.value(), SimWorld.PORT);
        });
        world.later(away, () -> world.member(TARGET.value()).start());
    }

    /** The target's server dies. */
    void killTarget() {
        world.postgres().mishaps().kill(TARGET.value(), SimWorld.PORT);
    }

    /** The source's next switch of its WAL would take too long. */
    void missTail() {
        world.postgres().mishaps().missTail(SOURCE.value(), SimWorld.PORT);
    }

    /** The server of the standby beside them dies. */
    void killStandby() {
        world.postgres().mishaps().kill(Third.NODE, SimWorld.PORT);
    }

    /** The source's own processes write what the target does not get. */
    void divergeSource() {
        world.postgres().mishaps().cut(SOURCE.value(), TARGET.value());
        world.postgres().mishaps().writeSnapshot(SOURCE.value(), SimWorld.PORT);
        world.later(Duration.ofSeconds(2), () -> world.postgres().mishaps().mend(SOURCE.value(), TARGET.value()));
    }

    /** What is wrong with the way in which the move has come to rest. */
    List<String> wrong() {
        return world.checkEnd(id());
    }
}
