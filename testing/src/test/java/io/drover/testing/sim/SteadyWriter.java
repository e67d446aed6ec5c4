/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.testing.fake.FakeClient;
import io.drover.testing.fake.FakeFailure;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An application of its own, which commits on one node all the time and waits for whomever its commits wait for. */
final class SteadyWriter {
    private static final Duration BETWEEN = Duration.ofMillis(50);

    private final SimWorld world;
    private final String node;
    private final AtomicLong longest = new AtomicLong();
    private final AtomicInteger commits = new AtomicInteger();
    private volatile boolean ended;

    private SteadyWriter(SimWorld world, String node) {
        this.world = world;
        this.node = node;
    }

    /** Begins to write. */
    static SteadyWriter on(SimWorld world, String node) {
        SteadyWriter writer = new SteadyWriter(world, node);
        world.beside("writer", writer::run);
        return writer;
    }

    private void run() {
        FakeClient session = world.postgres().client("rogue", node, SimWorld.PORT);
        for (int i = 1; !ended; i++) {
            long begin = world.scheduler().world().nanoTime();
            try {
                session.commit("w-" + i);
            } catch (FakeFailure e) {
                return;
            }
            commits.incrementAndGet();
            longest.accumulateAndGet(world.scheduler().world().nanoTime() - begin, Math::max);
            world.pause(BETWEEN);
        }
    }

    /** How many commits it was told of. */
    int commits() {
        return commits.get();
    }

    /** The longest that one of them has taken. */
    Duration longest() {
        return Duration.ofNanos(longest.get());
    }

    /** After its next commit. */
    void end() {
        ended = true;
    }
}
