/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * For how long a claim has been refused without a break. The session of a process that has ended, such as that of this machine before it
 * lost its power, times out while the connection holds; when the connection breaks, ZooKeeper may have begun anew and given every session
 * its time again. Thread-safe.
 */
final class RefusedFor implements AutoCloseable {
    private final ZooKeeperClient client;
    private final ZooKeeperClient.Listener states = this::changed;
    private volatile Duration limit = Duration.ZERO;
    private @Nullable Long since;

    RefusedFor(ZooKeeperClient client) {
        this.client = client;
    }

    /** Begins to follow the connection. */
    void watch(Duration lapse) {
        limit = lapse;
        client.addListener(states);
    }

    private void changed(ZooKeeperClient.State state) {
        if (state != ZooKeeperClient.State.CONNECTED) {
            end();
        }
    }

    /** It is refused now. */
    synchronized void begin() {
        if (since == null) {
            since = client.scheduler().nanoTime();
        }
    }

    /** It is not, or nobody knows. */
    synchronized void end() {
        since = null;
    }

    /** Whether it was for longer than a session outlives its process. */
    synchronized boolean lasts() {
        return since != null && client.scheduler().nanoTime() - since >= limit.toNanos();
    }

    @Override
    public void close() {
        client.removeListener(states);
    }
}
