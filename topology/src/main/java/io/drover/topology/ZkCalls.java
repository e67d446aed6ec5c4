/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.ShardTopology;
import io.drover.api.time.Scheduler;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests to ZooKeeper that end within a limit and can be interrupted. */
final class ZkCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ZkCalls.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(25);
    private static final Duration LONG_PAUSE = Duration.ofMillis(500);

    private final ZooKeeperClient client;
    private final Scheduler scheduler;
    private final Duration limit;

    ZkCalls(ZooKeeperClient client) {
        this(client, LIMIT);
    }

    ZkCalls(ZooKeeperClient client, Duration limit) {
        this.client = client;
        this.scheduler = client.scheduler();
        this.limit = limit;
    }

    /** The end of a call's limit, as {@link Scheduler#nanoTime()}. */
    long deadline() {
        return deadline(limit);
    }

    /** The end of another limit. */
    long deadline(Duration another) {
        return scheduler.nanoTime() + another.toNanos();
    }

    /** How long it is until the deadline; at least a nanosecond. */
    Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1, deadline - scheduler.nanoTime()));
    }

    /** Whether the deadline has been reached. */
    boolean isOver(long deadline) {
        return scheduler.nanoTime() - deadline >= 0;
    }

    /** The present session. */
    ZooKeeperSession session() throws KeeperException {
        return client.session();
    }

    /** Waits for an answer. The request may have been carried out although it fails with a transient error. */
    <T> T await(CompletableFuture<T> answer, long deadline) throws KeeperException, InterruptedException {
        try {
            return scheduler.await(answer, left(deadline));
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
    <T> T repeat(String doing, Function<ZooKeeperSession, CompletableFuture<T>> request) {
        long deadline = deadline();
        while (true) {
            try {
                return await(request.apply(session()), deadline);
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
     * Waits a little before the next attempt; ends early when interrupted, and leaves that to the next wait.
     *
     * @return false when no time is left, or the client has been closed
     */
    boolean pause(long deadline) {
        return pause(deadline, PAUSE);
    }

    private boolean pause(long deadline, Duration time) {
        if (deadline - scheduler.nanoTime() <= time.toNanos() || !client.isOpen()) {
            return false;
        }
        try {
            scheduler.pause(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /** Waits half a second, for a failure that is not expected to go away at once; false when the client has been closed. */
    boolean longPause() {
        return pause(deadline(), LONG_PAUSE);
    }

    Optional<Versioned<byte[]>> read(String path) {
        return repeat("reading " + path, session -> session.read(path)).map(ZNodeData::versioned);
    }

    /** Reads what the leader of the ensemble has committed when the call begins, short of a change of that leader (hazard H40). */
    Optional<Versioned<byte[]>> readFresh(String path) {
        return repeat("reading " + path, session -> session.readFresh(path)).map(ZNodeData::versioned);
    }

    /** The names of the children, sorted; none when the znode is absent. */
    List<String> children(String path) {
        return repeat("listing " + path, session -> session.children(path)).stream()
                .sorted()
                .toList();
    }

    /**
     * Reads all children of a directory, by name. That is one round trip where they are those that were expected, and two else.
     *
     * @param expected names of children; whoever is not there any more is left out
     */
    <T> Map<ZNode<T>, Versioned<byte[]>> readChildren(ZDirectory<T> directory, List<String> expected) {
        List<ZNode<T>> guessed = expected.stream().map(directory::child).toList();
        Children listed = repeat("listing " + directory, session -> {
            CompletableFuture<List<String>> names = session.children(directory.path());
            return names.thenCombine(readAll(session, guessed), Children::new);
        });
        if (!Set.copyOf(listed.names()).equals(Set.copyOf(expected))) {
            return readMany(
                    listed.names().stream().sorted().map(directory::child).toList());
        }
        return present(guessed, listed.found());
    }

    private record Children(List<String> names, List<Optional<ZNodeData>> found) {}

    /** Reads several znodes in one go, in order; absent ones are left out. */
    <T> Map<ZNode<T>, Versioned<byte[]>> readMany(List<ZNode<T>> nodes) {
        return present(nodes, repeat("reading " + nodes.size() + " znodes", session -> readAll(session, nodes)));
    }

    private static <T> CompletableFuture<List<Optional<ZNodeData>>> readAll(
            ZooKeeperSession session, List<ZNode<T>> nodes) {
        return all(nodes.stream().map(node -> session.read(node.path())).toList());
    }

    private static <T> Map<ZNode<T>, Versioned<byte[]>> present(List<ZNode<T>> nodes, List<Optional<ZNodeData>> found) {
        Map<ZNode<T>, Versioned<byte[]>> present = new LinkedHashMap<>();
        for (int i = 0; i < found.size(); i++) {
            ZNode<T> node = nodes.get(i);
            found.get(i).ifPresent(znode -> present.put(node, znode.versioned()));
        }
        return present;
    }

    /** The records in several znodes, in order; absent ones are left out. */
    <T> List<Versioned<T>> readAll(List<ZNode<T>> nodes) {
        return readMany(nodes).entrySet().stream()
                .map(entry -> decode(entry.getKey(), entry.getValue()))
                .toList();
    }

    /**
     * The same for whoever looks at all that there is: a znode that holds something else is left out, and named in the log. One that
     * somebody has spoilt must not hide the others.
     */
    <T> List<Versioned<T>> readSound(List<ZNode<T>> nodes) {
        List<Versioned<T>> sound = new ArrayList<>();
        readMany(nodes).forEach((node, bytes) -> {
            try {
                sound.add(decode(node, bytes));
            } catch (DroverException e) {
                LOG.error("{}; it is left out", e.getMessage());
            }
        });
        return List.copyOf(sound);
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> parts) {
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(
                        nothing -> parts.stream().map(CompletableFuture::join).toList());
    }

    /** Makes a persistent znode without content, unless it exists. */
    void ensure(String path) {
        long deadline = deadline();
        String doing = "making " + path;
        while (true) {
            try {
                await(session().create(path, new byte[0], CreateMode.PERSISTENT), deadline);
                return;
            } catch (KeeperException e) {
                if (e.code() == KeeperException.Code.NODEEXISTS) {
                    return;
                }
                if (!ZkErrors.isTransient(e) || !pause(deadline)) {
                    throw ZkErrors.translate(e, doing);
                }
            } catch (InterruptedException e) {
                throw ZkErrors.interrupted(doing, e);
            }
        }
    }

    /**
     * Reads the record in a znode.
     *
     * @throws DroverException INTERNAL when the znode holds something else
     */
    static <T> Versioned<T> decode(ZNode<T> node, Versioned<byte[]> bytes) {
        try {
            T record = Json.read(bytes.value(), node.type());
            if (record == null) {
                throw new IllegalArgumentException("it holds null");
            }
            requireOwn(node, record);
            return bytes.with(record);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new DroverException(
                    ErrorCode.INTERNAL,
                    node + " does not hold a " + node.type().getSimpleName(),
                    "another version of Drover, or a person, has written it",
                    e);
        }
    }

    /** What is said of one shard or node where another's record lies is said of none. */
    private static void requireOwn(ZNode<?> node, Object record) {
        String owner = "";
        if (record instanceof ShardTopology topology) {
            owner = topology.shard().value();
        } else if (record instanceof NodeRecord known) {
            owner = known.id().value();
        } else if (record instanceof AgentMark mark) {
            owner = mark.id().value();
        }
        if (!owner.isEmpty() && !List.of(node.path().split("/")).contains(owner)) {
            throw new IllegalArgumentException("it is the record of " + owner);
        }
    }
}
