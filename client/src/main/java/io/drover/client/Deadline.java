/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.time.Scheduler;
import java.time.Duration;

/** Until when a caller waits, by the monotonic clock. */
final class Deadline {
    private final Scheduler scheduler;
    private final long start;
    private final long limit;

    Deadline(Scheduler scheduler, Duration limit) {
        this.scheduler = scheduler;
        this.start = scheduler.nanoTime();
        this.limit = limit.toNanos();
    }

    long nanosLeft() {
        return limit - (scheduler.nanoTime() - start);
    }

    boolean passed() {
        return nanosLeft() <= 0;
    }

    /** Negative when its caller came before the other's. */
    int compareArrival(Deadline other) {
        // such times are compared by their difference, which may have passed the greatest number
        return Long.signum(start - other.start);
    }

    Duration waited() {
        return Duration.ofNanos(scheduler.nanoTime() - start);
    }
}
