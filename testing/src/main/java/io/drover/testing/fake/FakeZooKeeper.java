/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static java.util.Objects.requireNonNull;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;

/**
 * A ZooKeeper in memory: a tree with versions and transaction ids, sessions with ephemeral znodes, persistent watches. It has no
 * threads and no clock of its own but lives by a scheduler; what it tells its clients goes through a {@link Network}. It is one
 * server, and yet each client may be connected to one that {@link FakeZooKeeperClient#fallBehind() falls behind}.
 *
 * <p>Its monitor guards all that belongs to it and to its clients, and is held for work in memory only.
 */
public final class FakeZooKeeper implements AutoCloseable {
    private static final long FIRST_SESSION = 0x1000;

    private final Scheduler scheduler;
    private final ScheduledExecutorService timer;
    private final List<String> directories;
    private final List<Consumer<List<String>>> observers = new CopyOnWriteArrayList<>();
    private final List<Runnable> beforeWrites = new CopyOnWriteArrayList<>();

    // Guarded by this.
    private final TreeMap<Long, ServerSession> sessions = new TreeMap<>();
    private final List<FakeZooKeeperClient> clients = new ArrayList<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private FakeTree tree;
    private long lastSession = FIRST_SESSION;
    private boolean up = true;

    /**
     * Starts it.
     *
     * @param scheduler the time by which sessions expire, and the threads that carry out requests that were under way
     * @param directories made at once, such as {@link io.drover.topology.ZkLayout#roots()}
     */
    public FakeZooKeeper(Scheduler scheduler, List<String> directories) {
        this.scheduler = requireNonNull(scheduler, "scheduler is null");
        this.directories = List.copyOf(directories);
        this.timer = EventLoop.timerOf(scheduler, "fake-zookeeper");
        this.tree = fresh();
    }

    /** The tree at one moment. */
    public static final class Snapshot {
        private final FakeTree tree;

        private Snapshot(FakeTree tree) {
            this.tree = tree;
        }
    }

    /**
     * Connects a process.
     *
     * @param name of the process, for its network
     * @param itsScheduler the time and the threads of that process
     */
    public FakeZooKeeperClient connect(String name, Duration sessionTimeout, Scheduler itsScheduler, Network network) {
        FakeZooKeeperClient client = new FakeZooKeeperClient(this, name, sessionTimeout, itsScheduler, network);
        atomically(() -> clients.add(client));
        client.attempt();
        return client;
    }

    /** Tells of the znodes that each transaction has touched, after it and before anything else on its thread. */
    public void observe(Consumer<List<String>> observer) {
        observers.add(observer);
    }

    /** Calls before each transaction takes effect, under the monitor: the moment to let servers fall behind what is written. */
    public void beforeWrites(Runnable listener) {
        beforeWrites.add(listener);
    }

    /** The content of a znode. */
    public synchronized Optional<byte[]> content(String path) {
        return tree.read(path).map(znode -> znode.bytes().clone());
    }

    /** The path of every znode, sorted. */
    public synchronized List<String> paths() {
        return tree.paths();
    }

    /** Keeps what there is now. */
    public synchronized Snapshot snapshot() {
        return new Snapshot(tree);
    }

    /** Comes back with older data (hazard H39): transaction ids start anew after the snapshot's, and no session is known. */
    public void restore(Snapshot snapshot) {
        atomically(() -> replace(snapshot.tree));
    }

    /** Comes back with nothing but the directories. */
    public void wipe() {
        atomically(() -> replace(fresh()));
    }

    /** Goes away: no client is answered, and no session expires meanwhile. */
    public void stop() {
        atomically(() -> {
            up = false;
            breakAll();
        });
    }

    /** Comes back, if it was away; every session has its whole timeout to go on. */
    public void start() {
        atomically(() -> {
            if (!up) {
                up = true;
                sessions.values().forEach(this::awaitExpiry);
                comeBack();
            }
        });
    }

