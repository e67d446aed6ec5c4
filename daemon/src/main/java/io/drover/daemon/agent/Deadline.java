/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** When a verb has to be done, by a clock that never goes back (H50, H54). */
record Deadline(Scheduler scheduler, long nanoTime) {
    /** Counted from now. */
    static Deadline in(Scheduler scheduler, Duration limit) {
        return new Deadline(scheduler, scheduler.nanoTime() + limit.toNanos());
    }

    /** What is left of it; zero once it has passed. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, nanoTime - scheduler.nanoTime()));
    }

    /** What is left of it, but not more than this. */
    Duration leftAtMost(Duration most) {
        Duration left = left();
        return left.compareTo(most) < 0 ? left : most;
    }

    /** Throws TIMEOUT once it has passed. */
    void check(String what) {
        if (left().isZero()) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    what + " came too late: the time of its token is over; nothing was done",
                    "the controller sends it again within the limit of its step; look at what keeps the instance busy");
        }
    }

    /** Waits for a fact; answers whether it came in time. It is asked for once more at the end. */
    boolean await(Duration poll, BooleanSupplier fact) {
        while (!fact.getAsBoolean()) {
            if (left().isZero()) {
                return fact.getAsBoolean();
            }
            try {
                scheduler.pause(leftAtMost(poll));
            } catch (InterruptedException e) {
                throw shuttingDown(e);
            }
        }
        return true;
    }

    /** Waits for so long, but not past the deadline. */
    void pause(Duration time) {
        try {
            scheduler.pause(leftAtMost(time));
        } catch (InterruptedException e) {
            throw shuttingDown(e);
        }
    }

    /** What a wait that was interrupted ends with; the interrupt stays set. */
    static DroverException shuttingDown(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new DroverException(ErrorCode.TIMEOUT, "the agent is shutting down", null, cause);
    }
}
