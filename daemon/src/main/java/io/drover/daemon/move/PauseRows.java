/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Lsn;
import io.drover.api.Move.Cutover;
import io.drover.api.Move.Phase;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.PausePrediction;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Reports.TailReport;
import io.drover.api.agent.Verb;
import io.drover.fencing.Drain;
import io.drover.fencing.DrainResult;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows 100 to 150: the write pause. Three ZooKeeper transactions lie in it: FENCED and PROMOTING by this controller, SERVING by
 * the target's agent; the first two also carry the record, so no row writes one of its own.
 */
final class PauseRows {
    private static final Logger LOG = LoggerFactory.getLogger(PauseRows.class);

    /** How long an answer to what was asked beside the seal may be missing before it is asked for again: it may be lost. */
    private static final Duration AHEAD = Duration.ofMillis(100);

    private PauseRows() {}

    // ---- 100 ----

    /**
     * A fence that was raised and is down again was lowered by the source's agent, which also took back what the rows before
     * had prepared: the move is undone, and never fenced a second time on preparations that are gone.
     */
    static Optional<DroverException> notLoweredMeanwhile(MoveContext context) {
        if (!context.record().leg().begun().contains(MoveSteps.FENCE) || isFenced(context)) {
            return Optional.empty();
        }
        return Optional.of(new DroverException(
                ErrorCode.PAUSE_BUDGET_SPENT,
                "the agent of " + context.from()
                        + " lowered the fence because no controller acted in time; the move is undone",
                "look at why the leading controller was gone, then start the move again"));
    }

    static void raiseFence(MoveContext context) {
        MoveRequest request = context.record().identity().request();
        List<Versioned<ShardTopology>> open = context.topologies();
        Drain drain =
                context.services().drain().open(context.record().identity().shards());
        try {
            fenceAndDrain(context, request, open, drain);
        } finally {
            // not while clients wait
            context.services().besides().execute(drain::close);
        }
    }

    private static void fenceAndDrain(
            MoveContext context, MoveRequest request, List<Versioned<ShardTopology>> open, Drain drain) {
        WritePause pause = context.pause();
        Instant since = context.services().clock().instant();
        pause.start();
        List<Versioned<ShardTopology>> fenced = context.writeTopologies(
                open,
                topology -> FenceTransitions.fence(topology, context.id(), since, request.maxWritePause()),
                record -> fenced(record, since, fencedEpoch(open)),
                List.of(new MoveJournal.Line(
                        MoveSteps.FENCE,
                        "FENCED, for at most " + request.maxWritePause().toMillis() + " ms")));
        context.pause().fenced(fenced);
        pause.mark(MoveSteps.FENCE, "fence");
        Map<ShardId, FenceEpoch> epochs = fenced.stream()
                .map(Versioned::value)
                .collect(Collectors.toMap(ShardTopology::shard, ShardTopology::epoch));
        DrainResult drained = drain.await(epochs, request.drainTimeout());
        pause.mark(MoveSteps.FENCE, "drain");
        reportUndrained(context, drained);
    }

    /** Runs what this controller does itself in the pause: writes that cannot succeed, and a drain that is over at once. */
    static void rehearse(MoveContext context, List<Versioned<ShardTopology>> open) {
        MoveRequest request = context.record().identity().request();
        context.pause()
                .trips()
                .zooKeeper(() -> context.services()
                        .topology()
                        .rehearseSwap(
                                open,
                                topology -> FenceTransitions.promote(FenceTransitions.fence(
                                        topology, context.id(), Instant.EPOCH, request.maxWritePause()))));
        context.services()
                .drain()
                .awaitDrained(
                        open.stream()
                                .collect(Collectors.toMap(
                                        topology -> topology.value().shard(), topology -> new FenceEpoch(0))),
                        request.drainTimeout());
    }

    private static void reportUndrained(MoveContext context, DrainResult drained) {
        context.pause().drained(drained);
        List<String> clients = drained.missing();
        if (!clients.isEmpty()) {
            LOG.warn("move {}: {}", context.id(), undrained(context));
            clients.forEach(client -> context.services().observer().notDrained(context.id(), client));
        }
    }

