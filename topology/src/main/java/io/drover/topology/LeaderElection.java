/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.LeaderEpoch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes part in the election of the leading controller. Thread-safe.
 *
 * <p>Curator's latch only says who is connected and first in line; two controllers may believe to hold it (hazard H37). What makes
 * a leader is the persistent leader epoch: whoever gains the latch raises it by compare-and-set, and each write checks it.
 */
public final class LeaderElection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
    private static final long RETRY_MILLIS = 200;
    private static final long SUPERVISE_MILLIS = 3_000;
    private static final long CLOSE_MILLIS = 5_000;
    private static final Duration GLANCE_LIMIT = Duration.ofMillis(1_500);

    private final CuratorFramework client;
    private final ZkCalls calls;
    private final ZkCalls glances;
    private final String controller;
    private final String rest;
    private final Listener listener;
    private final ScheduledThreadPoolExecutor executor;
    private final Object monitor = new Object();

    // Guarded by the monitor. The term counts losses, so that a leadership in the making notices one.
    private @Nullable Leadership held;
    private long term;
    private boolean closed;
    private @Nullable LeaderLatch latch;
    private @Nullable Future<?> supervision;

    /**
     * Prepares to take part.
     *
     * @param controller id of this controller
     * @param rest base address of its REST interface, for the others to forward to
     */
    public LeaderElection(CuratorFramework client, String controller, String rest, Listener listener) {
        this.client = requireNonNull(client, "client is null");
        this.calls = new ZkCalls(client);
        this.glances = new ZkCalls(client, GLANCE_LIMIT);
        this.controller = requireNonNull(controller, "controller is null");
        this.rest = requireNonNull(rest, "rest is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "drover-election");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Begins to take part, as soon as ZooKeeper is there; does not wait. */
    public void start() {
        superviseLater(0);
    }

    /** The leadership of this controller, while it lasts. */
    public Optional<Leadership> held() {
        synchronized (monitor) {
            return Optional.ofNullable(held);
        }
    }

    /**
     * The controller that leads and is connected; empty while none does. One that was killed is still named until its session
     * times out; this controller never names itself unless it leads.
     *
     * @throws DroverException ZOOKEEPER_UNAVAILABLE when ZooKeeper does not answer within a few seconds
     */
    public Optional<LeaderRecord> current() {
        Optional<Leadership> own = held();
        if (own.isPresent()) {
            return own.map(Leadership::record);
        }
        Optional<String> first = latchHolder();
        ZNode<LeaderRecord> node = ZkLayout.leaderEpoch();
        return glances.read(node.path())
                .map(bytes -> ZkCalls.decode(node, bytes).value())
                .filter(record -> first.filter(record.controller()::equals).isPresent())
                .filter(record -> !record.controller().equals(controller));
    }

    /** The id of the controller that is first in line. */
    private Optional<String> latchHolder() {
        Comparator<String> bySequence = Comparator.comparing(name -> name.substring(name.lastIndexOf('-') + 1));
        List<String> names = glances.children(ZkLayout.leaderLatch());
        return names.stream()
                .min(bySequence)
                .flatMap(name -> glances.read(ZkLayout.leaderLatch() + "/" + name))
                .map(bytes -> new String(bytes.value(), StandardCharsets.UTF_8));
    }

    /** Joins the line, and joins it anew when a failure at the wrong moment has left the latch without a place in it. */
    private void supervise() {
        long next = SUPERVISE_MILLIS;
        try {
            LeaderLatch joined;
            synchronized (monitor) {
                joined = latch;
            }
            if (joined == null || isStuck(joined)) {
                // The latch does not recover from a missing parent.
                calls.ensure(ZkLayout.leaderLatch());
                join(joined);
            }
        } catch (DroverException e) {
            LOG.info("controller {} cannot take part in the election yet: {}", controller, e.getMessage());
            next = RETRY_MILLIS;
        } finally {
            superviseLater(next);
        }
    }

    private void superviseLater(long delayMillis) {
        synchronized (monitor) {
            if (!closed) {
                supervision = executor.schedule(guarded(this::supervise), delayMillis, TimeUnit.MILLISECONDS);
            }
        }
    }

    private boolean isStuck(LeaderLatch joined) {
        String path = joined.getOurPath();
        return client.getZookeeperClient().isConnected()
                && !joined.hasLeadership()
                && (path == null || calls.read(path).isEmpty());
    }

    private void join(@Nullable LeaderLatch old) {
        LeaderLatch fresh =
                new LeaderLatch(client, ZkLayout.leaderLatch(), controller, LeaderLatch.CloseMode.NOTIFY_LEADER);
        fresh.addListener(new LeaderLatchListener() {
            @Override
            public void isLeader() {
                schedule(() -> lead(fresh), 0);
            }

            @Override
            public void notLeader() {
                endTerm();
            }
        });
        synchronized (monitor) {
            if (closed) {
                return;
            }
            latch = fresh;
        }
        leave(old);
        try {
            fresh.start();
        } catch (Exception e) {
            throw new IllegalStateException("BUG: a new latch does not start", e);
        }
    }

    private static void leave(@Nullable LeaderLatch old) {
        if (old == null) {
            return;
        }
        try {
            old.close();
        } catch (IOException | IllegalStateException e) {
            LOG.debug("latch left without an answer; its znode goes with the session", e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task guards itself
    private void schedule(Runnable task, long delayMillis) {
        try {
            executor.schedule(guarded(task), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed before a task could run", e);
        }
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("controller {}: a task or listener of the election failed", controller, e);
            }
        };
    }

    private void lead(LeaderLatch from) {
        long began;
        synchronized (monitor) {
            if (closed || held != null || from != latch) {
                return;
            }
            began = term;
        }
        if (!from.hasLeadership()) {
            return;
        }
        Leadership gained;
        try {
            gained = new Leadership(calls, raiseEpoch(), this::refused);
        } catch (DroverException e) {
            LOG.warn("controller {} holds the latch but cannot raise the leader epoch: {}", controller, e.getMessage());
            schedule(() -> lead(from), RETRY_MILLIS);
            return;
        }
        synchronized (monitor) {
            if (closed || term != began) {
                // Lost while it was being made; when the latch is ours again, another call of this method is waiting.
                return;
            }
            held = gained;
        }
        LOG.info("controller {} leads, epoch {}", controller, gained.epoch());
        listener.gained(gained);
    }

    private Versioned<LeaderRecord> raiseEpoch() {
        ZNode<LeaderRecord> node = ZkLayout.leaderEpoch();
        Optional<Versioned<LeaderRecord>> old = calls.readFresh(node.path()).map(bytes -> ZkCalls.decode(node, bytes));
        LeaderEpoch epoch =
                old.map(read -> read.value().epoch()).orElse(new LeaderEpoch(0)).next();
        LeaderRecord record = new LeaderRecord(epoch, controller, rest);
        AtomicWrite write = new AtomicWrite(calls);
        old.ifPresentOrElse(read -> write.set(node, read.version(), record), () -> write.create(node, record));
        return new CommitResult(write.commit()).of(node);
    }

    private void endTerm() {
        Leadership ended;
        synchronized (monitor) {
            term++;
            ended = held;
            held = null;
        }
        if (ended != null) {
            ended.end();
            LOG.info("controller {} no longer leads, epoch {}", controller, ended.epoch());
            schedule(listener::lost, 0);
        }
    }

    /** Another controller has raised the epoch although the latch seemed ours. */
    private void refused(Leadership leadership) {
        LeaderLatch mine;
        synchronized (monitor) {
            if (held != leadership) {
                return;
            }
            mine = latch;
        }
        LOG.warn("controller {}: {} for epoch {}", controller, ErrorCode.LEADERSHIP_LOST, leadership.epoch());
        endTerm();
        // A latch that errs is not asked again: to the end of the line, or two who both believe it would go on for
        // ever.
        schedule(() -> rejoin(mine), 0);
    }

    private void rejoin(@Nullable LeaderLatch old) {
        synchronized (monitor) {
            if (latch != old) {
                return;
            }
        }
        join(old);
    }

    /** Gives the leadership up, when it is held, tells the listener, and leaves the election. */
    @Override
    public void close() {
        LeaderLatch left;
        synchronized (monitor) {
            if (closed) {
                return;
            }
            closed = true;
            left = latch;
            latch = null;
            if (supervision != null) {
                // Not interrupted when it runs; only kept from running later, which closing would wait for.
                supervision.cancel(false);
            }
        }
        leave(left);
        endTerm();
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("controller {}: a listener of the election has not returned", controller);
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Called on one thread of the election, never at the same time; must return soon. */
    public interface Listener {
        /** This controller leads. */
        void gained(Leadership leadership);

        /** The leadership last gained is over or in doubt. {@link Leadership#stillHeld()} says so even earlier. */
        void lost();
    }
}
