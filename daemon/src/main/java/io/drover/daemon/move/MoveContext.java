/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.PromoteReport;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.fencing.DrainResult;
import io.drover.topology.CommitResult;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One move as its rows see it: the record, the services, and the waits that people's orders can end. */
final class MoveContext {
    private static final Logger LOG = LoggerFactory.getLogger(MoveContext.class);

    private final MoveJournal journal;
    private final LiveView live;
    private final EventFeed feed;
    private final Services services;
    private @Nullable PauseClock pause;
    private List<Versioned<ShardTopology>> fenced = List.of();
    private @Nullable DrainResult drain;
    private @Nullable SealReport seal;
    private @Nullable PromoteReport promotion;
    private int currentStep;
    private Duration currentLimit = Duration.ofSeconds(30);
    private boolean unwinding;
    private boolean enteredRollingBack;

    MoveContext(MoveJournal journal, LiveView live, EventFeed feed, Services services) {
        this.journal = journal;
        this.live = live;
        this.feed = feed;
        this.services = services;
    }

    MoveId id() {
        return journal.id();
    }

    MoveRecord record() {
        return journal.record();
    }

    MoveJournal journal() {
        return journal;
    }

    Services services() {
        return services;
    }

    LiveView live() {
        return live;
    }

    EventFeed feed() {
        return feed;
    }

    /** Demands that ZooKeeper holds what the agents of both nodes have seen last. */
    void requireNewestTopology() {
        new EpochMemory(services).require(record().identity().instance(), List.of(from(), to()), journal.leadership());
    }

    // ---- the driver's side ----

    /** Waits while the move is paused; throws when it may not go on to this row. */
    void enter(MoveStep step) {
        currentStep = step.number();
        currentLimit = step.limits().run();
        unwinding = false;
        enteredRollingBack = record().rollingBack();
        awaitResume(step);
        checkOrders();
        Optional<DroverException> refusal = step.guard().refusal(this);
        if (refusal.isPresent()) {
            throw refusal.orElseThrow();
        }
        LOG.info(
                "move {} shard {}: step {} {}: {}",
                id().shortId(),
                record().identity().request().shard(),
                step.number(),
                step.name(),
                step.sentence(record()));
        services.observer().stepStarted(id(), step.number());
    }

    /** Records the intent. An order that was accepted since {@link #enter} looked is seen here, under the record's lock. */
    void begin(MoveStep step) {
        while (!journal.writeWhen(
                record -> !isHeld(record, step),
                record -> {
                    checkOrders();
                    return record.withState(record.rollingBack() ? MoveState.ROLLING_BACK : step.state())
                            .withStep(mark(record, step))
                            .withLeg(record.leg().begin(step.number()));
                },
                new MoveJournal.Line(step.number(), step.sentence(record())))) {
            awaitResume(step);
        }
    }

    /** A row that another driver had begun has its time still. */
    private MoveRecord.StepMark mark(MoveRecord record, MoveStep step) {
        MoveRecord.StepMark now = record.step();
        if (now != null && now.number() == step.number() && record.leg().begun().contains(step.number())) {
            return now;
        }
        return new MoveRecord.StepMark(
                step.number(), step.name(), services.clock().instant());
    }

    private void awaitResume(MoveStep step) {
        if (isHeld(record(), step)) {
            Wait resumed = Wait.of(
                            "a person to resume it",
                            "it was paused before step " + step.number() + " " + step.name() + ": bin/drover resume "
                                    + id() + ", or " + WaitText.giveUp(record()))
                    .begun(pausedAt());
            waitUntil(resumed, Duration.ofDays(365), () -> !isHeld(record(), step));
        }
    }

