/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Something that a client has asked for and waits for on no thread: it is told once, of a failure when what it needs takes too long. */
final class Pending<T> {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final FakePostgres world;
    private final Told<T> told;
    private final AtomicBoolean done = new AtomicBoolean();

    Pending(FakePostgres world, Told<T> told) {
        this.world = world;
        this.told = told;
    }

    void succeed(T value) {
        if (done.compareAndSet(false, true)) {
            told.told(value, null);
        }
    }

    void fail(FakeFailure failure) {
        if (done.compareAndSet(false, true)) {
            told.told(null, failure);
        }
    }

    /** Goes on once a fact is true, without the world's monitor. */
    void when(BooleanSupplier fact, Supplier<FakeFailure> otherwise, Runnable then) {
        if (world.look(fact::getAsBoolean)) {
            then.run();
            return;
        }
        AtomicBoolean came = new AtomicBoolean();
        world.after(LIMIT, () -> {
            if (!came.get()) {
                fail(otherwise.get());
            }
        });
        world.when(() -> done.get() || fact.getAsBoolean(), () -> came.set(true), () -> {
            if (!done.get()) {
                then.run();
            }
        });
    }
}
