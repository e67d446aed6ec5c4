/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.time.Scheduler;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.zookeeper.KeeperException;

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

    private static final class Shared {
        private final ZooKeeperClient client;
        private int users;

        Shared(ZooKeeperClient client) {
            this.client = client;
        }
    }

    /**
     * Gives a share in a connection; close it. While it is being opened, whoever wants another one waits. One that is logged in is not
     * shared: what a client made in it may be deleted by nobody but the controllers, and goes with the session.
     *
     * @see ZooKeeperConnection#connect
     */
    public synchronized ZooKeeperClient share(ZooKeeperSettings settings) {
        if (settings.access() != null) {
            return connect.apply(settings);
        }
        Shared shared = open.computeIfAbsent(settings, wanted -> new Shared(connect.apply(wanted)));
        shared.users++;
        return new Share(settings, shared);
    }

    private synchronized void leave(ZooKeeperSettings key, Shared shared) {
        shared.users--;
        if (shared.users == 0) {
            open.remove(key);
            shared.client.close();
        }
    }

    /** What its user could not take back before closing it, such as an ephemeral znode, is still tried while others keep the session. */
    private final class Share implements ZooKeeperClient {
        private final ZooKeeperSettings key;
        private final Shared shared;
        private final ZooKeeperClient client;
        private final AtomicBoolean closed = new AtomicBoolean();

        Share(ZooKeeperSettings key, Shared shared) {
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
        public Optional<AccessRules> accessRules() {
            return client.accessRules();
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
