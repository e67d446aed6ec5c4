/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static java.util.Objects.requireNonNull;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Spreads the logins of a pool when it is opened and when a fence has passed over it. All clients of a shard hear of a switch in the same
 * moment: two thousand of them would fall upon one server at once. So the window is cut into as many parts as the pool has sessions, ten
 * at least, and each part has one login, at a moment of its own choice. Behind the window there is no limit.
 */
final class LoginRamp {
    /** So that the first login of a small pool, for which somebody may wait, comes in the first tenth of the window. */
    private static final int FEWEST_PARTS = 10;

    private final Scheduler scheduler;
    private final Supplier<? extends RandomGenerator> random;
    private final long part;
    private final int parts;
    private final AtomicReference<Position> position;

    /** Where in the window the next login is. */
    private record Position(long begin, int next) {}

    /** Begins. */
    LoginRamp(Scheduler scheduler, Supplier<? extends RandomGenerator> random, Duration window, int sessions) {
        this.scheduler = scheduler;
        this.random = random;
        this.parts = Math.max(FEWEST_PARTS, sessions);
        this.part = window.toNanos() / parts;
        this.position = new AtomicReference<>(new Position(scheduler.nanoTime(), 0));
    }

    /** Begins anew. */
    void begin() {
        position.set(new Position(scheduler.nanoTime(), 0));
    }

    /** Takes the next login's turn; answers how long it has to wait for that. */
    Duration turn() {
        Position taken = requireNonNull(
                position.getAndUpdate(now -> new Position(now.begin, Math.min(parts, now.next + 1))), "no position");
        if (taken.next == parts || part == 0) {
            return Duration.ZERO;
        }
        long moment = taken.next * part + random.get().nextLong(part);
        return Duration.ofNanos(Math.max(0, moment - (scheduler.nanoTime() - taken.begin)));
    }
}
