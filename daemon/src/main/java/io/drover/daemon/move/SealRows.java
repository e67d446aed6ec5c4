/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Lsn;
import io.drover.api.MoveRequest;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Reports.TailReport;
import io.drover.api.agent.Verb;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rows 110 and 120: nobody can commit on the source any more, and the target has replayed all that was. */
final class SealRows {
    private static final Logger LOG = LoggerFactory.getLogger(SealRows.class);

    /** How long an answer to what was asked beside the seal may be missing before it is asked for again: it may be lost. */
    private static final Duration AHEAD = Duration.ofMillis(100);

    private SealRows() {}

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
        FenceRows.lowerFence(
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
        FenceRows.raiseFence(context);
    }

    private static void sealOnce(MoveContext context) {
        FenceEpoch epoch = context.pause().fencedEpoch();
        askAhead(context);
        SealReport seal = PauseBudget.call(
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
                        end,
                        context.callBeside(context.to(), new Verb.AwaitReplayed(end), PauseBudget.remaining(context))));
    }

    /** Strict: nothing is promoted before the source is stopped and its disk shows no WAL past the end. */
    private static void stopAndReadTail(MoveContext context, SealReport seal) {
        // the end of the WAL may still be on its way, and a source that is stopped sends no more
        awaitEnd(context, seal.finalLsn());
        TailReport tail =
                PauseBudget.call(context, context.from(), new Verb.HaltAndReadTail(seal.timeline(), seal.finalLsn()));
        if (tail.recordsPast() > 0) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    context.from() + " has " + tail.recordsPast() + " WAL records past " + seal.finalLsn() + ": "
                            + tail.records());
        }
        context.pause().mark(MoveSteps.SEAL, "stop and tail");
    }

    static void unseal(MoveContext context) {
        FenceRows.startAborting(context);
        if (FenceRows.holds(context, context.topologies(), TopologyState.ABORTING)) {
            context.call(context.from(), new Verb.Unseal());
            context.pause().mark(MoveSteps.SEAL, "unseal");
        }
    }

    static void awaitReplayed(MoveContext context) {
        awaitEnd(context, context.pause().seal().finalLsn());
        context.pause().mark(MoveSteps.SYNC, "final sync");
    }

    static void awaitEnd(MoveContext context, Lsn end) {
        if (!isReplayedAhead(context, end)) {
            PauseBudget.call(context, context.to(), new Verb.AwaitReplayed(end));
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
}
