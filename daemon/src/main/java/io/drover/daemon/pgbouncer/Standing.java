/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far one process has come with a wish.
 *
 * @param trouble what a person should know, or null
 */
record Standing(Wish wish, Phase phase, @Nullable String trouble) {
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration LATER = Duration.ofSeconds(1);

    enum Phase {
        /** Clients go where they should. */
        SERVING,
        /** Clients are held; some have not let go of their server connection. */
        HELD,
        /** Clients are held, and no server connection is left. */
        DRAINED,
        /** Nobody listens: the process has ended, and what it had in flight with it. */
        GONE,
        /** It does not answer, or does not do what it is told. Nothing is known of it (rule R4). */
        LOST
    }

    /** Whether nothing of it can be in flight on the primary. */
    boolean isDrained() {
        return phase == Phase.DRAINED || phase == Phase.GONE;
    }

    /** Whether nothing of the adapter's pause is left in it. */
    boolean isReleased() {
        return phase == Phase.SERVING || phase == Phase.GONE;
    }

    /** When to look again: at once while a fence waits, soon while a restart would let clients through. */
    Duration next() {
        if (phase == Phase.HELD) {
            return AT_ONCE;
        }
        return wish.hold() || phase == Phase.LOST || phase == Phase.GONE ? SOON : LATER;
    }
}