    private static String undrained(MoveContext context) {
        return "clients that did not drain within "
                + context.record().identity().request().drainTimeout().toMillis()
                + " ms, their sessions end with the source: "
                + Checks.several(context.pause().undrained());
    }

    /** The highest epoch that FENCED brings: the seal goes by it as the grants do, whichever shard the move was asked for. */
    static FenceEpoch fencedEpoch(List<Versioned<ShardTopology>> open) {
        return open.stream()
                .map(topology -> topology.value().epoch().next())
                .max(FenceEpoch::compareTo)
                .orElseThrow();
    }

    private static MoveRecord fenced(MoveRecord record, Instant since, FenceEpoch epoch) {
        MoveRecord.Leg leg = record.drilling() ? record.leg() : record.leg().begin(MoveSteps.COMMIT);
        return record.withStep(new MoveRecord.StepMark(MoveSteps.FENCE, MoveSteps.nameOf(MoveSteps.FENCE), since))
                .withLeg(leg.finish(MoveSteps.PREPARE_SEAL)
                        .begin(MoveSteps.FENCE)
                        .begin(MoveSteps.SEAL)
                        .begin(MoveSteps.SYNC)
                        .fenced(epoch, new Cutover(since, null, null, null, List.of(), null, null)));
    }

    static boolean isFenced(MoveContext context) {
        return context.topologies().stream()
                .allMatch(topology -> topology.value().state() == TopologyState.FENCED
                        && context.id().equals(topology.value().move()));
    }

    /** Lowers the fence, unless the source's agent has done so already. */
    static void lowerFence(MoveContext context) {
        lowerFence(context, record -> record);
    }

    private static void lowerFence(MoveContext context, UnaryOperator<MoveRecord> edit) {
        startAborting(context);
        List<Versioned<ShardTopology>> now = context.topologies();
        if (holds(context, now, TopologyState.ABORTING)) {
            InstanceReport source = source(context);
            if (source.sealedEpoch() != null) {
                throw new DroverException(
                        ErrorCode.SEAL_FAILED,
                        context.from() + " is still sealed at epoch " + source.sealedEpoch() + ": the fence stays up");
            }
            // on what was decided on: the source's agent may lower it at the same moment, and is found to have done so
            // next time
            context.writeTopologies(now, FenceTransitions::reopen, edit, List.of());
            context.pause().mark(MoveSteps.FENCE, "lower the fence");
        } else if (!holds(context, now, TopologyState.FENCED)) {
            context.journal()
                    .keep(new MoveJournal.Line(
                            MoveSteps.FENCE,
                            "the fence was down already: the agent of " + context.from()
                                    + " lowers one that nobody lowers"));
        }
        Drills.reopened(context);
    }

    /** Whether the shard is in the state by this move: an undo that comes late must not touch what another move does. */
    private static boolean holds(MoveContext context, List<Versioned<ShardTopology>> topologies, TopologyState state) {
        return !topologies.isEmpty()
                && topologies.stream()
                        .map(Versioned::value)
                        .allMatch(topology ->
                                topology.state() == state && context.id().equals(topology.move()));
    }

    private static void startAborting(MoveContext context) {
        List<Versioned<ShardTopology>> now = context.topologies();
        if (holds(context, now, TopologyState.FENCED)) {
            context.writeTopologies(now, FenceTransitions::abort, record -> record, List.of());
        }
    }

    // ---- 110 ----

    /** Over the budget, before the point of no return, the move aborts by itself. */
    static Optional<DroverException> withinBudget(MoveContext context) {
        Duration budget = context.record().identity().request().maxWritePause();
        Cutover cutover = context.record().leg().cutover();
        Duration spent = context.pause()
                .elapsed()
                .orElseGet(() -> cutover == null || cutover.fencedAt() == null
                        ? Duration.ZERO
                        : Duration.between(
                                cutover.fencedAt(), context.services().clock().instant()));
        return spent.compareTo(budget) <= 0
                ? Optional.empty()
                : Optional.of(new DroverException(
                        ErrorCode.PAUSE_BUDGET_SPENT,
                        "the write pause has taken " + spent.toMillis() + " ms, the budget is " + budget.toMillis()
                                + " ms; writes go on at " + context.from(),
                        "look at the phases of the pause for what took long, or allow a longer maxWritePause"));
    }

