package io.drover.topology;

import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;

/** Opens connections to ZooKeeper. */
public final class ZooKeeperConnection {
    private ZooKeeperConnection() {}

    /**
     * Opens a connection and keeps it open; close the answer. Returns after a few seconds also when ZooKeeper is away, and
     * connects later: a missing ZooKeeper must not stop a shard from starting (rule R8).
     *
     * @param connect {@code host:port[,host:port…]/chroot}; the chroot is made when it is missing
     * @param sessionTimeout how long the session outlives a cut connection
     */
    public static CuratorFramework connect(String connect, Duration sessionTimeout) {
        throw new UnsupportedOperationException();
    }
}
