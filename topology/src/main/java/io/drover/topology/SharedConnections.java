/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection for all in a process that want the same one: an application with twenty shards has one session, not twenty. It is
 * opened for the first of them and closed after the last.
 */
public final class SharedConnections {
    private final Function<ZooKeeperSettings, ZooKeeperClient> connect;
    private final Map<ZooKeeperSettings, Shared> open = new HashMap<>();

    /** Shares what this opens. */
    public SharedConnections(Function<ZooKeeperSettings, ZooKeeperClient> connect) {
        this.connect = connect;
    }

    /** Its users are counted under the lock of all; it is opened under its own, so that a slow one holds up only those who want it. */
    private final class Shared {
        private final ZooKeeperSettings key;
        private int users;
        private @Nullable ZooKeeperClient client;

        Shared(ZooKeeperSettings key) {
            this.key = key;
        }

        synchronized ZooKeeperClient client() {
            if (client == null) {
                client = connect.apply(key);
            }
            return client;
        }

        synchronized void close() {
            if (client != null) {
                client.close();
            }
        }
    }

    /**
     * Gives a share in a connection; close it. One that is logged in is not shared: what a client made in it may be deleted by nobody but
     * the controllers, and goes with the session.
     *
     * @see ZooKeeperConnection#connect
     */
    public ZooKeeperClient share(ZooKeeperSettings settings) {
        if (settings.access() != null) {
            return connect.apply(settings);
        }
        Shared shared = join(settings);
        try {
            return new Share(shared, shared.client());
        } catch (RuntimeException e) {
            leave(shared);
            throw e;
        }
    }

    private synchronized Shared join(ZooKeeperSettings key) {
        Shared shared = open.computeIfAbsent(key, Shared::new);
        shared.users++;
        return shared;
    }

    private void leave(Shared shared) {
        if (isLast(shared)) {
            shared.close();
        }
    }

    private synchronized boolean isLast(Shared shared) {
        shared.users--;
        return shared.users == 0 && open.remove(shared.key, shared);
    }

    /** What its user could not take back before closing it, such as an ephemeral znode, is still tried while others keep the session. */
    private final class Share extends ForwardingZooKeeperClient {
        private final Shared shared;
        private final AtomicBoolean closed = new AtomicBoolean();

        Share(Shared shared, ZooKeeperClient client) {
            super(client);
            this.shared = shared;
        }

        @Override
        public boolean isOpen() {
            return !closed.get() && super.isOpen();
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                leave(shared);
            }
        }
    }
}
