/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.api.time.Scheduler;
import io.drover.topology.CommitResult;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One move as its rows see it: the record, the services, and the waits that people's orders can end. */
final class MoveContext {
    /** How much longer than the command's own limit its answer is waited for. */
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private static final Duration ANSWER_AT_CLIENTS_COST = Duration.ofMillis(200);

    /** How soon a deadline that passes is noticed. */
    private static final Duration LOOK_AT_ORDERS = Duration.ofMillis(300);

    private final MoveJournal journal;
    private final LiveView live;
    private final EventFeed feed;
    private final Services services;
    private final WritePause pause;
    private int currentStep;
    private Duration currentLimit = Duration.ofSeconds(30);
    private boolean unwinding;

    MoveContext(MoveJournal journal, LiveView live, EventFeed feed, Services services) {
        this.journal = journal;
        this.live = live;
        this.feed = feed;
        this.services = services;
        this.pause = new WritePause(this);
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

    /** The write pause of this leg, as far as this controller has seen it. */
    WritePause pause() {
        return pause;
    }

    /**
     * The row that is worked at from now on: tokens are of it, and its limit is a verb's.
     *
     * @param unwinding whether it is undone, which no order stops
     */
    void at(MoveStep step, boolean unwinding) {
        currentStep = step.number();
        currentLimit = step.limits().run();
        this.unwinding = unwinding;
    }

    int currentStep() {
        return currentStep;
    }

    /** Demands that ZooKeeper holds what the agents of both nodes have seen last. */
    void requireNewestTopology() {
        new EpochMemory(services).require(record().identity(), List.of(from(), to()), journal.leadership());
    }

    /** Sends a verb to the agent of a node, with a token for the current row. */
    <R> R call(NodeId node, Verb<R> verb) {
        return call(node, verb, currentLimit);
    }

    <R> R call(NodeId node, Verb<R> verb, Duration limit) {
        return call(node, verb, limit, ANSWER);
    }

    /** The same where clients wait: an agent that keeps its own limit answers at once, and another one is not waited for. */
    <R> R callAtClientsCost(NodeId node, Verb<R> verb, Duration limit) {
        return call(node, verb, limit, ANSWER_AT_CLIENTS_COST);
    }

    private <R> R call(NodeId node, Verb<R> verb, Duration limit, Duration answer) {
        Supplier<R> command = prepared(node, verb, limit, answer);
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
        return CompletableFuture.supplyAsync(prepared(node, verb, limit, ANSWER), services.besides());
    }

    private <R> Supplier<R> prepared(NodeId node, Verb<R> verb, Duration limit, Duration answer) {
        InstanceId instance = record().identity().instance();
        Token token = new Token(
                journal.leadership().epoch(), id(), currentStep, journal.sequence(), Math.max(1, limit.toMillis()));
        return () -> FaultPoints.around(
                "row-" + token.step(),
                "call-" + verb.path(),
                () -> services.agents().call(node, instance, token, verb, limit.plus(answer)));
    }

    NodeId from() {
        return record().from().node();
    }

    NodeId to() {
        return record().to().node();
    }

    /**
     * The topology of every shard of the move, as it stands. From row 20 on these are all shards of the instance: none is adopted under
     * its lock. They are read by their names, because a move looks often, in the pause too, and there may be ten thousand others.
     */
    List<Versioned<ShardTopology>> topologies() {
        return services.topology()
                .readInstance(
                        record().identity().instance(), record().identity().shards());
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

    /** What is waited for just now, said anew with how it stands. */
    void waits(@Nullable Wait wait) {
        live.awaited(MoveOrders.stepOf(record()), wait);
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

    static DroverException stale(DroverException e) {
        if (e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.ZOOKEEPER_UNAVAILABLE) {
            return e;
        }
        return new DroverException(
                ErrorCode.LEADERSHIP_LOST,
                "the record could not be written and may have changed: " + e.getMessage() + "; it is read again",
                null,
                e);
    }

    /** Throws when a person has aborted the move, or its deadline has passed by row 75. Undoing is never stopped. */
    void checkOrders() {
        journal.requireKnown();
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
        waits(wait);
        try {
            while (true) {
                checkOrders();
                Optional<T> answer = question.get();
                if (answer.isPresent()) {
                    return answer.orElseThrow();
                }
                // people are told what is waited for now
                live.trying();
                if (services.scheduler().nanoTime() - end > 0) {
                    throw gaveUp(wait, limit);
                }
                journal.awaitChange(between);
            }
        } catch (InterruptedException e) {
            throw stopped(wait.subject(), e);
        } finally {
            waits(null);
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
        // the command ends by its own limit; this one only bounds the wait
        return awaitAtMost(what, answer, limit.plusSeconds(5));
    }

    /** The same for no longer than so long. */
    <R> R awaitAtMost(String what, CompletableFuture<R> answer, Duration limit) {
        try {
            return services.scheduler().await(answer, limit);
        } catch (TimeoutException e) {
            throw new DroverException(
                    ErrorCode.TIMEOUT, "gave up after " + limit.toMillis() + " ms waiting for " + what, null, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof DroverException failure
                    ? failure
                    : new DroverException(ErrorCode.INTERNAL, "BUG: " + what + " failed: " + e.getCause(), null, e);
        } catch (InterruptedException e) {
            throw stopped(what, e);
        }
    }

    /** Lets time pass; throws as soon as there is no use in it any more. */
    void rest(Duration time) throws InterruptedException {
        Scheduler scheduler = services.scheduler();
        long end = scheduler.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - scheduler.nanoTime()) {
            checkOrders();
            journal.awaitChange(Duration.ofNanos(Math.min(left, LOOK_AT_ORDERS.toNanos())));
        }
    }

    /** Waits for so long, and for nothing. */
    void sleep(Duration time) {
        try {
            services.scheduler().pause(time);
        } catch (InterruptedException e) {
            throw stopped("a moment to pass", e);
        }
    }

    private static DroverException stopped(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new DroverException(ErrorCode.LEADERSHIP_LOST, "stopped while waiting for " + what, null, cause);
    }
}
