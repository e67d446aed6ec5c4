/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A persistent watch that survives sessions. ZooKeeper does not tell what happened to a persistent watch's znodes while the
 * connection was cut, so the user reads them anew after each connecting, and now and then besides (hazard H41).
 */
final class PersistentWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PersistentWatch.class);

    private final CuratorFramework client;
    private final String path;
    private final AddWatchMode mode;
    private final Listener listener;
    private final SessionTracker tracker;
    private final Watcher watcher = this::process;
    private volatile long watchedSession;

    PersistentWatch(CuratorFramework client, String path, AddWatchMode mode, Listener listener) {
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
                withHandle(PersistentWatch.this::tick);
            }
        });
    }

    interface Listener {
        /** The znode of this path changed. Called on ZooKeeper's event thread: must not block. */
        void changed(ZooKeeper zooKeeper, String changedPath);

        /** Anything may have changed: read it. Called on the watch's thread. */
        void reread(ZooKeeper zooKeeper);

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

    private void tick(ZooKeeper zooKeeper) {
        long session = zooKeeper.getSessionId();
        if (session != watchedSession) {
            zooKeeper.addWatch(
                    path,
                    watcher,
                    mode,
                    (rc, name, context) -> {
                        if (rc == KeeperException.Code.OK.intValue()) {
                            watchedSession = session;
                        } else {
                            LOG.debug("watch on {} not set: {}", path, KeeperException.Code.get(rc));
                        }
                    },
                    null);
        }
        // Sent after the watch, and therefore answered after it is in force: no change falls between the two.
        listener.reread(zooKeeper);
    }

    private void process(WatchedEvent event) {
        if (event.getType() != Watcher.Event.EventType.None && event.getPath() != null) {
            withHandle(zooKeeper -> listener.changed(zooKeeper, event.getPath()));
        }
    }

    private void withHandle(Consumer<ZooKeeper> use) {
        try {
            use.accept(client.getZookeeperClient().getZooKeeper());
        } catch (Exception e) {
            // Curator declares any exception. The next connecting or poll makes it good.
            LOG.debug("no connection to read {}", path, e);
        }
    }

    @Override
    public void close() {
        tracker.close();
        withHandle(zooKeeper ->
                zooKeeper.removeWatches(path, watcher, Watcher.WatcherType.Any, true, (rc, name, context) -> {}, null));
    }
}
