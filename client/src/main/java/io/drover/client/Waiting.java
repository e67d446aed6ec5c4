/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.time.Scheduler;
import java.time.Duration;

/** The one place where the kit waits for nothing but time. */
final class Waiting {
    private Waiting() {}

    /** Waits so long; less when interrupted, and then the flag stays set. */
    static void pause(Scheduler scheduler, Duration duration) {
        try {
            scheduler.pause(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
