/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.zookeeper.AddWatchMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a listener the newest topology of one shard or of all: by a persistent watch, by reading anew after each connecting, and
 * by polling besides: every few seconds what a move holds, ten times as seldom a single shard that is idle, and of many idle ones some in
 * turns. Level-triggered: states in between may be skipped (hazard H41), and no topology is told
 * after a newer one. Newer means a higher epoch, and at the same epoch a later write; a lower epoch is refused also when it was
 * written later, as after a restored snapshot (hazards H39, H95).
 */
public final class TopologyWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyWatcher.class);
    private static final Duration POLL = Duration.ofSeconds(3);
    /** Each agent of each node watches every shard: reading all of them every time would be most of what ZooKeeper does. */
    private static final int IDLE_SHARDS_OF_A_POLL = 50;
    /** A thousand clients of twenty shards each would keep ZooKeeper busy by polling alone. */
    private static final int POLLS_OF_AN_IDLE_SHARD = 10;

    private final PersistentWatch watch;
    private final Listener listener;
    private final @Nullable ShardId only;

    // Only touched by the watch's thread.
    private final Map<ShardId, Versioned<ShardTopology>> newest = new HashMap<>();
    private final Set<ShardId> absent = new HashSet<>();
    /** Whether what happened to shards may have been missed: until all have been listed since. */
    private boolean unread = true;
    /** Polls that have passed since the one shard was read. */
    private int passed;
    /** The idle shard that was polled last. */
    private Optional<ShardId> polled = Optional.empty();

    private TopologyWatcher(ZooKeeperClient client, @Nullable ShardId only, Listener listener) {
        this.listener = requireNonNull(listener, "listener is null");
        this.only = only;
        String path = only == null
                ? ZkLayout.topologies().path()
                : ZkLayout.shardTopology(only).path();
        AddWatchMode mode = only == null ? AddWatchMode.PERSISTENT_RECURSIVE : AddWatchMode.PERSISTENT;
        this.watch = new PersistentWatch(client, path, mode, new Events());
    }

    /** Watches one shard; the listener's first call comes as soon as the topology has been read. */
    public static TopologyWatcher watch(ZooKeeperClient client, ShardId shard, Listener listener) {
        return watch(client, shard, POLL, listener);
    }

    /** Watches every shard, those that are added later too. */
    public static TopologyWatcher watchAll(ZooKeeperClient client, Listener listener) {
        return watchAll(client, POLL, listener);
    }

    static TopologyWatcher watchAll(ZooKeeperClient client, Duration poll, Listener listener) {
        return started(new TopologyWatcher(client, null, listener), poll);
    }

    static TopologyWatcher watch(ZooKeeperClient client, ShardId shard, Duration poll, Listener listener) {
        return started(new TopologyWatcher(client, requireNonNull(shard, "shard is null"), listener), poll);
    }

    private static TopologyWatcher started(TopologyWatcher watcher, Duration poll) {
        watcher.watch.start(poll);
        return watcher;
    }

    /** No call of the listener begins afterwards, save when called by the listener itself. */
    @Override
    public void close() {
        watch.close();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nothing in the callback fails
    private void read(ZooKeeperSession session, ShardId shard) {
        session.read(ZkLayout.shardTopology(shard).path()).whenComplete((znode, failure) -> {
            if (failure == null) {
                watch.execute(
                        () -> znode.ifPresentOrElse(found -> found(shard, found.versioned()), () -> missing(shard)));
            } else {
                LOG.debug("topology of {} not read; the next poll reads it", shard, failure);
                // of all shards those that are polled in turns come again
                watch.execute(() -> unread |= only != null);
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nothing in the callback fails
    private void readAll(ZooKeeperSession session) {
        session.children(ZkLayout.topologies().path()).whenComplete((names, failure) -> {
            if (failure != null) {
                LOG.debug("shards not listed; they will be after the next connecting", failure);
                return;
            }
            watch.execute(() -> {
                Set<ShardId> shards = new HashSet<>(newest.keySet());
                names.forEach(name -> ZkLayout.topologyShard(
                                ZkLayout.topologies().child(name).path())
                        .ifPresent(shards::add));
                Set<ShardId> wanted = unread ? shards : due(new TreeSet<>(shards));
                unread = false;
                wanted.forEach(shard -> read(session, shard));
            });
        });
    }

    /** Those that are not known, those that a move holds, and the next of the others. */
    private Set<ShardId> due(NavigableSet<ShardId> shards) {
        Set<ShardId> due = new LinkedHashSet<>();
        NavigableSet<ShardId> idle = new TreeSet<>();
        for (ShardId shard : shards) {
            (isIdle(shard) ? idle : due).add(shard);
        }
        List<ShardId> turn =
                new ArrayList<>(polled.map(last -> idle.tailSet(last, false)).orElse(idle));
        polled.ifPresent(last -> turn.addAll(idle.headSet(last, true)));
        turn.stream().limit(IDLE_SHARDS_OF_A_POLL).forEach(shard -> {
            polled = Optional.of(shard);
            due.add(shard);
        });
        return due;
    }

    private boolean isDue(ShardId shard) {
        passed++;
        boolean due = unread || !isIdle(shard) || passed >= POLLS_OF_AN_IDLE_SHARD;
        if (due) {
            unread = false;
            passed = 0;
        }
        return due;
    }

    private boolean isIdle(ShardId shard) {
        Versioned<ShardTopology> known = newest.get(shard);
        return known != null
                && !absent.contains(shard)
                && known.value().state() == TopologyState.SERVING
                && known.value().move() == null;
    }

    private void found(ShardId shard, Versioned<byte[]> bytes) {
        Versioned<ShardTopology> read = ZkCalls.decode(ZkLayout.shardTopology(shard), bytes);
        Versioned<ShardTopology> last = newest.get(shard);
        boolean back = absent.remove(shard);
        if (last == null || isNewer(read, last) || (back && read.mzxid() == last.mzxid())) {
            newest.put(shard, read);
            listener.changed(read);
        } else if (read.mzxid() != last.mzxid()) {
            absent.add(shard);
            if (!back) {
                wentBack(read, last);
            }
        }
    }

    private void wentBack(Versioned<ShardTopology> read, Versioned<ShardTopology> last) {
        LOG.error(
                "topology of {} went back from epoch {} to {}, and is not followed; was ZooKeeper restored from an old snapshot?",
                last.value().shard(),
                last.value().epoch(),
                read.value().epoch());
        listener.wentBack(read);
    }

    private static boolean isNewer(Versioned<ShardTopology> read, Versioned<ShardTopology> last) {
        int order = read.value().epoch().compareTo(last.value().epoch());
        return order > 0 || (order == 0 && read.mzxid() > last.mzxid());
    }

    private void missing(ShardId shard) {
        if (absent.add(shard)) {
            listener.absent(shard);
        }
    }

    private final class Events implements PersistentWatch.Listener {
        @Override
        public void changed(ZooKeeperSession session, String path) {
            if (only != null) {
                read(session, only);
            } else {
                ZkLayout.topologyShard(path).ifPresent(shard -> read(session, shard));
            }
        }

        @Override
        public void reread(ZooKeeperSession session, boolean watched) {
            unread |= !watched;
            if (only == null) {
                readAll(session);
            } else if (isDue(only)) {
                read(session, only);
            }
        }

        @Override
        public void connection(Connection change) {
            unread = true;
            listener.connection(change);
        }
    }

    /** What happened to the connection. */
    public enum Connection {
        /** The first session began, or had begun before the watching. */
        CONNECTED,
        /** No server answers; the session may have expired already. Act as if it were lost (hazard H42). */
        SUSPENDED,
        /** The session counts as expired: its ephemeral znodes are gone, or will be soon. */
        LOST,
        /** The same session goes on. */
        RECONNECTED,
        /** A new session began; ephemeral znodes have to be made again. */
        NEW_SESSION
    }

    /** Called on one thread of the watcher, never at the same time. A call that blocks delays the next. */
    public interface Listener {
        /** A newer topology was read. */
        void changed(Versioned<ShardTopology> newest);

        /** The shard has no topology, at first or any more. */
        default void absent(ShardId shard) {}

        /**
         * ZooKeeper holds a topology from before the newest that was told: it was restored from an old snapshot, or a server that
         * lags behind answers. What was told last is not followed by what is written there now; told once.
         */
        default void wentBack(Versioned<ShardTopology> read) {}

        /** The connection changed. */
        default void connection(Connection change) {}
    }
}
