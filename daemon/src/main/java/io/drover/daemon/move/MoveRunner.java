/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.LeaderEpoch;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.topology.LeaderElection;
import io.drover.topology.Leadership;
import io.drover.topology.Versioned;
import io.drover.topology.ZDirectory;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Drives every move that has not ended while this controller leads, each on a thread of its own. It goes by the level of things: while
 * it leads it looks every second for a move that nobody drives, whyever that is so.
 */
public final class MoveRunner implements LeaderElection.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MoveRunner.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final int LOOKS_BETWEEN_HOUSEKEEPING = 15;

    private final Services services;
    private final Housekeeping housekeeping;
    private final ExecutorService drivers;
    private final ScheduledExecutorService events;
    private final ScheduledExecutorService looks;
    private final Map<MoveId, Running> running = new ConcurrentHashMap<>();
    /** Names of moves that no order can wake any more: not read again. */
    private final Set<String> over = ConcurrentHashMap.newKeySet();
    /** What was last said about a move that cannot be read, so that it is said once. */
    private final Map<String, String> complaints = new ConcurrentHashMap<>();

    private final AtomicInteger looksSinceTidying = new AtomicInteger();
    private final AtomicBoolean tidying = new AtomicBoolean();
    /** Guards the leadership together with who drives; held for work in memory only. */
    private final Lock lock;

    private volatile @Nullable Leadership leadership;

    MoveRunner(Services services) {
        this.services = services;
        this.housekeeping = new Housekeeping(services, this);
        this.lock = services.scheduler().newLock();
        this.drivers = services.scheduler().newThreads("move");
        this.events = services.scheduler().newTimer("move-events");
        this.looks = services.scheduler().newTimer("move-looks");
    }

    /** A move that this controller drives or, once it has ended, drove. */
    record Running(MoveJournal journal, LiveView live, EventFeed feed, Future<?> driver) {}

    @Override
    public void gained(Leadership gained) {
        lock.lock();
        try {
            leadership = gained;
        } finally {
            lock.unlock();
        }
        LOG.info("this controller leads at epoch {}", gained.epoch());
        services.observer().leading(true);
        look(gained);
    }

    /** Sees that every move that has not ended is driven, now and every second as long as this leadership lasts. */
    private void look(Leadership under) {
        if (!under.equals(leadership)) {
            return;
        }
        try {
            takeOver(under);
        } catch (DroverException e) {
            complain("", "the moves cannot be listed, this is tried again", e);
        } catch (RuntimeException e) {
            LOG.error("BUG: the look for moves that nobody drives failed; it is repeated", e);
        }
        tidy(under);
        lookAgain(under);
    }

    /** Beside the looks: it asks agents, and one of them may hang. */
    private void tidy(Leadership under) {
        boolean due = looksSinceTidying.incrementAndGet() >= LOOKS_BETWEEN_HOUSEKEEPING;
        if (due && tidying.compareAndSet(false, true)) {
            looksSinceTidying.set(0);
            try {
                drivers.execute(() -> tidyNow(under));
            } catch (RejectedExecutionException e) {
                LOG.trace("closed", e);
            }
        }
    }

    private void tidyNow(Leadership under) {
        try {
            housekeeping.look(under);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed", e);
        } catch (RuntimeException e) {
            LOG.error("BUG: the look for what moves have left failed", e);
        } finally {
            tidying.set(false);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a look reports what goes wrong in it
    private void lookAgain(Leadership under) {
        try {
            looks.schedule(() -> look(under), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed", e);
        }
    }

    /** One that cannot be read keeps neither the others nor the leader from work. */
    private void takeOver(Leadership under) {
        ZDirectory<MoveRecord> moves = ZkLayout.moves(MoveRecord.class);
        Map<String, Running> before = new HashMap<>();
        running.forEach((id, known) -> before.put(id.value(), known));
        List<ZNode<MoveRecord>> undriven = services.documents().children(moves).stream()
                .filter(name -> !over.contains(name) && !isDriven(before.get(name)))
                .map(moves::child)
                .toList();
        complaints.remove("");
        try {
            services.documents().readAll(undriven).forEach(stored -> startUnlessEnded(stored, before, under));
        } catch (DroverException all) {
            undriven.forEach(move -> takeOver(move, before, under));
        }
    }

    private void takeOver(ZNode<MoveRecord> move, Map<String, Running> before, Leadership under) {
        try {
            services.documents().read(move).ifPresent(stored -> startUnlessEnded(stored, before, under));
            complaints.remove(move.toString());
        } catch (DroverException e) {
            complain(move.toString(), move + " cannot be read, nobody drives it", e);
        }
    }

    private void complain(String about, String what, DroverException e) {
        String message = String.valueOf(e.getMessage());
        if (!message.equals(complaints.put(about, message))) {
            LOG.error("{}: {}", what, message);
        }
    }

    private static boolean isDriven(@Nullable Running known) {
        return known != null && !known.driver().isDone();
    }

    private void startUnlessEnded(Versioned<MoveRecord> stored, Map<String, Running> before, Leadership under) {
        MoveId id = stored.value().identity().id();
        if (!stored.value().state().isFinal()) {
            startUnlessChanged(stored, before.get(id.value()), under);
        } else if (stored.value().state() != MoveState.NEEDS_OPERATOR) {
            over.add(id.value());
        }
        Running known = before.get(id.value());
        // nobody drives it, so that nobody would read it again: the next order does
        if (known != null && known.journal().isDoubtful() && !isDriven(known)) {
            running.remove(id, known);
        }
    }

    /** What was read may be old by now: then somebody has started since, and the next look sees what became of that. */
    @SuppressWarnings("ReferenceEquality") // whether it is the very same one
    private void startUnlessChanged(Versioned<MoveRecord> stored, @Nullable Running before, Leadership under) {
        lock.lock();
        try {
            Running now = running.get(stored.value().identity().id());
            if (now == before) {
                start(stored, under);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void lost() {
        LOG.warn("this controller does not lead any more; its moves go on with the next leader");
        services.observer().leading(false);
        lock.lock();
        try {
            leadership = null;
            running.values().forEach(move -> move.driver().cancel(true));
            running.clear();
        } finally {
            lock.unlock();
        }
    }

    /** The number of the leadership that it runs under; empty when it does not lead. */
    public Optional<LeaderEpoch> leaderEpoch() {
        return Optional.ofNullable(leadership).map(Leadership::epoch);
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

    /** A move that has ended, with what it takes to look at it or to order something; kept only as long as this leadership lasts. */
    Running idle(Versioned<MoveRecord> stored, Leadership under) {
        MoveId id = stored.value().identity().id();
        lock.lock();
        try {
            Running known = running.get(id);
            if (known != null) {
                return known;
            }
            Running idle = undriven(stored, new EventFeed(events, services.clock()), under);
            if (under.equals(leadership)) {
                running.put(id, idle);
            }
            return idle;
        } finally {
            lock.unlock();
        }
    }

    private Running undriven(Versioned<MoveRecord> stored, EventFeed feed, Leadership under) {
        MoveJournal journal = new MoveJournal(stored, under, feed, services);
        return new Running(journal, new LiveView(), feed, CompletableFuture.completedFuture(null));
    }

    /** Drives a stored move, unless it is being driven, or the leadership is over: then the next leader drives it. */
    Running start(Versioned<MoveRecord> stored, Leadership under) {
        MoveId id = stored.value().identity().id();
        lock.lock();
        try {
            Running known = running.get(id);
            if (known != null && isDriven(known)) {
                return known;
            }
            EventFeed feed = known == null ? new EventFeed(events, services.clock()) : known.feed();
            Running idle = undriven(stored, feed, under);
            if (!under.equals(leadership)) {
                return idle;
            }
            if (known == null) {
                tellOfTakeover(idle.journal(), under);
            }
            MoveContext context = new MoveContext(idle.journal(), idle.live(), feed, services);
            Running started = new Running(idle.journal(), idle.live(), feed, drivers.submit(() -> drive(context)));
            running.put(id, started);
            return started;
        } finally {
            lock.unlock();
        }
    }

    /** With its next write, so that it costs nothing in the pause. */
    private static void tellOfTakeover(MoveJournal journal, Leadership under) {
        StepMark mark = journal.record().step();
        if (mark != null) {
            journal.keep(new MoveJournal.Line(
                    mark.number(),
                    "controller " + under.record().controller() + " goes on here at step " + mark.number() + " "
                            + mark.name() + ", under leadership " + under.epoch()
                            + ": the one before it has stopped or does not lead any more"));
        }
    }

    /** A driver that stops before the move has ended is followed by another at the next look. */
    private void drive(MoveContext context) {
        MDC.put("move", context.id().shortId());
        MDC.put("shard", context.record().identity().request().shard().value());
        try {
            MoveSteps.requireKnown(context.record());
            context.requireNewestTopology();
            complaints.remove(context.id().value());
            new MoveDriver(context).drive();
            LOG.info("move {} has ended: {}", context.id(), context.record().state());
        } catch (DroverException e) {
            if (e.code() == ErrorCode.TOPOLOGY_OUTDATED || e.code() == ErrorCode.UNKNOWN_TABLE) {
                // nothing is written of it: what ZooKeeper holds of the move is from the past, too, or for another
                // version to read
                context.waits(Wait.of(e.getMessage(), e.hint().orElse("")));
                complain(context.id().value(), "move " + context.id() + " is not driven", e);
                return;
            }
            LOG.warn("move {}: this driver stops: {}", context.id(), e.getMessage(), e);
        } catch (RuntimeException e) {
            LOG.error("BUG: move {} stops at {}", context.id(), context.record().step(), e);
        } finally {
            MDC.clear();
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
        drivers.shutdownNow();
        events.shutdownNow();
    }
}
