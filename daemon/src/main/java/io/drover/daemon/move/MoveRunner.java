/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.topology.LeaderElection;
import io.drover.topology.Leadership;
import io.drover.topology.Versioned;
import io.drover.topology.ZDirectory;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Drives every move that has not ended while this controller leads, each on a thread of its own. */
public final class MoveRunner implements LeaderElection.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MoveRunner.class);

    private final Services services;
    private final ExecutorService drivers = Executors.newCachedThreadPool(runnable -> thread(runnable, "move"));
    private final ExecutorService events =
            Executors.newSingleThreadExecutor(runnable -> thread(runnable, "move-events"));
    private final Map<MoveId, Running> running = new ConcurrentHashMap<>();
    private volatile @Nullable Leadership leadership;

    MoveRunner(Services services) {
        this.services = services;
    }

    /** A move that this controller drives or, once it has ended, drove. */
    record Running(MoveJournal journal, LiveView live, EventFeed feed, Future<?> driver) {}

    private static Thread thread(Runnable runnable, String name) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public synchronized void gained(Leadership gained) {
        leadership = gained;
        LOG.info("this controller leads at epoch {}", gained.epoch());
        services.observer().leading(true);
        takeOver(gained);
    }

    /** Drives every move that has not ended. One that cannot be read keeps neither the others nor the leader from work. */
    private void takeOver(Leadership gained) {
        ZDirectory<MoveRecord> moves = ZkLayout.moves(MoveRecord.class);
        try {
            services.documents().readAll(moves).forEach(stored -> startUnlessEnded(stored, gained));
        } catch (DroverException all) {
            LOG.error("not all moves can be read, they are taken over one by one: {}", all.getMessage(), all);
            try {
                services.documents().children(moves).forEach(name -> takeOver(moves.child(name), gained));
            } catch (DroverException e) {
                LOG.error("the moves cannot be listed, this is tried again: {}", e.getMessage());
                takeOverAgain(gained);
            }
        }
    }

    private void takeOver(ZNode<MoveRecord> move, Leadership gained) {
        try {
            services.documents().read(move).ifPresent(stored -> startUnlessEnded(stored, gained));
        } catch (DroverException e) {
            LOG.error("{} cannot be read, nobody drives it: {}", move, e.getMessage());
        }
    }

    private void startUnlessEnded(Versioned<MoveRecord> stored, Leadership gained) {
        if (!stored.value().state().isFinal()) {
            start(stored, gained);
        }
    }

    private void takeOverAgain(Leadership gained) {
        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, drivers).execute(() -> {
            synchronized (this) {
                if (gained.equals(leadership) && gained.stillHeld()) {
                    takeOver(gained);
                }
            }
        });
    }

    @Override
    public synchronized void lost() {
        LOG.warn("this controller does not lead any more; its moves go on with the next leader");
        services.observer().leading(false);
        leadership = null;
        running.values().forEach(move -> move.driver().cancel(true));
        running.clear();
    }

    /** The leadership that this controller acts under. */
    Leadership requireLeadership() {
        Leadership held = leadership;
        if (held == null) {
            throw new DroverException(ErrorCode.NO_LEADER, "this controller does not lead", "try again in a moment");
        }
        return held;
    }

    Optional<Running> find(MoveId id) {
        return Optional.ofNullable(running.get(id));
    }

    /** A move that has ended, with what it takes to look at it or to order something. */
    synchronized Running idle(Versioned<MoveRecord> stored, Leadership under) {
        return running.computeIfAbsent(stored.value().identity().id(), id -> {
            EventFeed feed = new EventFeed(events, services.clock());
            MoveJournal journal = new MoveJournal(stored, under, services.clock(), feed, services.observer());
            return new Running(journal, new LiveView(), feed, CompletableFuture.completedFuture(null));
        });
    }

    /** Drives a stored move, unless it is being driven. */
    synchronized Running start(Versioned<MoveRecord> stored, Leadership under) {
        MoveId id = stored.value().identity().id();
        Running known = running.get(id);
        if (known != null && !known.driver().isDone()) {
            return known;
        }
        EventFeed feed = known == null ? new EventFeed(events, services.clock()) : known.feed();
        LiveView live = new LiveView();
        MoveJournal journal = new MoveJournal(stored, under, services.clock(), feed, services.observer());
        Future<?> driver = drivers.submit(() -> drive(new MoveContext(journal, live, feed, services)));
        Running started = new Running(journal, live, feed, driver);
        running.put(id, started);
        return started;
    }

    private void drive(MoveContext context) {
        MDC.put("move", context.id().shortId());
        MDC.put("shard", context.record().identity().request().shard().value());
        try {
            new MoveDriver(context).drive();
            LOG.info("move {} has ended: {}", context.id(), context.record().state());
        } catch (DroverException e) {
            LOG.warn("move {}: this driver stops: {}", context.id(), e.getMessage(), e);
            restart(context);
        } catch (RuntimeException e) {
            LOG.error("BUG: move {} stops at {}", context.id(), context.record().step(), e);
            restart(context);
        } finally {
            MDC.clear();
        }
    }

    /** When this controller still leads, the driver begins again from the stored record. */
    private void restart(MoveContext context) {
        drivers.execute(() -> {
            try {
                context.journal().awaitChange(Duration.ofSeconds(1));
                resume(context.id());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (DroverException e) {
                LOG.warn("move {} cannot go on here: {}", context.id(), e.getMessage());
                if (leadership != null && leadership.stillHeld()) {
                    restart(context);
                }
            }
        });
    }

    private synchronized void resume(MoveId id) {
        Leadership held = leadership;
        if (held == null) {
            return;
        }
        Optional<Versioned<MoveRecord>> stored = services.documents().read(ZkLayout.move(id, MoveRecord.class));
        if (stored.isPresent() && !stored.orElseThrow().value().state().isFinal()) {
            start(stored.orElseThrow(), held);
        }
    }

    @Override
    public void close() {
        drivers.shutdownNow();
        events.shutdownNow();
    }
}
