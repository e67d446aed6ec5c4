/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A persistent watch that survives sessions. ZooKeeper does not tell what happened to a persistent watch's znodes while the
 * connection was cut, so the user reads them anew after each connecting, and now and then besides (hazard H41).
 */
final class PersistentWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PersistentWatch.class);

    private final ZooKeeperClient client;
    private final String path;
    private final AddWatchMode mode;
    private final Listener listener;
    private final SessionTracker tracker;
    private final ZooKeeperSession.WatchListener changes = this::changed;
    private volatile long watchedSession;

    PersistentWatch(ZooKeeperClient client, String path, AddWatchMode mode, Listener listener) {
        this.client = requireNonNull(client, "client is null");
        this.path = requireNonNull(path, "path is null");
        this.mode = requireNonNull(mode, "mode is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.tracker = new SessionTracker(client, "drover-watch " + path, new SessionTracker.Listener() {
            @Override
            public void connection(TopologyWatcher.Connection change) {
                listener.connection(change);
            }

            @Override
            public void tick() {
                inSession(PersistentWatch.this::tick);
            }
        });
    }

    interface Listener {
        /** The znode of this path changed. Called on a thread of the connection: must not block. */
        void changed(ZooKeeperSession session, String changedPath);

        /**
         * Anything may have changed: read it. Called on the watch's thread.
         *
         * @param watched whether the watch was in force since the last time; else a change may have been missed for certain
         */
        void reread(ZooKeeperSession session, boolean watched);

        /** The connection changed. Called on the watch's thread. */
        void connection(TopologyWatcher.Connection change);
    }

    void start(Duration poll) {
        tracker.start(poll);
    }

    /** Runs something on the watch's thread. */
    void execute(Runnable task) {
        tracker.execute(task);
    }

    /** Runs something on the watch's thread after a while. */
    void executeLater(Runnable task, Duration delay) {
        tracker.executeLater(task, delay);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nothing in the callback fails
    private void tick(ZooKeeperSession session) {
        long id = session.id();
        boolean watched = id == watchedSession;
        if (!watched) {
            session.watch(path, mode, changes).whenComplete((nothing, failure) -> {
                if (failure == null) {
                    watchedSession = id;
                } else {
                    LOG.debug("watch on {} not set", path, failure);
                }
            });
        }
        // Sent after the watch, and therefore answered after it is in force: no change falls between the two.
        listener.reread(session, watched);
    }

    private void changed(String changedPath) {
        inSession(session -> listener.changed(session, changedPath));
    }

    private void inSession(Consumer<ZooKeeperSession> use) {
        ZooKeeperSession session;
        try {
            session = client.session();
        } catch (KeeperException e) {
            // The next connecting or poll makes it good.
            LOG.debug("no connection to read {}", path, e);
            return;
        }
        use.accept(session);
    }

    @Override
    public void close() {
        tracker.close();
        inSession(session -> session.unwatch(path, changes));
    }
}
