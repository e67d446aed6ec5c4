package io.drover.topology;

import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import org.apache.curator.framework.CuratorFramework;

/** Tells a listener the newest topology of one shard or of all. */
public final class TopologyWatcher implements AutoCloseable {
    private TopologyWatcher() {}

    /** Watches one shard; the listener's first call comes as soon as the topology has been read. */
    public static TopologyWatcher watch(CuratorFramework client, ShardId shard, Listener listener) {
        throw new UnsupportedOperationException();
    }

    /** Watches every shard, those that are added later too. */
    public static TopologyWatcher watchAll(CuratorFramework client, Listener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** What happened to the connection. */
    public enum Connection {
        /** The first session began. */
        CONNECTED,
        /** No server answers; the session may have expired already. Act as if it were lost (hazard H42). */
        SUSPENDED,
        /** The session counts as expired: its ephemeral znodes are gone. */
        LOST,
        /** The same session goes on. */
        RECONNECTED,
        /** A new session began; ephemeral znodes have to be made again. */
        NEW_SESSION
    }

    /** Called on one thread of the watcher, never at the same time. */
    public interface Listener {
        /** A newer topology was read. States in between may have been skipped (hazard H41). */
        void changed(Versioned<ShardTopology> newest);

        /** The shard has no topology, at first or any more. */
        default void absent(ShardId shard) {}

        /** The connection changed; in order with {@link #changed}. */
        default void connection(Connection change) {}
    }
}
