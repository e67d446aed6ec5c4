/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Runs and undoes rows, and tries again within the row's limit when a failure may pass. Rows may be repeated, so this is safe. */
final class Attempts {
    private static final Duration BETWEEN = Duration.ofMillis(300);
    /** An undo gets a limit of its own, however little of the row's was left. */
    private static final Duration UNDO_RETRY = Duration.ofSeconds(60);

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
                step);
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
                step);
    }

    void undo(MoveStep step) {
        context.undoing(step);
        attempt(
                UNDO_RETRY,
                () -> {
                    step.undo().action().run(context);
                    return true;
                },
                step);
    }

    private boolean attempt(Duration limit, BooleanSupplier action, MoveStep step) {
        Scheduler scheduler = context.services().scheduler();
        long begin = scheduler.nanoTime();
        while (true) {
            try {
                boolean answer = action.getAsBoolean();
                if (!limit.isZero()) {
                    context.waitingFor(null);
                }
                return answer;
            } catch (DroverException e) {
                Duration spent = Duration.ofNanos(scheduler.nanoTime() - begin);
                if (!mayPass(e) || spent.plus(BETWEEN).compareTo(limit) > 0) {
                    throw e;
                }
                context.waitingFor("step " + step.number() + " is tried again: " + e.getMessage());
            }
            pause(scheduler);
        }
    }

    private static void pause(Scheduler scheduler) {
        try {
            scheduler.pause(BETWEEN);
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
