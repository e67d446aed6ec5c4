/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;

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
        attempt(step.limits().retry(), () -> step.run().run(context), step);
    }

    void undo(MoveStep step) {
        context.undoing(step);
        attempt(UNDO_RETRY, () -> step.undo().action().run(context), step);
    }

    private void attempt(Duration limit, Runnable action, MoveStep step) {
        if (limit.isZero()) {
            action.run();
            return;
        }
        RetryPolicy<Object> policy = RetryPolicy.builder()
                .handleIf(Attempts::mayPass)
                .withDelay(BETWEEN)
                .withMaxDuration(limit)
                .withMaxRetries(-1)
                .onFailedAttempt(event -> context.waitingFor("step " + step.number() + " is tried again: "
                        + event.getLastException().getMessage()))
                .build();
        try {
            Failsafe.with(policy).run(action::run);
        } catch (FailsafeException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.LEADERSHIP_LOST, "stopped between two attempts", null, e);
        }
        context.waitingFor(null);
    }

    private static boolean mayPass(Throwable e) {
        return e instanceof DroverException failure
                && failure.code().retryable()
                && failure.code() != ErrorCode.LEADERSHIP_LOST
                && !Thread.currentThread().isInterrupted();
    }
}
