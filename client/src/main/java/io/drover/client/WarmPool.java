/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.ShardTopology.Endpoint;
import io.drover.client.internal.ConnectionPool;

/**
 * The pool to the target of a move, opened while the target is still a hot standby. Its sessions survive the promotion and become
 * writable by it. Used by the kit's thread only.
 */
final class WarmPool {
    private final Endpoint endpoint;
    private final ConnectionPool pool;
    private final int size;
    private boolean ready;

    WarmPool(Endpoint endpoint, ConnectionPool pool, int size) {
        this.endpoint = endpoint;
        this.pool = pool;
        this.size = size;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    ConnectionPool pool() {
        return pool;
    }

    boolean ready() {
        return ready;
    }

    /** Looks at the pool. Ready when full; no more when half is lost, so that replacing an old session changes nothing. */
    void look() {
        int idle = pool.idle();
        ready = idle >= size || (ready && 2 * idle > size);
    }
}
