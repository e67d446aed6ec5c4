/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A wait with an end: the one place of this module that parks between two polls. Monotonic clock. */
public final class Waiting {
    private final long startNanos = System.nanoTime();
    private final long limitNanos;

    private Waiting(Duration limit) {
        this.limitNanos = limit.toNanos();
    }

    /** Starts to wait now. */
    public static Waiting upTo(Duration limit) {
        return new Waiting(limit);
    }

    /**
     * Polls until the condition holds.
     *
     * @return whether it held before the limit; it is asked once more at the limit
     */
    public static boolean until(Duration limit, Duration pause, BooleanSupplier condition) {
        Waiting waiting = upTo(limit);
        while (!condition.getAsBoolean()) {
            if (waiting.isOver()) {
                return condition.getAsBoolean();
            }
            waiting.pause(pause);
        }
        return true;
    }

    /** Whether the limit is reached. */
    public boolean isOver() {
        return System.nanoTime() - startNanos >= limitNanos;
    }

    /** Time that is left, never negative. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, limitNanos - (System.nanoTime() - startNanos)));
    }

    /** Milliseconds since the start. */
    public double millis() {
        return (System.nanoTime() - startNanos) / 1e6;
    }

    /**
     * Parks for the given time or until the limit, whichever is sooner.
     *
     * @throws DroverException when the thread is interrupted; the interrupt stays set
     */
    public void pause(Duration time) {
        long wanted = Math.min(time.toNanos(), left().toNanos());
        long until = System.nanoTime() + wanted;
        long rest = wanted;
        while (rest > 0) {
            LockSupport.parkNanos(rest);
            if (Thread.currentThread().isInterrupted()) {
                throw new DroverException(ErrorCode.TIMEOUT, "the wait was interrupted, because the process ends");
            }
            rest = until - System.nanoTime();
        }
    }
}
