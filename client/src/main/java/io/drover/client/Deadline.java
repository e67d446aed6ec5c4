/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.time.Duration;

/** Until when a caller waits, by the monotonic clock. */
final class Deadline {
    private final long start = System.nanoTime();
    private final long limit;

    Deadline(Duration limit) {
        this.limit = limit.toNanos();
    }

    long nanosLeft() {
        return limit - (System.nanoTime() - start);
    }

    boolean passed() {
        return nanosLeft() <= 0;
    }

    Duration waited() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
