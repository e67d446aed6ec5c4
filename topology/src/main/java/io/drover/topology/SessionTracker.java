/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the connection on one thread of its own: says what happened to it, and ticks after each connecting and then at a fixed
 * rate, so that whatever was missed is made good.
 */
final class SessionTracker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionTracker.class);

    private final ZooKeeperClient client;
    private final String name;
    private final ScheduledExecutorService executor;
    private final Listener listener;
    private final ZooKeeperClient.Listener states = this::stateChanged;
    private volatile boolean closed;

    // Only touched by the executor's thread.
    private long session;
    private boolean connected;

    SessionTracker(ZooKeeperClient client, String name, Listener listener) {
        this.client = requireNonNull(client, "client is null");
        this.name = requireNonNull(name, "name is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.executor = client.scheduler().newTimer(name);
    }

    /** Called on the tracker's thread. */
    interface Listener {
        /** The connection changed. */
        void connection(TopologyWatcher.Connection change);

        /** The connection is there: make sure that watches, znodes and values are as they should be. */
        void tick();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task guards itself
    void start(Duration period) {
        client.addListener(states);
        // The client may have been connected long before; it tells changes only.
        executor.scheduleWithFixedDelay(() -> guarded(this::check), 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs something on the tracker's thread, unless it is closed. */
    void execute(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.trace("closed before a task could run", e);
        }
    }

    /** Runs something on the tracker's thread after a while, unless it is closed. */
    @SuppressWarnings("FutureReturnValueIgnored") // the task guards itself
    void executeLater(Runnable task, Duration delay) {
        try {
            executor.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed before a task could be planned", e);
        }
    }

    private void guarded(Runnable task) {
        if (closed) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException e) {
            // A fixed-rate task that throws is never run again, which would silently end the watching.
            LOG.warn("{}: will be tried again", name, e);
        }
    }

    private void stateChanged(ZooKeeperClient.State state) {
        switch (state) {
            case CONNECTED -> execute(this::check);
            case SUSPENDED -> execute(() -> disconnected(TopologyWatcher.Connection.SUSPENDED));
            case LOST -> execute(() -> disconnected(TopologyWatcher.Connection.LOST));
        }
    }

    private void disconnected(TopologyWatcher.Connection change) {
        connected = false;
        listener.connection(change);
    }

    private void check() {
        if (!client.isConnected()) {
            return;
        }
        long now = client.sessionId();
        if (now == 0) {
            return;
        }
        if (!connected || now != session) {
            TopologyWatcher.Connection change = session == 0
                    ? TopologyWatcher.Connection.CONNECTED
                    : now == session ? TopologyWatcher.Connection.RECONNECTED : TopologyWatcher.Connection.NEW_SESSION;
            connected = true;
            session = now;
            listener.connection(change);
        }
        listener.tick();
    }

    /** No call of the listener begins after this, save when called by the listener itself. */
    @Override
    public void close() {
        closed = true;
        client.removeListener(states);
        // Not shutdownNow: a listener may close its own watch, and must not find its thread interrupted.
        executor.shutdown();
    }
}
