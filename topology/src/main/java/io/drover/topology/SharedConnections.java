/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.apache.zookeeper.KeeperException;

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

    private static final class Shared {
        private final ZooKeeperClient client;
        private int users;

        Shared(ZooKeeperClient client) {
            this.client = client;
        }
    }

    /**
     * Gives a share in a connection; close it. While it is being opened, whoever wants another one waits.
     *
     * @see ZooKeeperConnection#connect
     */
    public synchronized ZooKeeperClient share(String connectString, Duration sessionTimeout) {
        Key key = new Key(connectString, sessionTimeout);
        Shared shared = open.computeIfAbsent(key, wanted -> new Shared(connect.apply(connectString, sessionTimeout)));
        shared.users++;
        return new Share(key, shared);
    }

    private synchronized void leave(Key key, Shared shared) {
        shared.users--;
        if (shared.users == 0) {
            open.remove(key);
            shared.client.close();
        }
    }

    /** What its user could not take back before closing it, such as an ephemeral znode, is still tried while others keep the session. */
    private final class Share implements ZooKeeperClient {
        private final Key key;
        private final Shared shared;
        private final ZooKeeperClient client;
        private final AtomicBoolean closed = new AtomicBoolean();

        Share(Key key, Shared shared) {
            this.key = key;
            this.shared = shared;
            this.client = shared.client;
        }

        @Override
        public Scheduler scheduler() {
            return client.scheduler();
        }

        @Override
        public ZooKeeperSession session() throws KeeperException {
            return client.session();
        }

        @Override
        public boolean isConnected() {
            return client.isConnected();
        }

        @Override
        public boolean isOpen() {
            return !closed.get() && client.isOpen();
        }

        @Override
        public void addListener(Listener listener) {
            client.addListener(listener);
        }

        @Override
        public void removeListener(Listener listener) {
            client.removeListener(listener);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                leave(key, shared);
            }
        }
    }
}
