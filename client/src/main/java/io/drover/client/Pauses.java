/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Counts how long connections were held back. Written by the kit's thread, read by any. */
final class Pauses {
    private final Scheduler scheduler;
    private volatile Summary summary = new Summary(0, Duration.ZERO, Duration.ZERO);
    private volatile @Nullable Long since;

    Pauses(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    void begin() {
        if (since == null) {
            since = scheduler.nanoTime();
        }
    }

    /** Ends the pause and answers its length; zero when none had begun. */
    Duration end() {
        Duration held = running();
        since = null;
        if (held.isZero()) {
            return held;
        }
        Duration longest = summary.longest.compareTo(held) > 0 ? summary.longest : held;
        summary = new Summary(summary.count + 1, held, longest);
        return held;
    }

    /** How long connections are being held back by now; zero when they are not. */
    Duration running() {
        Long begun = since;
        // one that has just begun is none of no length
        return begun == null ? Duration.ZERO : Duration.ofNanos(Math.max(1, scheduler.nanoTime() - begun));
    }

    Summary summary() {
        return summary;
    }

    record Summary(long count, Duration last, Duration longest) {}
}
