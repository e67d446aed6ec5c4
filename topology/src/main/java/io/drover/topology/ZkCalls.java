/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * Requests to ZooKeeper that end within a limit and can be interrupted.
 *
 * <p>They use the ZooKeeper handle that Curator keeps, and not Curator's own calls: Curator repeats a write after a lost answer
 * by itself, which turns a success into BadVersion or NodeExists without a way to tell (hazard H38).
 */
final class ZkCalls {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long LONG_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final CuratorFramework client;
    private final Duration limit;

    ZkCalls(CuratorFramework client) {
        this(client, LIMIT);
    }

    ZkCalls(CuratorFramework client, Duration limit) {
        this.client = client;
        this.limit = limit;
    }

    /** One request: sends it and lets the callback complete the answer. */
    interface Request<T> {
        void send(ZooKeeper zooKeeper, CompletableFuture<T> answer);
    }

    /** The end of a call's limit, as {@link System#nanoTime()}. */
    long deadline() {
        return System.nanoTime() + limit.toNanos();
    }

    /** The handle of the present session. */
    ZooKeeper handle() throws KeeperException {
        try {
            return client.getZookeeperClient().getZooKeeper();
        } catch (KeeperException e) {
            throw e;
        } catch (Exception e) {
            // Curator declares any exception: a host name that cannot be resolved at the moment, or a closed client.
            KeeperException loss = new KeeperException.ConnectionLossException();
            loss.initCause(e);
            throw loss;
        }
    }