    private @Nullable Instant pausedAt() {
        return journal.history(services.documents()).stream()
                .filter(line -> line.event().equals(MoveOrders.PAUSED))
                .map(Move.HistoryEntry::at)
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    /** A pause is accepted up to row 70, so that row 75 is the last that it may have to keep from starting. */
    private static boolean isHeld(MoveRecord record, MoveStep step) {
        return record.orders().paused() && step.number() <= MoveSteps.ARM;
    }

    void finish(MoveStep step) {
        // a rollback that was ordered during the bake has begun a new leg: the bake's end does not belong to it
        journal.write(
                record -> record.rollingBack() == enteredRollingBack
                        ? record.withLeg(record.leg().finish(step.number()))
                        : record,
                new MoveJournal.Line(step.number(), step.name() + " done"));
    }

    /** Tells the metrics, also of a row whose result a later one stores. */
    void left(MoveStep step) {
        services.observer().stepFinished(id(), step.number());
    }

    /** Decides what a failure means: before the point of no return the move is undone, after it a person is needed. */
    void fail(MoveStep step, DroverException e) {
        services.observer().failed(e.code());
        boolean forwardOnly = record().leg().begun().contains(MoveSteps.PROMOTE) || step.number() > MoveSteps.PROMOTE;
        Problem problem = Problem.of(withHint(e, forwardOnly).at(id(), step.number()));
        try {
            journal.write(
                    record -> {
                        if (record.state() == MoveState.ABORTING && record.error() != null) {
                            return record;
                        }
                        MoveRecord seen = record.drilling() ? record.withDrill(Drills.failed(this, problem)) : record;
                        // a copy that waits for its approval is worth more than a drill of its cutover
                        return record.orders().drill()
                                ? seen.withState(MoveState.ABORTING)
                                : OperatorAdvice.on(
                                        seen.withState(forwardOnly ? MoveState.NEEDS_OPERATOR : MoveState.ABORTING)
                                                .withError(problem));
                    },
                    new MoveJournal.Line(step.number(), "failed: " + e.getMessage()));
        } catch (DroverException conflict) {
            throw stale(conflict);
        }
    }

    /** An error that a person reads says what the person can do. */
    private DroverException withHint(DroverException e, boolean forwardOnly) {
        if (e.hint().isPresent()) {
            return e;
        }
        MoveRecord.Identity identity = record().identity();
        String again = record().rollingBack()
                ? "the move goes back to BAKING; then bin/drover rollback " + id()
                : "the move is undone; then bin/drover move "
                        + identity.request().shard() + " --to "
                        + identity.request().target();
        return new DroverException(
                e.code(),
                e.getMessage(),
                "mend the cause; " + (forwardOnly ? "then bin/drover resume " + id() : again),
                e);
    }

    void undoing(MoveStep step) {
        currentStep = step.number();
        currentLimit = step.limits().run();
        unwinding = true;
        LOG.info(
                "move {} shard {}: undo of step {}: {}",
                id().shortId(),
                record().identity().request().shard(),
                step.number(),
                step.undo().does());
    }

    void undone(MoveStep step) {
        journal.write(
                record -> record.withLeg(record.leg().undone(step.number()))
                        .withStep(new MoveRecord.StepMark(
                                step.number(), step.name(), services.clock().instant())),
                new MoveJournal.Line(step.number(), "undone: " + step.undo().does()));
    }

    /** Ends the way back to where the move began: ABORTED, or BAKING when it was a rollback that was given up. */
    void endUnwinding(List<DroverException> failures) {
        if (!failures.isEmpty()) {
            String detail = failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; "));
            DroverException e =
                    new DroverException(ErrorCode.OPERATOR_NEEDED, "the move could not be undone: " + detail);
            journal.write(
                    record -> OperatorAdvice.on(record.withState(MoveState.NEEDS_OPERATOR)
                            .withUndoneFor(record.error())
                            .withError(Problem.of(e.at(id(), currentStep)))),
                    new MoveJournal.Line(currentStep, e.getMessage()));
            return;
        }
        if (isAbortOfDrill(record())) {
            return;
        }
        journal.write(
                MoveContext::unwound,
                new MoveJournal.Line(
                        currentStep,
                        record().orders().drill()
                                ? "the cutover is undone, the move waits for its approval again"
                                : "everything is undone"));
    }

    private static MoveRecord unwound(MoveRecord record) {
        if (record.rollingBack()) {
            return record.withBack(null)
                    .withLeg(record.forward().undone(MoveSteps.BAKE))
                    .withState(MoveState.BAKING);
        }
        if (record.orders().drill()) {
            return record.withOrders(record.orders().withDrill(false))
                    .withLeg(record.leg().withoutCutover())
                    .withState(MoveState.READY);
        }
        return isAbortOfDrill(record) ? record : record.withState(MoveState.ABORTED);
    }

    /** An abort that was ordered while a drill was being undone: the rows below the drill's are still to be undone. */
    private static boolean isAbortOfDrill(MoveRecord record) {
        return !record.rollingBack()
                && !record.orders().drill()
                && !record.leg().begun().isEmpty();
    }

    /** The last row is done. */
    void end() {
        if (record().drilling()) {
            Drills.end(this);
            return;
        }
        MoveState end = record().rollingBack() ? MoveState.ROLLED_BACK : MoveState.COMPLETED;
        journal.write(record -> record.withState(end), new MoveJournal.Line(currentStep, "the move has ended: " + end));
    }

    private static DroverException stale(DroverException e) {
        if (e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.ZOOKEEPER_UNAVAILABLE) {
            return e;
        }
        return new DroverException(
                ErrorCode.LEADERSHIP_LOST,
                "the record could not be written and may have changed: " + e.getMessage() + "; it is read again",
                null,
                e);
    }

    // ---- the rows' side ----

    /** Sends a verb to the agent of a node, with a token for the current row. */
    <R> R call(NodeId node, Verb<R> verb) {
        return call(node, verb, currentLimit);
    }

    <R> R call(NodeId node, Verb<R> verb, Duration limit) {
        Supplier<R> command = prepared(node, verb, limit);
        live.command(new WaitText.Command(node, verb.path(), services.clock().instant(), limit));
        try {
            return command.get();
        } finally {
            live.command(null);
        }
    }

    /**
     * Sends a verb while the row goes on. However late it leaves, it is this row's: an agent that has heard of a later row
     * refuses it.
     */
    <R> CompletableFuture<R> callBeside(NodeId node, Verb<R> verb) {
        return callBeside(node, verb, currentLimit);
    }

    <R> CompletableFuture<R> callBeside(NodeId node, Verb<R> verb, Duration limit) {
        return CompletableFuture.supplyAsync(prepared(node, verb, limit), services.besides());
    }

    private <R> Supplier<R> prepared(NodeId node, Verb<R> verb, Duration limit) {
        InstanceId instance = record().identity().instance();
        Token token = new Token(
                journal.leadership().epoch(), id(), currentStep, journal.sequence(), Math.max(1, limit.toMillis()));
        return () -> FaultPoints.around(
                "row-" + token.step(),
                "call-" + verb.path(),
                () -> services.agents().call(node, instance, token, verb, limit.plusSeconds(2)));
    }

    NodeId from() {
        return record().from().node();
    }

    NodeId to() {
        return record().to().node();
    }

    /** The topology of every shard of the instance, as it stands. */
    List<Versioned<ShardTopology>> topologies() {
        return services.topology().readInstance(record().identity().instance());
    }

    /** The topology of the shard that the move was asked for. */
    ShardTopology topology() {
        return topologies().stream()
                .map(Versioned::value)
                .filter(topology ->
                        topology.shard().equals(record().identity().request().shard()))
                .findFirst()
                .orElseThrow(() -> new DroverException(
                        ErrorCode.UNKNOWN_SHARD,
                        "the topology of shard " + record().identity().request().shard() + " is gone from ZooKeeper",
                        "restore it, or rebuild the topology"));
    }

    /** Changes the topology of every shard and the record in one transaction. */
    void writeTopologies(
            UnaryOperator<ShardTopology> change, UnaryOperator<MoveRecord> edit, List<MoveJournal.Line> lines) {
        writeTopologies(topologies(), change, edit, lines);
    }

    /** The same on topologies that were read before; returns them as they are stored now. */
    List<Versioned<ShardTopology>> writeTopologies(
            List<Versioned<ShardTopology>> current,
            UnaryOperator<ShardTopology> change,
            UnaryOperator<MoveRecord> edit,
            List<MoveJournal.Line> lines) {
        CommitResult result = journal.write(
                edit,
                lines,
                transaction -> current.forEach(topology -> transaction.set(
                        ZkLayout.shardTopology(topology.value().shard()), topology, change.apply(topology.value()))));
        return current.stream()
                .map(topology ->
                        result.of(ZkLayout.shardTopology(topology.value().shard())))
                .toList();
    }

    /** Keeps the fenced topologies, so that the pause does not have to read them again. */
    void fenced(List<Versioned<ShardTopology>> topologies) {
        fenced = topologies;
    }

    /** The fenced topologies, read again when this controller did not raise the fence. */
    List<Versioned<ShardTopology>> fenced() {
        return fenced.isEmpty() ? topologies() : fenced;
    }

    void drained(DrainResult result) {
        drain = result;
    }

    /** The drain, when this controller raised the fence; else its log names the clients. */
    Optional<DrainResult> drain() {
        return Optional.ofNullable(drain);
    }

    /** The clients that did not drain in time. */
    List<String> undrained() {
        return drain().map(DrainResult::missing).orElse(List.of());
    }

    PauseClock startPause() {
        pause = new PauseClock(services.scheduler()::nanoTime);
        return pause;
    }

    /** The clock of the pause, when this controller began it. */
    Optional<PauseClock> pause() {
        return Optional.ofNullable(pause);
    }

    void sealed(SealReport report) {
        seal = report;
    }

    /** The seal of this pause; after a change of the leader row 110 has run again and reported it again. */
    SealReport seal() {
        if (seal == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: the final sync before the seal");
        }
        return seal;
    }

    void promoted(PromoteReport report) {
        promotion = report;
    }

    /** The leg with the fork that the promotion reported. */
    MoveRecord.Leg withFork(MoveRecord.Leg leg) {
        return promotion == null ? leg : leg.forked(promotion.fork());
    }

    /** The FENCED epoch of the shard that the move was asked for. */
    FenceEpoch fencedEpoch() {
        FenceEpoch epoch = record().leg().fencedEpoch();
        if (epoch == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: the seal before the fence");
        }
        return epoch;
    }

    /** What is waited for just now, said anew with how it stands. */
    void waits(@Nullable Wait wait) {
        live.awaited(wait);
    }

    boolean unwinding() {
        return unwinding;
    }

    /**
     * Puts a line into the history.
     *
     * @param now or with the next write
     */
    void tell(int step, String event, boolean now) {
        MoveJournal.Line line = new MoveJournal.Line(step, event);
        if (!now) {
            journal.keep(line);
            return;
        }
        try {
            journal.write(record -> record, line);
        } catch (DroverException e) {
            if (e.code() != ErrorCode.ZOOKEEPER_UNAVAILABLE) {
                throw stale(e);
            }
            journal.keep(line);
        }
    }

    /** Throws when a person has aborted the move, or its deadline has passed by row 75. Undoing is never stopped. */
    void checkOrders() {
        if (unwinding) {
            return;
        }
        MoveRecord record = record();
        if (record.state() == MoveState.ABORTING) {
            throw new DroverException(ErrorCode.ABORTED_BY_OPERATOR, "a person aborted the move");
        }
        var deadline = record.identity().deadlineAt();
        if (deadline != null
                && !record.rollingBack()
                && currentStep <= MoveSteps.ARM
                && services.clock().instant().isAfter(deadline)) {
            throw new DroverException(
                    ErrorCode.DEADLINE_PASSED,
                    "the deadline " + deadline + " passed at step " + currentStep + "; the move is undone",
                    "start the move again with a later deadline");
        }
    }

    /** Waits until a condition holds. */
    void waitUntil(Wait wait, Duration limit, Supplier<Boolean> condition) {
        waitFor(wait, limit, Duration.ofMillis(200), () -> condition.get() ? Optional.of(true) : Optional.empty());
    }

    /**
     * Asks again and again until there is an answer.
     *
     * @param wait what is waited for, for people; the question may say it anew with {@link #waits}
     * @throws DroverException TIMEOUT after the limit, or the order that ended the wait
     */
    <T> T waitFor(Wait wait, Duration limit, Duration between, Supplier<Optional<T>> question) {
        long end = services.scheduler().nanoTime() + limit.toNanos();
        live.awaited(wait);
        try {
            while (true) {
                checkOrders();
                Optional<T> answer = question.get();
                if (answer.isPresent()) {
                    return answer.orElseThrow();
                }
                if (services.scheduler().nanoTime() - end > 0) {
                    throw gaveUp(wait, limit);
                }
                journal.awaitChange(between);
            }
        } catch (InterruptedException e) {
            throw stopped(wait.subject(), e);
        } finally {
            live.awaited(null);
        }
    }

    private DroverException gaveUp(Wait wait, Duration limit) {
        Wait last = live.awaited() == null ? wait : live.awaited();
        String detail = last.detail().isEmpty() ? "" : " (" + last.detail() + ")";
        return new DroverException(
                ErrorCode.TIMEOUT,
                "gave up after " + WaitText.words(limit) + " waiting for " + last.subject() + detail,
                null);
    }

    /** Waits for the answer to a command that was sent beside others. */
    <R> R await(String what, CompletableFuture<R> answer, Duration limit) {
        try {
            // the command ends by its own limit; this one only bounds the wait
            return services.scheduler().await(answer, limit.plusSeconds(5));
        } catch (TimeoutException e) {
            throw new DroverException(
                    ErrorCode.TIMEOUT, "gave up after " + limit.toSeconds() + " s waiting for " + what, null, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof DroverException failure
                    ? failure
                    : new DroverException(ErrorCode.INTERNAL, "BUG: " + what + " failed: " + e.getCause(), null, e);
        } catch (InterruptedException e) {
            throw stopped(what, e);
        }
    }

    private static DroverException stopped(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new DroverException(ErrorCode.LEADERSHIP_LOST, "stopped while waiting for " + what, null, cause);
    }
}
