/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what happens on another thread. */
final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Eventually() {}

    static void until(BooleanSupplier condition) {
        Deadline deadline = new Deadline(Scheduler.system(), LIMIT);
        while (!condition.getAsBoolean()) {
            if (deadline.passed()) {
                throw new AssertionError("not within " + LIMIT);
            }
            Waiting.pause(Scheduler.system(), Duration.ofMillis(1));
        }
    }
}