    /** Sends once and waits. The request may have been carried out although it fails with a transient error. */
    <T> T once(ZooKeeper zooKeeper, Request<T> request, long deadline) throws KeeperException, InterruptedException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        request.send(zooKeeper, answer);
        try {
            return answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            KeeperException late = new KeeperException.OperationTimeoutException();
            late.initCause(e);
            throw late;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KeeperException refused) {
                throw refused;
            }
            throw new IllegalStateException("BUG: a request to ZooKeeper failed in Drover", e.getCause());
        }
    }

    /** Sends a request that may be repeated, until it is answered or the limit is reached. */
    <T> T repeat(String doing, Request<T> request) {
        long deadline = deadline();
        while (true) {
            try {
                return once(handle(), request, deadline);
            } catch (KeeperException e) {
                if (!ZkErrors.isTransient(e) || !pause(deadline)) {
                    throw ZkErrors.translate(e, doing);
                }
            } catch (InterruptedException e) {
                throw ZkErrors.interrupted(doing, e);
            }
        }
    }

    /**
     * Waits a little before the next attempt; ends early when interrupted.
     *
     * @return false when no time is left, or Curator has been closed
     */
    boolean pause(long deadline) {
        return pause(deadline, PAUSE_NANOS);
    }

    private boolean pause(long deadline, long nanos) {
        if (System.nanoTime() + nanos >= deadline || !isOpen()) {
            return false;
        }
        LockSupport.parkNanos(nanos);
        return true;
    }

    /** Waits half a second, for a failure that is not expected to go away at once; false when Curator has been closed. */
    boolean longPause() {
        return pause(deadline(), LONG_PAUSE_NANOS);
    }

    private boolean isOpen() {
        return switch (client.getState()) {
            case STARTED -> true;
            case LATENT, STOPPED -> false;
        };
    }

    Optional<Versioned<byte[]>> read(String path) {
        return repeat("reading " + path, (zooKeeper, answer) -> sendRead(zooKeeper, path, answer));
    }

    /** Reads what the leader of the ensemble has committed when the call begins, short of a change of that leader (hazard H40). */
    Optional<Versioned<byte[]>> readFresh(String path) {
        return repeat("reading " + path, (zooKeeper, answer) -> sendFreshRead(zooKeeper, path, answer));
    }

    /** The names of the children, sorted; none when the znode is absent. */
    List<String> children(String path) {
        return repeat("listing " + path, (zooKeeper, answer) -> sendChildren(zooKeeper, path, answer));
    }

    /** Reads several znodes in one go, in order; absent ones are left out. */
    <T> Map<ZNode<T>, Versioned<byte[]>> readMany(List<ZNode<T>> nodes) {
        List<Optional<Versioned<byte[]>>> found = repeat("reading " + nodes.size() + " znodes", (zooKeeper, answer) -> {
            List<CompletableFuture<Optional<Versioned<byte[]>>>> reads = new ArrayList<>();
            for (ZNode<T> node : nodes) {
                CompletableFuture<Optional<Versioned<byte[]>>> read = new CompletableFuture<>();
                sendRead(zooKeeper, node.path(), read);
                reads.add(read);
            }
            collect(reads, answer);
        });
        Map<ZNode<T>, Versioned<byte[]>> present = new LinkedHashMap<>();
        for (int i = 0; i < found.size(); i++) {
            ZNode<T> node = nodes.get(i);
            found.get(i).ifPresent(bytes -> present.put(node, bytes));
        }
        return present;
    }

    /** The records in several znodes, in order; absent ones are left out. */
    <T> List<Versioned<T>> readAll(List<ZNode<T>> nodes) {
        return readMany(nodes).entrySet().stream()
                .map(entry -> decode(entry.getKey(), entry.getValue()))
                .toList();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the answer carries the failure
    private static <T> void collect(List<CompletableFuture<T>> parts, CompletableFuture<List<T>> answer) {
        CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).whenComplete((nothing, failure) -> {
            if (failure == null) {
                answer.complete(parts.stream().map(CompletableFuture::join).toList());
            } else {
                answer.completeExceptionally(failure.getCause() == null ? failure : failure.getCause());
            }
        });
    }

    /** Makes a persistent znode without content, unless it exists. */
    void ensure(String path) {
        this.<Boolean>repeat(
                "making " + path,
                (zooKeeper, answer) -> zooKeeper.create(
                        path,
                        new byte[0],
                        ZooDefs.Ids.OPEN_ACL_UNSAFE,
                        CreateMode.PERSISTENT,
                        (rc, requested, context, name) -> {
                            if (rc != KeeperException.Code.NODEEXISTS.intValue()) {
                                fail(rc, path, answer);
                            }
                            answer.complete(true);
                        },
                        null));
    }

    static void sendRead(ZooKeeper zooKeeper, String path, CompletableFuture<Optional<Versioned<byte[]>>> answer) {
        zooKeeper.getData(
                path,
                false,
                (rc, name, context, data, stat) -> {
                    KeeperException.Code code = KeeperException.Code.get(rc);
                    if (code == KeeperException.Code.OK) {
                        answer.complete(Optional.of(versioned(data, stat)));
                    } else if (code == KeeperException.Code.NONODE) {
                        answer.complete(Optional.empty());
                    } else {
                        answer.completeExceptionally(KeeperException.create(code, path));
                    }
                },
                null);
    }

    /** Sends the sync and the read together: ZooKeeper answers the requests of a session in order. */
    static void sendFreshRead(ZooKeeper zooKeeper, String path, CompletableFuture<Optional<Versioned<byte[]>>> answer) {
        zooKeeper.sync(path, (rc, name, context) -> fail(rc, path, answer), null);
        sendRead(zooKeeper, path, answer);
    }

    static void sendChildren(ZooKeeper zooKeeper, String path, CompletableFuture<List<String>> answer) {
        zooKeeper.getChildren(
                path,
                false,
                (rc, name, context, children, stat) -> {
                    KeeperException.Code code = KeeperException.Code.get(rc);
                    if (code == KeeperException.Code.OK) {
                        answer.complete(children.stream().sorted().toList());
                    } else if (code == KeeperException.Code.NONODE) {
                        answer.complete(List.of());
                    } else {
                        answer.completeExceptionally(KeeperException.create(code, path));
                    }
                },
                null);
    }

    /** Completes the answer with the error, when it is one. */
    static void fail(int rc, String path, CompletableFuture<?> answer) {
        if (rc != KeeperException.Code.OK.intValue()) {
            answer.completeExceptionally(KeeperException.create(KeeperException.Code.get(rc), path));
        }
    }

    static Versioned<byte[]> versioned(byte[] data, Stat stat) {
        return new Versioned<>(
                data == null ? new byte[0] : data,
                stat.getVersion(),
                stat.getCzxid(),
                stat.getMzxid(),
                Instant.ofEpochMilli(stat.getMtime()));
    }

    /**
     * Reads the record in a znode.
     *
     * @throws DroverException INTERNAL when the znode holds something else
     */
    static <T> Versioned<T> decode(ZNode<T> node, Versioned<byte[]> bytes) {
        try {
            return bytes.with(Json.read(bytes.value(), node.type()));
        } catch (UncheckedIOException e) {
            throw new DroverException(
                    ErrorCode.INTERNAL,
                    node + " does not hold a " + node.type().getSimpleName(),
                    "another version of Drover, or a person, has written it",
                    e);
        }
    }
}