    /**
     * When clients wrote more than the alignment had left room for, in a segment so large that to fill it up would take longer than that,
     * the fence is lowered at once and raised anew behind a new alignment: clients see two short pauses instead of a long one.
     */
    static void seal(MoveContext context) {
        try {
            sealOnce(context);
        } catch (DroverException e) {
            if (e.code() != ErrorCode.TAIL_MISSED || context.record().drilling()) {
                throw e;
            }
            beginAnew(context, e);
            sealOnce(context);
        }
    }

    private static void beginAnew(MoveContext context, DroverException missed) {
        unseal(context);
        // another controller that goes on from here prepares the seal again and raises the fence
        lowerFence(
                context,
                record -> record.withLeg(record.leg()
                        .undone(MoveSteps.COMMIT)
                        .undone(MoveSteps.SYNC)
                        .undone(MoveSteps.SEAL)
                        .undone(MoveSteps.FENCE)
                        .again(MoveSteps.PREPARE_SEAL)));
        String held = context.pause()
                .elapsed()
                .map(time -> " after " + time.toMillis() + " ms")
                .orElse("");
        context.journal()
                .write(
                        record -> record,
                        new MoveJournal.Line(
                                MoveSteps.SEAL,
                                missed.getMessage() + "; the fence is lowered" + held
                                        + " and will be raised once more"));
        CutoverRows.prepareSeal(context);
        raiseFence(context);
    }

    private static void sealOnce(MoveContext context) {
        FenceEpoch epoch = context.pause().fencedEpoch();
        askAhead(context);
        SealReport seal = callWithinBudget(
                context, context.from(), new Verb.Seal(epoch, context.record().streamingSlot()));
        context.pause().sealed(seal);
        context.pause().mark(MoveSteps.SEAL, "seal");
        MoveRequest.Mode mode = context.record().identity().mode();
        if (mode == MoveRequest.Mode.STRICT) {
            stopAndReadTail(context, seal);
        } else if (mode == MoveRequest.Mode.CLEAN_STOP) {
            context.pause().sealed(CleanStop.stop(context, seal));
        }
    }

    /** The way to the target's agent and back, and most of the wait, lie beside the seal then. A drill shows the same. */
    private static void askAhead(MoveContext context) {
        WritePause pause = context.pause();
        pause.expectedEnd()
                .ifPresent(end -> pause.ahead(
                        end, context.callBeside(context.to(), new Verb.AwaitReplayed(end), remaining(context))));
    }