    private FakeTree fresh() {
        FakeTree.Transaction making = FakeTree.empty().begin(scheduler.clock().instant());
        try {
            for (String directory : directories) {
                making.create(directory, new byte[0], 0, false);
            }
        } catch (KeeperException e) {
            throw new IllegalArgumentException("directories come after their parents: " + directories, e);
        }
        return making.end();
    }

    private void replace(FakeTree other) {
        breakAll();
        sessions.clear();
        tree = other;
        List<Long> owners = tree.ephemeralOwners();
        if (!owners.isEmpty()) {
            // Their sessions are as old as they are.
            FakeTree.Transaction ending = tree.begin(scheduler.clock().instant());
            owners.forEach(owner -> deleteEphemerals(ending, owner));
            tree = ending.end();
        }
        comeBack();
    }

    private void breakAll() {
        clients.forEach(FakeZooKeeperClient::disconnect);
    }

    private void comeBack() {
        clients.forEach(FakeZooKeeperClient::attemptSoon);
    }

    // What follows is for the clients.

    /** Runs something under the monitor, and then without it what that has asked for by {@link #afterwards}. */
    void atomically(Runnable body) {
        if (Thread.holdsLock(this)) {
            body.run();
            return;
        }
        List<Runnable> effects;
        synchronized (this) {
            body.run();
            effects = List.copyOf(afterwards);
            afterwards.clear();
        }
        effects.forEach(Runnable::run);
    }

    void afterwards(Runnable effect) {
        afterwards.add(effect);
    }

    long nanoTime() {
        return scheduler.nanoTime();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nothing waits for it
    void after(Duration delay, Runnable task) {
        try {
            timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: nothing happens any more.
            return;
        }
    }

    FakeTree tree() {
        return tree;
    }

    /** A part of a transaction. */
    @FunctionalInterface
    interface Work<T> {
        T in(FakeTree.Transaction transaction) throws KeeperException;
    }

    <T> T commit(Work<T> work) throws KeeperException {
        FakeTree.Transaction transaction = tree.begin(scheduler.clock().instant());
        T result = work.in(transaction);
        if (!transaction.touched().isEmpty()) {
            beforeWrites.forEach(Runnable::run);
            tree = transaction.end();
            transaction.touched().forEach(this::tell);
            List<String> paths =
                    transaction.touched().stream().map(FakeTree.Touch::path).toList();
            afterwards(() -> observers.forEach(observer -> observer.accept(paths)));
        }
        return result;
    }

    private void tell(FakeTree.Touch touch) {
        for (ServerSession session : sessions.values()) {
            FakeConnection connection = session.connection();
            if (connection != null && !connection.isBroken()) {
                connection.changed(touch);
            }
        }
    }

    boolean isUp() {
        return up;
    }

    ServerSession begin(Duration timeout) {
        ServerSession session = new ServerSession(++lastSession, timeout);
        sessions.put(session.id(), session);
        return session;
    }

    @Nullable
    ServerSession find(long id) {
        return sessions.get(id);
    }

    /** Begins to wait for the client: the session ends when it is not heard of in time. */
    void awaitExpiry(ServerSession session) {
        long silence = session.fallSilent();
        afterwards(() -> after(
                session.timeout(),
                () -> atomically(() -> {
                    if (up && session.isSilentSince(silence)) {
                        end(session);
                    }
                })));
    }

    /** Ends a session: its ephemeral znodes go in one transaction. */
    void end(ServerSession session) {
        if (sessions.remove(session.id(), session)) {
            try {
                commit(transaction -> {
                    deleteEphemerals(transaction, session.id());
                    return true;
                });
            } catch (KeeperException e) {
                throw new IllegalStateException("BUG: an ephemeral znode cannot be deleted", e);
            }
            FakeConnection connection = session.connection();
            if (connection != null) {
                connection.cut();
            }
        }
    }

    private void deleteEphemerals(FakeTree.Transaction transaction, long owner) {
        for (String path : tree.ephemerals(owner)) {
            try {
                transaction.delete(path, -1);
            } catch (KeeperException e) {
                throw new IllegalStateException("BUG: an ephemeral znode cannot be deleted", e);
            }
        }
    }

    @Override
    public void close() {
        timer.shutdown();
    }
}
