/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Cutover;
import io.drover.api.Move.Phase;
import io.drover.api.PausePrediction;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Verb;
import io.drover.fencing.FenceTransitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows 130 to 150: the point of no return, the promotion and the publication. PROMOTING is written by this controller and carries the
 * record; SERVING by the target's agent.
 */
final class PromotionRows {
    private static final Logger LOG = LoggerFactory.getLogger(PromotionRows.class);

    private PromotionRows() {}

    /** A drill has no row from here on; should one ever come, it is refused before anything is written. */
    static Optional<DroverException> mayCommit(MoveContext context) {
        return context.record().drilling()
                ? Optional.of(new DroverException(
                        ErrorCode.INTERNAL, "BUG: a drill came to the point of no return; it is undone"))
                : PauseBudget.withinBudget(context);
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
                    return record.withStep(new StepMark(MoveSteps.COMMIT, MoveSteps.nameOf(MoveSteps.COMMIT), now))
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

    static void promote(MoveContext context) {
        MoveLeg leg = context.record().leg();
        if (leg.timeline() == null || leg.finalLsn() == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: promotion without the end of the source's WAL");
        }
        context.pause().promoted(context.call(context.to(), new Verb.Promote(leg.timeline(), leg.finalLsn())));
    }

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
            lines.add(new MoveJournal.Line(MoveSteps.FENCE, FenceRows.undrained(context)));
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
        LOG.info(
                "move {} shard {}: a write pause of {} ms: {}",
                context.id().shortId(),
                context.record().identity().request().shard(),
                String.format(Locale.ROOT, "%.1f", millis),
                phases.stream()
                        .map(phase -> String.format(Locale.ROOT, "%s %.1f", phase.name(), phase.millis()))
                        .collect(Collectors.joining(", ")));
        context.services()
                .observer()
                .pauseMeasured(context.id(), millis, phases, told == null ? null : told.writePauseMillis());
    }
}
