/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.client.internal.ConnectionPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The permission to use one server under one epoch, and the count of connections that the application holds under it. Once shut it
 * admits nobody; when the last connection has come back it is drained, which is told exactly once.
 */
final class Grant {
    /** The highest bit says shut, the others count; one atomic word, so that no connection slips between check and count. */
    private static final int SHUT = Integer.MIN_VALUE;

    private final FenceEpoch epoch;
    private final Endpoint endpoint;
    private final ConnectionPool pool;
    private final Consumer<Grant> onDrained;
    private final AtomicInteger word = new AtomicInteger();

    Grant(FenceEpoch epoch, Endpoint endpoint, ConnectionPool pool, Consumer<Grant> onDrained) {
        this.epoch = epoch;
        this.endpoint = endpoint;
        this.pool = pool;
        this.onDrained = onDrained;
    }

    FenceEpoch epoch() {
        return epoch;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    ConnectionPool pool() {
        return pool;
    }

    /** Counts one connection; false when shut. */
    boolean enter() {
        int seen = word.get();
        while (seen >= 0) {
            if (word.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = word.get();
        }
        return false;
    }

    /** Uncounts one connection. */
    void exit() {
        if (word.decrementAndGet() == SHUT) {
            onDrained.accept(this);
        }
    }

    /** Admits nobody from now on. */
    void shut() {
        if (word.getAndUpdate(seen -> seen | SHUT) == 0) {
            onDrained.accept(this);
        }
    }

    boolean isShut() {
        return word.get() < 0;
    }

    int borrowed() {
        return word.get() & ~SHUT;
    }
}
