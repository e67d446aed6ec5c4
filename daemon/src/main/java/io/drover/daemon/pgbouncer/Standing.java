/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.replication.PgBouncer.Pools;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far one process has come with a wish.
 *
 * @param trouble what a person should know, or null
 * @param pools what it has open; looked at while a fence is near only
 */
record Standing(Wish wish, Phase phase, @Nullable String trouble, Optional<Pools> pools) {
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration BEFORE_A_FENCE = Duration.ofMillis(250);
    private static final Duration LATER = Duration.ofSeconds(1);

    Standing(Wish wish, Phase phase, @Nullable String trouble) {
        this(wish, phase, trouble, Optional.empty());
    }

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
        if (wish.hold() || phase == Phase.LOST || phase == Phase.GONE) {
            return SOON;
        }
        return wish.isNear() ? BEFORE_A_FENCE : LATER;
    }
}
