/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import static java.util.Objects.requireNonNull;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.fault.FaultPlan.Fault;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Drives one move to its end while the plan's faults are made. Nothing here waits for Drover but for the end: orders are given when
 * the state allows them, faults are made when the point is reached, and healed when their time is over.
 */
final class FaultRun implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(10);
    private static final Duration ASK_AGAIN = Duration.ofMillis(300);
    private static final Duration REST_LIMIT = Duration.ofSeconds(5);
    private static final Duration HIT_LIMIT = Duration.ofMinutes(5);
    /** How long a move may take to its end when nothing disturbs it any more. */
    static final Duration END_LIMIT = Duration.ofMinutes(5);
    /** All controllers stay away for as long as the agents may need: the pause's budget and five seconds, and a second more. */
    private static final Duration CONTROLLERS_AWAY = Duration.ofSeconds(8);
    /** The same where the budget is larger. */
    private static final Duration CONTROLLERS_AWAY_IN_TAIL = TailPlan.MAX_WRITE_PAUSE.plusSeconds(6);

    private static final String ABORT_AT = "row-95/run/after";
    private static final String ABORT_IN_PAUSE_AT = "row-110/run/after";
    private static final int FENCE = 100;
    /** A fault in it finds the writers at work: it is the only row after the comparison. */
    private static final int LAST_ROW = 180;

    private final FaultCluster faults;
    private final LocalCluster cluster;
    private final DroverRest rest;
    private final FaultPlan plan;
    private final RunLog log;
    private final NodeId source;
    private final NodeId target;
    private final NodeId third;
    private final Nemesis nemesis;
    private final List<FaultLine> lines = new ArrayList<>();
    private final LinkedBlockingQueue<FaultLine.Hit> hits = new LinkedBlockingQueue<>();
    private final List<Pending> pending = new ArrayList<>();
    private final List<String> proofs = new ArrayList<>();
    private final Comparison comparison;
    private final Optional<TailBurst> burst;
    private @Nullable MoveId move;
    private Watcher.@Nullable Seen seenAtHit;
    private boolean armed;
    private boolean struck;
    private long hitAt;
    private long healedAt;
    private long asked;
    private long endedAt;

    /** Something to do at a time. */
    private record Pending(long at, Runnable deed) {}

    FaultRun(FaultCluster faults, FaultPlan plan, RunLog log) {
        this.faults = faults;
        this.cluster = faults.cluster();
        this.rest = cluster.rest().within(REST_LIMIT);
        this.plan = plan;
        this.log = log;
        this.comparison = new Comparison(faults, log);
        this.source = faults.watcher().last().primary();
        List<NodeId> others = cluster.nodes().stream()
                .map(ClusterNode::id)
                .filter(node -> !node.equals(source))
                .toList();
        this.target = others.get(plan.target());
        this.third = others.get(1 - plan.target());
        this.nemesis = plan.isBack()
                ? new Nemesis(faults, target, source, log::say)
                : new Nemesis(faults, source, target, log::say);
        this.burst = plan.tail().map(tail -> TailBurst.at(faults, plan.isBack() ? target : source, log));
    }

    /** Moves, and returns the state that the move ended in; empty when it has not. */
    Optional<MoveState> drive() {
        if (!plan.isBack()) {
            arm();
            burst.ifPresent(TailBurst::connect);
        }
        String request = "{\"shard\":\"%s\",\"target\":\"%s\",\"bake\":\"1h\",\"mode\":\"%s\",\"waive\":[%s]%s%s}"
                .formatted(
                        LocalCluster.SHARD,
                        target,
                        plan.mode().text(),
                        LocalCluster.WAIVER,
                        plan.withStandby() ? ",\"standbys\":[\"" + third + "\"]" : "",
                        plan.tail().isPresent()
                                ? ",\"maxWritePause\":\"" + TailPlan.MAX_WRITE_PAUSE.toSeconds() + "s\""
                                : "");
        // asked of the other controller when the first is slow: the key makes it the same move
        Move created = cluster.rest()
                .post("/v1/moves", request, Map.of("Idempotency-Key", "fault-" + plan.seed() + "-" + System.nanoTime()))
                .succeeded()
                .as(Move.class);
        move = created.id();
        log.say("move " + move + " from " + source + " to " + target);
        long start = System.nanoTime();
        while (true) {
            takeHit();
            doWhatIsDue();
            Optional<MoveState> state = state();
            if (state.filter(MoveState::isFinal).isPresent() && pending.isEmpty()) {
                log.say("ended: " + state.orElseThrow());
                endedAt = System.nanoTime();
                return state;
            }
            if (isLate(start)) {
                log.say("no end: " + state.map(MoveState::name).orElse("unknown"));
                return Optional.empty();
            }
            if (pending.isEmpty() && state.isPresent() && state.orElseThrow() == MoveState.BAKING) {
                order();
            }
            Waiting.pause(LOOK);
        }
    }

    NodeId source() {
        return source;
    }

    NodeId target() {
        return target;
    }

    /** The node on which the move has made a further standby, which stays after this end. */
    Optional<NodeId> standbyAfter(MoveState end) {
        return plan.withStandby() && end != MoveState.ABORTED ? Optional.of(third) : Optional.empty();
    }

    /** What was done, with its proof; as many as the plan's faults when all of them hit. */
    List<String> proofs() {
        return proofs;
    }

    /** When the point was reached; 0 when it was not. */
    long hitAt() {
        return hitAt;
    }

    long healedAt() {
        return healedAt;
    }

    /** From the healing of the last fault to the end. */
    Duration healedToEnd() {
        return Duration.ofNanos(hitAt == 0 ? 0 : Math.max(0, endedAt - healedAt));
    }

    @Nullable
    TopologyState stateAtHit() {
        Watcher.Seen seen = seenAtHit;
        return seen == null ? null : seen.state();
    }

    /** What came of the burst; empty when none was planned. Asked when the move has ended and controllers answer. */
    Optional<TailOutcome> tail() {
        return burst.map(one -> TailOutcome.of(
                one.fenced(),
                Optional.ofNullable(seenAtHit).map(Watcher.Seen::topology),
                rest.move(requireNonNull(move, "no move")).history().stream()
                        .map(Move.HistoryEntry::event)
                        .toList()));
    }

    Optional<MoveId> move() {
        return Optional.ofNullable(move);
    }

    /** What both nodes of a move that was completed held just before. */
    Comparison comparison() {
        return comparison;
    }

    /** Heals what is not healed yet. */
    @Override
    public void close() {
        pending.forEach(one -> one.deed().run());
        pending.clear();
        burst.ifPresent(TailBurst::close);
        lines.forEach(FaultLine::close);
    }

    private boolean isLate(long start) {
        long now = System.nanoTime();
        if (!struck) {
            // the move may also have passed the point's place without passing the point
            return now - start > HIT_LIMIT.toNanos();
        }
        return pending.isEmpty() && now - healedAt > END_LIMIT.toNanos();
    }

    private void arm() {
        armed = true;
        String first = plan.point();
        if (plan.isAborted()) {
            first = plan.slot().row() >= FENCE ? ABORT_IN_PAUSE_AT : ABORT_AT;
        }
        boolean byController = plan.isAborted() || plan.slot().actor() == FaultSlot.Actor.CONTROLLER;
        armAt(byController, first);
    }

    private void armAt(boolean byController, String point) {
        lines.forEach(FaultLine::close);
        lines.clear();
        List<String> processes = byController
                ? cluster.controllers().stream().map(ClusterController::id).toList()
                : List.of(agent().value());
        for (String process : processes) {
            FaultLine line = faults.line(process, hits::add);
            lines.add(line);
            line.arm(point, point.equals(plan.point()) ? plan.passage() : 1);
        }
        log.say("armed " + processes + " at " + point);
    }

    private NodeId agent() {
        boolean ofSource = plan.slot().actor() == FaultSlot.Actor.SOURCE_AGENT;
        return ofSource != plan.isBack() ? source : target;
    }

    private void takeHit() {
        FaultLine.Hit hit = hits.poll();
        if (hit == null) {
            return;
        }
        log.say("hit: " + hit.process() + " at " + hit.point());
        FaultLine line = lines.stream()
                .filter(one -> one.process().equals(hit.process()))
                .findFirst()
                .orElseThrow();
        if (!hit.point().equals(plan.point())) {
            abortAndArm(line);
            return;
        }
        struck = true;
        hitAt = hit.nanos();
        healedAt = System.nanoTime();
        seenAtHit = faults.watcher().last();
        nemesis.aim();
        lines.stream().filter(one -> one != line).forEach(FaultLine::disarmQuietly);
        for (Fault fault : plan.faults()) {
            if (fault.after().isZero()) {
                strike(fault);
            } else {
                at(fault.after(), () -> strike(fault));
            }
        }
        // a dead one hears nothing, a frozen one when it is thawed
        line.release();
    }

    /** The move stands still at a row; it is told to abort, and stops again where the fault is wanted. */
    private void abortAndArm(FaultLine line) {
        DroverRest.Answer answer = rest.post("/v1/moves/" + move + "/abort", "");
        log.say("abort: " + answer.status());
        if (plan.slot().actor() == FaultSlot.Actor.CONTROLLER) {
            line.arm(plan.point(), 1);
        } else {
            FaultLine agent = faults.line(agent().value(), hits::add);
            lines.add(agent);
            agent.arm(plan.point(), 1);
        }
        line.release();
    }

    private void strike(Fault fault) {
        try {
            Nemesis.Strike strike = nemesis.strike(fault);
            log.say(fault + ": " + strike.proof());
            if (strike.proof().isEmpty()) {
                return;
            }
            proofs.add(strike.proof());
            at(lasts(fault), () -> {
                log.say("heal " + fault);
                strike.heal().run();
                healedAt = System.nanoTime();
            });
        } catch (IllegalStateException | UncheckedIOException e) {
            log.say(fault + " cannot be done: " + e.getMessage());
        }
    }

    private Duration lasts(Fault fault) {
        boolean noController =
                fault.kind().party() == FaultKind.Party.CONTROLLERS && stateAtHit() != TopologyState.SERVING;
        if (!noController) {
            return fault.lasts();
        }
        return plan.tail().isPresent() ? CONTROLLERS_AWAY_IN_TAIL : CONTROLLERS_AWAY;
    }

    private void at(Duration later, Runnable deed) {
        pending.add(new Pending(System.nanoTime() + later.toNanos(), deed));
    }

    private void doWhatIsDue() {
        long now = System.nanoTime();
        List<Pending> due = pending.stream().filter(one -> one.at() <= now).toList();
        pending.removeAll(due);
        due.forEach(one -> one.deed().run());
    }

    private Optional<MoveState> state() {
        try {
            return faults.watcher().state(requireNonNull(move, "no move"));
        } catch (RuntimeException e) {
            // ZooKeeper is away; it will be back
            return Optional.empty();
        }
    }

    /** In the bake: the way back, or the end, as soon as the way back is ready. */
    private void order() {
        long now = System.nanoTime();
        if (now - asked < ASK_AGAIN.toNanos()) {
            return;
        }
        asked = now;
        try {
            Move known = rest.move(requireNonNull(move, "no move"));
            if (known.rollback() == null || !known.rollback().ready()) {
                return;
            }
            if (!plan.isBack()) {
                if (plan.slot().row() != LAST_ROW) {
                    comparison.make(target, source);
                }
                rest.complete(known.id());
            } else {
                if (!armed) {
                    arm();
                }
                burst.ifPresent(TailBurst::connect);
                rest.act(known.id(), "rollback");
            }
        } catch (IllegalStateException | UncheckedIOException e) {
            log.say("asked again later: " + e.getMessage());
        }
    }
}
