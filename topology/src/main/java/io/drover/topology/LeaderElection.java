/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.LeaderEpoch;
import io.drover.api.fault.FaultPoints;
import io.drover.api.time.Scheduler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes part in the election of the leading controller. Thread-safe.
 *
 * <p>The line only says who is connected and first; two controllers may believe to be (hazard H37). What makes a leader is the
 * persistent leader epoch: whoever comes to be first raises it by compare-and-set, and each write checks it.
 */
public final class LeaderElection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
    private static final long RETRY_MILLIS = 200;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration GLANCE_LIMIT = Duration.ofMillis(1_500);

    private final Scheduler scheduler;
    private final ZkCalls calls;
    private final ZkCalls glances;
    private final String controller;
    private final String rest;
    private final Listener listener;
    private final ScheduledExecutorService executor;
    private final ElectionLine line;
    private final Object monitor = new Object();

    // Guarded by the monitor. The term counts losses, so that a leadership in the making notices one.
    private @Nullable Leadership held;
    private long term;
    private boolean lossUntold;
    private boolean closed;

    /**
     * Prepares to take part.
     *
     * @param controller id of this controller
     * @param rest base address of its REST interface, for the others to forward to
     */
    public LeaderElection(ZooKeeperClient client, String controller, String rest, Listener listener) {
        this.calls = new ZkCalls(client);
        this.glances = new ZkCalls(client, GLANCE_LIMIT);
        this.controller = requireNonNull(controller, "controller is null");
        this.rest = requireNonNull(rest, "rest is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.scheduler = client.scheduler();
        this.executor = scheduler.newTimer("drover-election");
        this.line = new ElectionLine(client, calls, controller, new Line());
    }

    /** Begins to take part, as soon as ZooKeeper is there; does not wait. */
    public void start() {
        line.start();
    }

    /** The leadership of this controller, while it lasts. */
    public Optional<Leadership> held() {
        synchronized (monitor) {
            return Optional.ofNullable(held);
        }
    }

    /** Whether the first place in the line is this controller's, as far as it knows; it may not lead yet. */
    boolean isFirst() {
        return line.isFirst();
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
        Optional<String> first = firstInLine();
        ZNode<LeaderRecord> node = ZkLayout.leaderEpoch();
        return glances.read(node.path())
                .map(bytes -> ZkCalls.decode(node, bytes).value())
                .filter(record -> first.filter(record.controller()::equals).isPresent())
                .filter(record -> !record.controller().equals(controller));
    }

    /** The id of the controller that is first in line. */
    private Optional<String> firstInLine() {
        return ElectionLine.firstOf(glances.children(ZkLayout.leaderLatch()))
                .flatMap(name -> glances.read(ZkLayout.leaderLatch() + "/" + name))
                .map(bytes -> new String(bytes.value(), StandardCharsets.UTF_8));
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

    private void lead() {
        long began;
        synchronized (monitor) {
            if (closed || held != null || !line.isFirst()) {
                return;
            }
            began = term;
        }
        // this task may have waited before the one that tells of the loss: told after the gain, it would end the new
        // leadership
        tellOfLoss();
        Leadership gained;
        try {
            gained = new Leadership(calls, raiseEpoch(), this::refused);
        } catch (DroverException e) {
            LOG.warn("controller {} is first but cannot raise the leader epoch: {}", controller, e.getMessage());
            schedule(this::lead, RETRY_MILLIS);
            return;
        }
        synchronized (monitor) {
            if (closed || term != began) {
                // Lost while it was being made; when the first place is ours again, another call of this method is
                // waiting.
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
        return new CommitResult(FaultPoints.around("election", "epoch", write::commit)).of(node);
    }

    private void endTerm() {
        Leadership ended;
        synchronized (monitor) {
            term++;
            ended = held;
            held = null;
            lossUntold |= ended != null;
        }
        if (ended != null) {
            ended.end();
            LOG.info("controller {} no longer leads, epoch {}", controller, ended.epoch());
            schedule(this::tellOfLoss, 0);
        }
    }

    private void tellOfLoss() {
        synchronized (monitor) {
            if (!lossUntold) {
                return;
            }
            lossUntold = false;
        }
        listener.lost();
    }

    /** Another controller has raised the epoch although the first place seemed ours. */
    private void refused(Leadership leadership) {
        synchronized (monitor) {
            if (held != leadership) {
                return;
            }
        }
        LOG.warn("controller {}: {} for epoch {}", controller, ErrorCode.LEADERSHIP_LOST, leadership.epoch());
        endTerm();
        // To the end of the line, or two who both believe to be first would go on for ever.
        line.stepBack();
    }

    /** Gives the leadership up, when it is held, tells the listener, and leaves the election. */
    @Override
    public void close() {
        synchronized (monitor) {
            if (closed) {
                return;
            }
            closed = true;
        }
        line.close();
        endTerm();
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        executor.execute(() -> told.complete(true));
        executor.shutdown();
        try {
            scheduler.await(told, CLOSE_LIMIT);
        } catch (TimeoutException e) {
            LOG.warn("controller {}: a listener of the election has not returned", controller, e);
            executor.shutdownNow();
        } catch (ExecutionException e) {
            throw new IllegalStateException("BUG: a task that only says that it has run has failed", e);
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private final class Line implements ElectionLine.Listener {
        @Override
        public void first() {
            schedule(LeaderElection.this::lead, 0);
        }

        @Override
        public void notFirst() {
            endTerm();
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
