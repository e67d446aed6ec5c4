/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.api.fault.FaultPoints;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks a move through the table, forward or backward, until it ends or leadership does. Every row is written down before it
 * runs, so that another controller's driver goes on from the stored record: a row that had begun is asked whether its effect is
 * there before it is run again.
 */
final class MoveDriver {
    private static final Logger LOG = LoggerFactory.getLogger(MoveDriver.class);

    private final MoveContext context;
    private final MoveProgress progress;
    private final Attempts attempts;
    private final Set<Integer> begunByOthers;
    /** Rows of the pause that have run here and are written down by a later row. */
    private final Set<Integer> unrecorded = new HashSet<>();

    MoveDriver(MoveContext context) {
        this.context = context;
        this.progress = new MoveProgress(context);
        this.attempts = new Attempts(context);
        this.begunByOthers = new HashSet<>(context.record().leg().begun());
    }

    /**
     * Returns when the move has ended. Throws LEADERSHIP_LOST when another controller has to go on, and TOPOLOGY_OUTDATED when nobody
     * may.
     */
    void drive() {
        while (!context.record().state().isFinal()) {
            if (context.record().state() == MoveState.ABORTING) {
                unwind();
                continue;
            }
            Optional<MoveStep> next = MoveSteps.next(context.record(), unrecorded);
            if (next.isEmpty()) {
                FaultPoints.around("move", "end", progress::end);
            } else {
                perform(next.orElseThrow());
            }
        }
    }

    private void perform(MoveStep step) {
        try {
            progress.enter(step);
            if (step.recording().writesIntent()) {
                FaultPoints.around(step.place(), "intent", () -> progress.begin(step));
            }
            boolean there = begunByOthers.remove(step.number()) && attempts.isDone(step);
            if (!there) {
                FaultPoints.around(step.place(), "run", () -> attempts.run(step));
            }
            if (step.recording().writesResult()) {
                FaultPoints.around(step.place(), "result", () -> progress.finish(step));
                unrecorded.clear();
            } else {
                unrecorded.add(step.number());
            }
            progress.left(step);
        } catch (DroverException e) {
            fail(step, e);
        } catch (RuntimeException e) {
            fail(step, new DroverException(ErrorCode.INTERNAL, "BUG: " + e, "report it with the log", e));
        }
    }

    private void fail(MoveStep step, DroverException e) {
        if (endsDriver(e)) {
            throw e;
        }
        LOG.warn("move {} step {}: {}", context.id(), step.number(), e.getMessage(), e);
        FaultPoints.around(step.place(), "failure", () -> progress.fail(step, e));
    }

    /**
     * Nothing is written, and nothing undone, by one who does not lead or on a topology from the past. Who is interrupted has lost the
     * lead or is shutting down, whatever the call that it was in has made of that.
     */
    private static boolean endsDriver(DroverException e) {
        return e.code() == ErrorCode.LEADERSHIP_LOST
                || e.code() == ErrorCode.TOPOLOGY_OUTDATED
                || Thread.currentThread().isInterrupted();
    }

    private void unwind() {
        List<DroverException> failures = new ArrayList<>();
        boolean commitsMayWait = false;
        for (MoveStep step : MoveSteps.begunInReverse(context.record())) {
            if (step.number() == MoveSteps.RESERVE && !failures.isEmpty()) {
                // nobody else may take the shard while something of this move is left
                continue;
            }
            if (step.number() < MoveSteps.FOLLOW && commitsMayWait) {
                // the source's commits may wait for the target: it has to stay where it is until they do not any more
                continue;
            }
            try {
                progress.undoing(step);
                FaultPoints.around(step.place(), "undo", () -> attempts.undo(step));
                FaultPoints.around(step.place(), "undone", () -> progress.undone(step));
            } catch (DroverException e) {
                if (endsDriver(e)) {
                    throw e;
                }
                LOG.error("move {} step {}: undo failed: {}", context.id(), step.number(), e.getMessage(), e);
                failures.add(e.at(context.id(), step.number()));
                commitsMayWait |= step.number() >= MoveSteps.FOLLOW;
            }
        }
        begunByOthers.clear();
        unrecorded.clear();
        FaultPoints.around("move", "unwound", () -> progress.endUnwinding(failures));
    }
}
