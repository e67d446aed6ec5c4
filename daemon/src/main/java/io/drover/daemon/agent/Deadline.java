/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;

/** When a verb has to be done, by a clock that never goes back (H50, H54). */
record Deadline(long nanoTime) {
    /** Counted from now. */
    static Deadline in(Duration limit) {
        return new Deadline(System.nanoTime() + limit.toNanos());
    }

    /** What is left of it; zero once it has passed. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /** What is left of it, but not more than this. */
    Duration leftAtMost(Duration most) {
        Duration left = left();
        return left.compareTo(most) < 0 ? left : most;
    }

    /** Throws TIMEOUT once it has passed. */
    void check(String what) {
        if (left().isZero()) {
            throw new DroverException(ErrorCode.TIMEOUT, what + " came too late: the time of its token is over");
        }
    }
}
