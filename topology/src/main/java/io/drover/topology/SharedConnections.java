/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One connection for all in a process that want the same one: an application with twenty shards has one session, not twenty. It is
 * opened for the first of them and closed after the last.
 */
public final class SharedConnections {
    private final BiFunction<String, Duration, ZooKeeperClient> connect;
    private final Map<Key, Shared> open = new HashMap<>();

    /** Shares what this opens. */
    public SharedConnections(BiFunction<String, Duration, ZooKeeperClient> connect) {
        this.connect = connect;
    }

    private record Key(String connect, Duration sessionTimeout) {}

    /** Its users are counted under the lock of all; it is opened under its own, so that a slow one holds up only those who want it. */
    private final class Shared {
        private final Key key;
        private int users;
        private @Nullable ZooKeeperClient client;

        Shared(Key key) {
            this.key = key;
        }

        synchronized ZooKeeperClient client() {
            if (client == null) {
                client = connect.apply(key.connect, key.sessionTimeout);
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
     * Gives a share in a connection; close it.
     *
     * @see ZooKeeperConnection#connect
     */
    public ZooKeeperClient share(String connectString, Duration sessionTimeout) {
        Shared shared = join(new Key(connectString, sessionTimeout));
        try {
            return new Share(shared, shared.client());
        } catch (RuntimeException e) {
            leave(shared);
            throw e;
        }
    }

    private synchronized Shared join(Key key) {
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