    /** Strict: nothing is promoted before the source is stopped and its disk shows no WAL past the end. */
    private static void stopAndReadTail(MoveContext context, SealReport seal) {
        // the end of the WAL may still be on its way, and a source that is stopped sends no more
        awaitEnd(context, seal.finalLsn());
        callWithinBudget(context, context.from(), new Verb.Stop(StopMode.IMMEDIATE));
        TailReport tail =
                callWithinBudget(context, context.from(), new Verb.ReadTail(seal.timeline(), seal.finalLsn()));
        if (tail.recordsPast() > 0) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    context.from() + " has " + tail.recordsPast() + " WAL records past " + seal.finalLsn() + ": "
                            + tail.records());
        }
        context.pause().mark(MoveSteps.SEAL, "stop and tail");
    }

    static void unseal(MoveContext context) {
        startAborting(context);
        if (holds(context, context.topologies(), TopologyState.ABORTING)) {
            context.call(context.from(), new Verb.Unseal());
            context.pause().mark(MoveSteps.SEAL, "unseal");
        }
    }

    // ---- 120 ----

    static void awaitReplayed(MoveContext context) {
        awaitEnd(context, context.pause().seal().finalLsn());
        context.pause().mark(MoveSteps.SYNC, "final sync");
    }

    static void awaitEnd(MoveContext context, Lsn end) {
        if (!isReplayedAhead(context, end)) {
            callWithinBudget(context, context.to(), new Verb.AwaitReplayed(end));
        }
    }

    /** Whether the target has told so when it was asked beside the seal; about another end that says nothing. */
    private static boolean isReplayedAhead(MoveContext context, Lsn end) {
        Optional<CompletableFuture<ReplayReport>> answer =
                context.pause().ahead().filter(ahead -> ahead.end().equals(end)).map(WritePause.Ahead::answer);
        if (answer.isEmpty()) {
            return false;
        }
        try {
            ReplayReport report = context.awaitAtMost("the final sync", answer.orElseThrow(), AHEAD);
            return report.replayed().compareTo(end) >= 0;
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            LOG.debug("move {}: the target is asked again", context.id(), e);
            return false;
        }
    }

    // ---- 130 ----

    /** A drill has no row from here on; should one ever come, it is refused before anything is written. */
    static Optional<DroverException> mayCommit(MoveContext context) {
        return context.record().drilling()
                ? Optional.of(new DroverException(
                        ErrorCode.INTERNAL, "BUG: a drill came to the point of no return; it is undone"))
                : withinBudget(context);
    }

    static void commit(MoveContext context) {
        SealReport seal = context.pause().seal();
        Instant now = context.services().clock().instant();
        context.writeTopologies(
                context.pause().fenced(),
                FenceTransitions::promote,
                record -> {
                    context.checkOrders();
                    if (record.drilling()) {
                        throw new DroverException(ErrorCode.INTERNAL, "BUG: a drill would be declared a move");
                    }
                    Cutover begun = record.leg().cutover();
                    Instant fencedAt = begun == null ? now : begun.fencedAt();
                    return record.withStep(
                                    new MoveRecord.StepMark(MoveSteps.COMMIT, MoveSteps.nameOf(MoveSteps.COMMIT), now))
                            .withLeg(record.leg()
                                    .finish(MoveSteps.FENCE)
                                    .finish(MoveSteps.SEAL)
                                    .finish(MoveSteps.SYNC)
                                    .finish(MoveSteps.COMMIT)
                                    .begin(MoveSteps.PROMOTE)
                                    .begin(MoveSteps.PUBLISH)
                                    .sealed(seal.timeline(), seal.finalLsn())
                                    .withCutover(new Cutover(fencedAt, now, null, null, List.of(), null, null)));
                },
                List.of(
                        new MoveJournal.Line(MoveSteps.SEAL, silenced(seal)),
                        new MoveJournal.Line(
                                MoveSteps.COMMIT, "PROMOTING " + context.to() + " after " + seal.finalLsn())));
        context.pause().mark(MoveSteps.COMMIT, "point of no return");
    }

    static String silenced(SealReport seal) {
        String sessions = seal.sessions() + " sessions of the source ";
        if (seal.standstill() == null) {
            return sessions + "cannot commit any more";
        }
        return switch (seal.standstill()) {
            case HELD -> sessions + "stand still where they stood";
            case ENDED_NOT_HELD -> sessions + "were ended: one could not be stopped in time";
            case ENDED_IN_THE_WAY ->
                sessions + "were ended: one that was stopped where it stood held what the end of the WAL needs";
            case SHUT_DOWN -> sessions + "ended with its server, which was shut down in order";
        };
    }

    static boolean isCommitted(MoveContext context) {
        return context.topology().state() == TopologyState.PROMOTING;
    }

    // ---- 140 ----

    static void promote(MoveContext context) {
        MoveRecord.Leg leg = context.record().leg();
        if (leg.timeline() == null || leg.finalLsn() == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: promotion without the end of the source's WAL");
        }
        context.pause().promoted(context.call(context.to(), new Verb.Promote(leg.timeline(), leg.finalLsn())));
    }

    // ---- 150 ----

    static void publish(MoveContext context) {
        if (context.pause().clock().isEmpty() && isServingOnTarget(context)) {
            context.journal()
                    .keep(new MoveJournal.Line(
                            MoveSteps.PUBLISH,
                            "the agent of " + context.to() + " has promoted and published it by itself"));
        }
        if (!context.pause().published()) {
            context.call(context.to(), new Verb.Publish());
            context.pause().mark(MoveSteps.PUBLISH, WritePause.PUBLICATION);
        }
        recordServing(context);
        restoreSettings(context);
    }

    /** The target serves already: what keeps its settings from being put back is no reason to say that nobody does. Row 160 does it again. */
    private static void restoreSettings(MoveContext context) {
        try {
            context.call(context.to(), new Verb.RestoreSettings(MoveSteps.ARM));
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            context.journal()
                    .keep(new MoveJournal.Line(
                            MoveSteps.PUBLISH,
                            "the settings of the cutover on " + context.to() + " are put back later: "
                                    + e.getMessage()));
        }
    }

    /** Asked where another controller began the pause only: in the pause a round trip counts. */
    private static boolean isServingOnTarget(MoveContext context) {
        ShardTopology topology = context.topology();
        return topology.state() == TopologyState.SERVING
                && topology.primary().node().equals(context.to());
    }

    /** The figures of the pause: measured on one clock, or, after another controller's death, from the stored times. */
    private static void recordServing(MoveContext context) {
        Cutover begun = context.record().leg().cutover();
        if (begun != null && begun.servingAt() != null) {
            // measured by the first run of this row; a repeat would measure up to now
            return;
        }
        Instant servingAt = context.services().clock().instant();
        Instant fencedAt = begun == null || begun.fencedAt() == null ? servingAt : begun.fencedAt();
        double takenOver = Duration.between(fencedAt, servingAt).toMillis();
        double millis = context.pause().clock().map(PauseClock::totalMillis).orElse(takenOver);
        List<Phase> phases = context.pause()
                .clock()
                .map(PauseClock::phases)
                .orElse(List.of(new Phase(MoveSteps.FENCE, "pause, with a change of the leader in it", takenOver)));
        Cutover measured = new Cutover(
                fencedAt, begun == null ? null : begun.committedAt(), servingAt, millis, phases, null, null);
        List<MoveJournal.Line> lines = new ArrayList<>();
        lines.add(new MoveJournal.Line(
                MoveSteps.PUBLISH,
                String.format(Locale.ROOT, "SERVING on %s after a write pause of %.1f ms", context.to(), millis)));
        if (!context.pause().undrained().isEmpty()) {
            lines.add(new MoveJournal.Line(MoveSteps.FENCE, undrained(context)));
        }
        context.journal()
                .write(
                        record -> record.withLeg(context.pause()
                                .withFork(record.leg())
                                .finish(MoveSteps.PROMOTE)
                                .withCutover(measured)),
                        lines,
                        transaction -> {});
        PausePrediction told = context.record().leg().prediction();
        context.services()
                .observer()
                .pauseMeasured(context.id(), millis, phases, told == null ? null : told.writePauseMillis());
    }

    private static InstanceReport source(MoveContext context) {
        return context.services()
                .agents()
                .instance(context.from(), context.record().identity().instance());
    }

    /** An agent that took the rest of the budget is named, and that it was the budget. */
    static <R> R callWithinBudget(MoveContext context, NodeId node, Verb<R> verb) {
        try {
            return context.callAtClientsCost(node, verb, remaining(context));
        } catch (DroverException e) {
            if (e.code() != ErrorCode.TIMEOUT) {
                throw e;
            }
            throw withinBudget(context)
                    .map(spent -> new DroverException(
                            spent.code(),
                            spent.getMessage() + ": " + e.getMessage(),
                            spent.hint().orElse(null),
                            e))
                    .orElse(e);
        }
    }

    /** What is left of the budget; a little at least, so that a command that is sent can be answered. */
    private static Duration remaining(MoveContext context) {
        Duration budget = context.record().identity().request().maxWritePause();
        Duration spent = context.pause().elapsed().orElse(Duration.ZERO);
        Duration left = budget.minus(spent);
        return left.compareTo(Duration.ofMillis(50)) < 0 ? Duration.ofMillis(50) : left;
    }
}
