/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Move.Cutover;
import io.drover.api.MoveRequest;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.fencing.Drain;
import io.drover.fencing.DrainResult;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Row 100 and its undo: the fence in ZooKeeper, and the drain of those who take part in it. FENCED carries the record, so the row writes
 * none of its own.
 */
final class FenceRows {
    private static final Logger LOG = LoggerFactory.getLogger(FenceRows.class);

    private FenceRows() {}

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

    static String undrained(MoveContext context) {
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
        MoveLeg leg = record.drilling() ? record.leg() : record.leg().begin(MoveSteps.COMMIT);
        return record.withStep(new StepMark(MoveSteps.FENCE, MoveSteps.nameOf(MoveSteps.FENCE), since))
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

    static void lowerFence(MoveContext context, UnaryOperator<MoveRecord> edit) {
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
    static boolean holds(MoveContext context, List<Versioned<ShardTopology>> topologies, TopologyState state) {
        return !topologies.isEmpty()
                && topologies.stream()
                        .map(Versioned::value)
                        .allMatch(topology ->
                                topology.state() == state && context.id().equals(topology.move()));
    }

    static void startAborting(MoveContext context) {
        List<Versioned<ShardTopology>> now = context.topologies();
        if (holds(context, now, TopologyState.FENCED)) {
            context.writeTopologies(now, FenceTransitions::abort, record -> record, List.of());
        }
    }

    private static InstanceReport source(MoveContext context) {
        return context.services()
                .agents()
                .instance(context.from(), context.record().identity().instance());
    }
}
