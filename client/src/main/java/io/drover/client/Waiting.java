/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The one place where the kit waits for nothing but time. */
final class Waiting {
    private Waiting() {}

    /** Waits about this long; less when interrupted, and then the flag stays set. */
    static void pause(Duration duration) {
        LockSupport.parkNanos(duration.toNanos());
    }
}
