/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what happens on another thread. */
final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private Eventually() {}

    static void until(BooleanSupplier condition) {
        Deadline deadline = new Deadline(LIMIT);
        while (!condition.getAsBoolean()) {
            if (deadline.passed()) {
                throw new AssertionError("not within " + LIMIT);
            }
            Waiting.pause(Duration.ofMillis(1));
        }
    }
}
