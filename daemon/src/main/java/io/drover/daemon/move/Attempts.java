/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.time.Scheduler;
import io.drover.daemon.move.MoveStep.Limits;
import io.drover.daemon.move.WaitText.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs and undoes rows, and tries again within the row's limit when a failure may pass. Rows may be repeated, so this is safe. */
final class Attempts {
    /** What an undo waits for may take a person: a disk to be emptied, a machine to come back. */
    private static final Duration BETWEEN_UNDOS_AT_MOST = Duration.ofSeconds(3);

    /** More than any rest has room for. */
    private static final int DOUBLINGS = 20;

    /** How often a row may fail after it has worked for longer than its limit: each time it may begin its work anew. */
    private static final int RENEWALS = 3;

    private final MoveContext context;

    Attempts(MoveContext context) {
        this.context = context;
    }

    void run(MoveStep step) {
        attempt(
                step.limits().retry(),
                () -> {
                    context.checkOrders();
                    step.run().run(context);
                    return true;
                },
                step,
                "step " + step.number() + " " + step.name());
    }

    /** Whether the effect of a row that had begun is there; what nobody knows of is not there. */
    boolean isDone(MoveStep step) {
        return attempt(
                step.limits().retry(),
                () -> {
                    try {
                        return step.done().isDone(context);
                    } catch (DroverException e) {
                        if (e.code() == ErrorCode.NOT_FOUND) {
                            return false;
                        }
                        throw e;
                    }
                },
                step,
                "the look whether step " + step.number() + " " + step.name() + " was done");
    }

    void undo(MoveStep step) {
        attempt(
                step.limits().undo(),
                () -> {
                    step.undo().action().run(context);
                    return true;
                },
                step,
                "the undo of step " + step.number() + " " + step.name());
    }

    private boolean attempt(Duration limit, BooleanSupplier action, MoveStep step, String what) {
        Scheduler scheduler = context.services().scheduler();
        long begin = scheduler.nanoTime();
        Instant since = context.services().clock().instant();
        int tries = 0;
        int inARow = 0;
        int renewals = 0;
        @Nullable ErrorCode said = null;
        try {
            while (true) {
                long tried = scheduler.nanoTime();
                try {
                    boolean answer = action.getAsBoolean();
                    if (tries > 0) {
                        tell(step, what + " succeeded at try " + (tries + 1));
                    }
                    return answer;
                } catch (DroverException e) {
                    boolean late = scheduler.nanoTime() - tried > limit.toNanos();
                    if (late && renewals < RENEWALS && !isAtClientsCost(step)) {
                        // it has waited or worked all that time, and fails only now
                        renewals++;
                        inARow = 0;
                        begin = scheduler.nanoTime();
                        since = context.services().clock().instant();
                    }
                    Duration spent = Duration.ofNanos(scheduler.nanoTime() - begin);
                    Duration between = between(step, inARow);
                    if (!mayPass(e)) {
                        throw e;
                    }
                    if (spent.plus(between).compareTo(limit) > 0) {
                        throw tries == 0 ? e : givenUp(e, what, tries + 1, since);
                    }
                    tries++;
                    inARow++;
                    Retry retry = retry(step, what, tries, e, since, between, limit.minus(spent));
                    context.live().retry(retry);
                    context.live().stalled();
                    // a failure that repeats itself is said once
                    if (e.code() != said) {
                        said = e.code();
                        tell(
                                step,
                                what + ": try " + tries + " failed and is repeated until "
                                        + WaitText.time(retry.until()) + ": " + e.getMessage());
                    }
                }
                rest(scheduler, between(step, inARow - 1));
            }
        } finally {
            context.live().retry(null);
        }
    }

    /**
     * Of a row at once, because its limits are short, and of an undo for which clients wait; of another undo, and of a row that begins its
     * work anew, less and less often: each time twice as long as the time before.
     */
    private Duration between(MoveStep step, int failed) {
        Duration longer = Limits.SHORTEST_REST.multipliedBy(1L << Math.min(failed, DOUBLINGS));
        Duration most = mostBetween(step);
        return longer.compareTo(most) < 0 ? longer : most;
    }

    private Duration mostBetween(MoveStep step) {
        if (!context.unwinding()) {
            return step.limits().rest();
        }
        boolean held = step.number() >= MoveSteps.FENCE && step.number() <= MoveSteps.COMMIT;
        return held ? Limits.SHORTEST_REST : BETWEEN_UNDOS_AT_MOST;
    }

    /** The last failure, with how often it was tried: a person need not try the same once more at once. */
    private static DroverException givenUp(DroverException e, String what, int tries, Instant since) {
        return new DroverException(
                e.code(),
                e.getMessage() + " (" + what + " was tried " + tries + " times since " + WaitText.time(since) + ")",
                e.hint().orElse(null),
                e);
    }

    private Retry retry(
            MoveStep step,
            String what,
            int tries,
            DroverException failure,
            Instant since,
            Duration between,
            Duration left) {
        Instant now = context.services().clock().instant();
        boolean undo = context.unwinding();
        Instant next = step.limits().beginsAnew() && !undo ? now.plus(between) : null;
        return new Retry(what, tries, failure, since, now, next, now.plus(left), undo, false);
    }

    /** In the pause a write of its own would hold up writers; and where ZooKeeper is what fails, it would only fail as well. */
    private void tell(MoveStep step, String event) {
        context.tell(step.number(), event, step.number() < MoveSteps.FENCE || step.number() > MoveSteps.PUBLISH);
    }

    /** There commits may wait for the target, or clients for the end of the pause: nothing is begun anew at their cost. */
    private boolean isAtClientsCost(MoveStep step) {
        return !context.unwinding() && step.number() >= MoveSteps.FOLLOW && step.number() <= MoveSteps.PUBLISH;
    }

    /** A long rest is one that a person's order, the deadline or the loss of the lead ends. */
    private void rest(Scheduler scheduler, Duration time) {
        try {
            if (context.unwinding() || time.compareTo(Limits.SHORTEST_REST) <= 0) {
                scheduler.pause(time);
            } else {
                context.rest(time);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.LEADERSHIP_LOST, "stopped between two attempts", null, e);
        }
    }

    private static boolean mayPass(DroverException e) {
        return e.code().retryable()
                && e.code() != ErrorCode.LEADERSHIP_LOST
                && !Thread.currentThread().isInterrupted();
    }
}
