/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a fact, with a limit. */
final class Eventually {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private Eventually() {}

    static void until(String fact, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!holds.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + LIMIT + ": " + fact);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
