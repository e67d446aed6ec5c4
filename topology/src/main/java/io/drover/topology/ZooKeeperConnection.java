/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.DroverException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens connections to ZooKeeper. */
public final class ZooKeeperConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperConnection.class);
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final int CONNECTION_TIMEOUT_MILLIS = 3_000;
    private static final int RETRIES = 8;

    private ZooKeeperConnection() {}

    /** The same in plain text, and as nobody. */
    public static ZooKeeperClient connect(String connect, Duration sessionTimeout) {
        return connect(ZooKeeperSettings.open(connect, sessionTimeout));
    }

    /**
     * Opens a connection and keeps it open; close the answer. Returns after five seconds also when ZooKeeper is away, and
     * connects later: a missing ZooKeeper must not stop a shard from starting (rule R8). The chroot and the directories in it are
     * made when they are missing, soon after each connecting: a ZooKeeper that was emptied meanwhile lacks them.
     * Where access is controlled only a controller makes them.
     *
     * @throws IllegalArgumentException when the files of TLS are not usable
     */
    public static ZooKeeperClient connect(ZooKeeperSettings settings) {
        String connect = settings.connect();
        if (settings.access() != null && settings.tls() == null) {
            LOG.warn("the passwords for ZooKeeper at {} travel in clear text: configure TLS besides", connect);
        }
        TlsClientConfig tls = settings.tls() == null ? null : new TlsClientConfig(settings.tls());
        CuratorAccess access = new CuratorAccess(settings.access());
        CuratorFramework curator = build(settings, access, tls);
        ZooKeeperClient client = new CuratorClient(curator, access, () -> {
            if (tls != null) {
                tls.close();
            }
        });
        ExecutorService threads = client.scheduler().newThreads("drover-zookeeper-roots");
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        AtomicBoolean making = new AtomicBoolean();
        client.addListener(state -> {
            if (state == ZooKeeperClient.State.CONNECTED && making.compareAndSet(false, true)) {
                threads.execute(() -> {
                    try {
                        makeRoots(client, settings, ready);
                    } finally {
                        making.set(false);
                    }
                });
            }
        });
        curator.start();
        try {
            client.scheduler().await(ready, WAIT);
        } catch (TimeoutException e) {
            LOG.warn("ZooKeeper at {} does not answer; going on without it, trying again in the background", connect);
        } catch (ExecutionException e) {
            throw new IllegalStateException("BUG: nothing reports a failure here", e);
        } catch (InterruptedException e) {
            client.close();
            throw ZkErrors.interrupted("connecting to ZooKeeper at " + connect, e);
        }
        return client;
    }

    private static CuratorFramework build(
            ZooKeeperSettings settings, CuratorAccess access, @Nullable TlsClientConfig tls) {
        int timeoutMillis = Math.toIntExact(settings.sessionTimeout().toMillis());
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder();
        if (tls != null) {
            builder.zkClientConfig(tls);
        }
        return builder.connectString(settings.connect())
                .sessionTimeoutMs(timeoutMillis)
                .connectionTimeoutMs(Math.min(timeoutMillis, CONNECTION_TIMEOUT_MILLIS))
                .retryPolicy(new BoundedExponentialBackoffRetry(50, 1_000, RETRIES))
                .authorization(access.logins())
                .aclProvider(access)
                // The addresses that servers tell may be ones that only they can reach; the operator's are used
                // throughout.
                .ensembleTracker(false)
                // A read-only server is cut off from the others: all it says may be old (hazard H40).
                .canBeReadOnly(false)
                .build();
    }

    private static void makeRoots(
            ZooKeeperClient client, ZooKeeperSettings settings, CompletableFuture<Boolean> ready) {
        if (!settings.makesRoots()) {
            ready.complete(true);
            return;
        }
        ZkCalls calls = new ZkCalls(client);
        do {
            try {
                if (calls.read("/").isEmpty()) {
                    makeChroot(settings);
                }
                for (String root : ZkLayout.roots()) {
                    if (calls.read(root).isEmpty()) {
                        calls.ensure(root);
                    }
                }
                ready.complete(true);
                return;
            } catch (DroverException e) {
                if (e.getCause() instanceof KeeperException.NoAuthException) {
                    LOG.error("the znodes of Drover are others' here: {}", e.getMessage());
                    ready.complete(true);
                    return;
                }
                LOG.warn("the znodes of Drover cannot be made yet: {}", e.getMessage());
            }
        } while (calls.longPause());
    }

    /** A client with a chroot cannot make the chroot. */
    private static void makeChroot(ZooKeeperSettings settings) {
        String chroot = settings.chroot();
        CuratorAccess access = new CuratorAccess(settings.access());
        try (TlsClientConfig tls = settings.tls() == null ? null : new TlsClientConfig(settings.tls());
                CuratorFramework root = build(settings.atRoot(), access, tls)) {
            root.start();
            root.create()
                    .creatingParentsIfNeeded()
                    .withACL(access.getDefaultAcl(), true)
                    .forPath(chroot);
            LOG.info("made the chroot {}", chroot);
        } catch (KeeperException.NodeExistsException e) {
            LOG.debug("another made the chroot {}", chroot);
        } catch (KeeperException e) {
            throw ZkErrors.translate(e, "making the chroot " + chroot);
        } catch (InterruptedException e) {
            throw ZkErrors.interrupted("making the chroot " + chroot, e);
        } catch (Exception e) {
            // Curator declares any exception.
            throw ZkErrors.unavailable("making the chroot " + chroot, e);
        }
    }
}
