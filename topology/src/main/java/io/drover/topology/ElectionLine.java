/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The line of the controllers that want to lead: each has an ephemeral znode with a number in it, and the lowest number is first. A
 * place lasts as long as the session; whoever has lost it goes to the end. Being first is no proof of anything (hazard H37).
 */
final class ElectionLine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ElectionLine.class);
    private static final Duration POLL = Duration.ofSeconds(3);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final String DIRECTORY = ZkLayout.leaderLatch();
    private static final Comparator<String> BY_NUMBER =
            Comparator.comparing(name -> name.substring(name.lastIndexOf('-') + 1));

    private final ZooKeeperClient client;
    private final ZkCalls calls;
    private final String controller;
    private final Listener listener;
    private final PersistentWatch watch;
    private final ZooKeeperClient.Listener states = this::stateChanged;
    private final Object monitor = new Object();

    // Guarded by the monitor. The count of cuts tells a look at the line that was begun before one.
    private boolean first;
    private long cuts;
    private boolean closing;

    // Only touched by the watch's thread.
    private final Set<Long> sessions = new HashSet<>();
    private boolean stepsBack;

    ElectionLine(ZooKeeperClient client, ZkCalls calls, String controller, Listener listener) {
        this.client = requireNonNull(client, "client is null");
        this.calls = requireNonNull(calls, "calls is null");
        this.controller = requireNonNull(controller, "controller is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.watch = new PersistentWatch(client, DIRECTORY, AddWatchMode.PERSISTENT, new Events());
    }

    /** Must not block; called on any thread. */
    interface Listener {
        /** The place is the first one. */
        void first();

        /** It is no longer, or the connection is in doubt. */
        void notFirst();
    }

    /** The name that is first among these. */
    static Optional<String> firstOf(List<String> names) {
        return names.stream().min(BY_NUMBER);
    }

    /** Joins the line as soon as ZooKeeper is there; does not wait. */
    void start() {
        client.addListener(states);
        watch.start(POLL);
    }

    boolean isFirst() {
        synchronized (monitor) {
            return first;
        }
    }

    /** Goes to the end of the line. */
    void stepBack() {
        watch.execute(() -> {
            stepsBack = true;
            look();
        });
    }

    /** On a thread of the connection: doubt must not wait until the watch's thread has time. */
    private void stateChanged(ZooKeeperClient.State state) {
        switch (state) {
            case CONNECTED -> LOG.trace("the watch looks at the line");
            case SUSPENDED, LOST -> {
                synchronized (monitor) {
                    cuts++;
                }
                notFirst();
            }
        }
    }

    private void look() {
        long cutsBefore;
        synchronized (monitor) {
            if (closing) {
                return;
            }
            cutsBefore = cuts;
        }
        try {
            if (holdsFirstPlace(calls.session(), calls.deadline())) {
                becomeFirst(cutsBefore);
            } else {
                notFirst();
            }
        } catch (KeeperException | DroverException e) {
            LOG.info("controller {} cannot take part in the election yet: {}", controller, e.getMessage());
            // Otherwise the next connecting looks.
            if (client.isConnected()) {
                watch.executeLater(this::look, RETRY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes a place where there is none. A lost answer may have left several: they all count. */
    private boolean holdsFirstPlace(ZooKeeperSession session, long deadline)
            throws KeeperException, InterruptedException {
        List<String> names = calls.await(session.children(DIRECTORY), deadline);
        if (stepsBack) {
            notFirst();
            delete(session, own(session.id(), names), deadline);
            stepsBack = false;
            names = calls.await(session.children(DIRECTORY), deadline);
        }
        if (leaveFormerPlaces(session, names, deadline)) {
            names = calls.await(session.children(DIRECTORY), deadline);
        }
        if (own(session.id(), names).isEmpty()) {
            notFirst();
            enqueue(session, deadline);
            names = calls.await(session.children(DIRECTORY), deadline);
        }
        return firstOf(names).filter(own(session.id(), names)::contains).isPresent();
    }

    /**
     * A client gives its session up when it has long been cut off; servers that were away meanwhile keep it for a while, and this
     * controller would wait behind itself.
     */
    private boolean leaveFormerPlaces(ZooKeeperSession session, List<String> names, long deadline)
            throws KeeperException, InterruptedException {
        sessions.add(session.id());
        List<String> former = sessions.stream()
                .filter(id -> id != session.id())
                .flatMap(id -> own(id, names).stream())
                .toList();
        delete(session, former, deadline);
        return !former.isEmpty();
    }

    private void enqueue(ZooKeeperSession session, long deadline) throws KeeperException, InterruptedException {
        byte[] content = controller.getBytes(StandardCharsets.UTF_8);
        String path = DIRECTORY + "/" + prefix(session.id());
        try {
            calls.await(session.create(path, content, CreateMode.EPHEMERAL_SEQUENTIAL), deadline);
        } catch (KeeperException.NoNodeException e) {
            LOG.debug("the line itself is missing", e);
            calls.ensure(DIRECTORY);
            calls.await(session.create(path, content, CreateMode.EPHEMERAL_SEQUENTIAL), deadline);
        }
    }

    private void delete(ZooKeeperSession session, List<String> names, long deadline)
            throws KeeperException, InterruptedException {
        for (String name : names) {
            try {
                calls.await(session.delete(DIRECTORY + "/" + name, -1), deadline);
            } catch (KeeperException.NoNodeException e) {
                LOG.debug("the place {} is gone already", name, e);
            }
        }
    }

    private static List<String> own(long session, List<String> names) {
        String prefix = prefix(session);
        return names.stream().filter(name -> name.startsWith(prefix)).toList();
    }

    /** The id makes a place known whose making was never answered. */
    private static String prefix(long session) {
        return "candidate-" + Long.toHexString(session) + "-";
    }

    private void becomeFirst(long cutsBefore) {
        synchronized (monitor) {
            if (closing || first || cuts != cutsBefore) {
                return;
            }
            first = true;
        }
        listener.first();
    }

    private void notFirst() {
        synchronized (monitor) {
            if (!first) {
                return;
            }
            first = false;
        }
        listener.notFirst();
    }

    /** Leaves the line; waits two seconds at most, and goes on trying afterwards while the client is open. */
    @Override
    public void close() {
        synchronized (monitor) {
            if (closing) {
                return;
            }
            closing = true;
        }
        client.removeListener(states);
        notFirst();
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        watch.execute(() -> leave(left));
        try {
            client.scheduler().await(left, CLOSE_LIMIT);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("left the line without an answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void leave(CompletableFuture<Boolean> left) {
        try {
            long deadline = calls.deadline(CLOSE_LIMIT);
            ZooKeeperSession session = calls.session();
            delete(session, own(session.id(), calls.await(session.children(DIRECTORY), deadline)), deadline);
            watch.close();
        } catch (KeeperException e) {
            LOG.info("controller {} has not left the election yet: {}", controller, e.getMessage());
            if (client.isOpen()) {
                watch.executeLater(() -> leave(left), POLL);
            } else {
                watch.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            left.complete(true);
        }
    }

    private final class Events implements PersistentWatch.Listener {
        @Override
        public void changed(ZooKeeperSession session, String changedPath) {
            watch.execute(ElectionLine.this::look);
        }

        @Override
        public void reread(ZooKeeperSession session, boolean watched) {
            look();
        }

        @Override
        public void connection(TopologyWatcher.Connection change) {
            LOG.trace("followed on the connection's own thread");
        }
    }
}
