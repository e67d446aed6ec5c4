/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The one place of this module where a thread waits for the world to change. */
public final class Waiting {
    private static final Duration PERIOD = Duration.ofMillis(20);

    private Waiting() {}

    /**
     * Returns as soon as the condition holds.
     *
     * @param what the condition in words, for the error
     * @throws IllegalStateException when it does not hold in time
     */
    public static void until(String what, Duration limit, BooleanSupplier condition) {
        untilPresent(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    /**
     * Returns the first value that the source has.
     *
     * @param what what is waited for, for the error
     * @throws IllegalStateException when there is none in time
     */
    public static <T> T untilPresent(String what, Duration limit, Supplier<Optional<T>> source) {
        long start = System.nanoTime();
        while (true) {
            Optional<T> value = source.get();
            if (value.isPresent()) {
                return value.orElseThrow();
            }
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new IllegalStateException("not within " + limit + ": " + what);
            }
            pause(PERIOD);
        }
    }

    /** Whether the condition comes to hold within the limit. */
    public static boolean within(Duration limit, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                return false;
            }
            pause(PERIOD);
        }
        return true;
    }

    /**
     * Lets time pass.
     *
     * @throws IllegalStateException when the thread is interrupted
     */
    public static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting");
            }
        }
    }
}
