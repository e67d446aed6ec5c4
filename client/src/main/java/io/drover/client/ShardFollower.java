/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.TopologyState;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.KitPorts;
import io.drover.client.internal.PoolFactory;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on the newest topology: opens and shuts the gate, opens and retires pools, acknowledges fences. Knows nothing of ZooKeeper.
 * All of it happens on one thread; the public methods may be called from any.
 *
 * <p>Each time the gate opens there is a new grant, and under a new grant every session is proven before it is handed out: the server
 * may have ended any of them under the fence (hazard H45). So an abort costs a round trip, not logins, where the sessions live.
 */
final class ShardFollower {
    private static final Logger LOG = LoggerFactory.getLogger(ShardFollower.class);
    private static final Duration LOOK_WHILE_FILLING = Duration.ofMillis(50);
    private static final Duration LOOK_WHEN_READY = Duration.ofSeconds(1);

    private final ShardDataSourceConfig config;
    private final KitPorts ports;
    private final KitMetrics metrics;
    private final Announcer announcer;
    private final KitThreads threads;
    private final Lane lane;
    private final Readers readers;
    private final List<ShardListener> listeners = new CopyOnWriteArrayList<>();
    private final Pauses pauses;
    private final CompletableFuture<ShardTopology> started = new CompletableFuture<>();
    private final CompletableFuture<Boolean> finished = new CompletableFuture<>();

    private volatile @Nullable Versioned<ShardTopology> newest;
    private volatile @Nullable Grant writer;
    private volatile boolean targetReady;

    // Written by the kit's thread only.
    private volatile @Nullable WarmPool warm;
    /** The newest grant on a primary, shut or not: after an abort its pool goes on. */
    private volatile @Nullable Grant last;

    // Only touched by the kit's thread.
    private final Set<Grant> undrained = new LinkedHashSet<>();

    private FenceEpoch acknowledged = new FenceEpoch(0);
    private boolean closing;

    ShardFollower(ShardDataSourceConfig config, KitPorts ports, KitMetrics metrics, Announcer announcer) {
        this.config = config;
        this.ports = ports;
        this.metrics = metrics;
        this.announcer = announcer;
        this.threads = new KitThreads(ports.scheduler(), "drover-" + config.shard());
        this.pauses = new Pauses(ports.scheduler());
        this.lane = new Lane(
                new Gate(ports.scheduler(), config.poolSize(), config.maxWaiters(), this::situation, metrics),
                new UnknownOutcomes(config.shard(), metrics));
        this.readers = new Readers(config, ports, metrics, lane, this::situation, this::admit, this::dismiss);
        showGauges();
    }

    /** The way to the primary. */
    Lane lane() {
        return lane;
    }

    Readers readers() {
        return readers;
    }

    void addListener(ShardListener listener) {
        listeners.add(listener);
    }

    /** Runs something on the kit's thread, after all that came before. */
    void run(Runnable task) {
        threads.execute(task);
    }

    /** Completes when the first topology has been acted on. */
    CompletableFuture<ShardTopology> started() {
        return started;
    }

    ShardStats stats(boolean connected) {
        Versioned<ShardTopology> seen = newest;
        if (seen == null) {
            throw new IllegalStateException("BUG: no topology yet");
        }
        Grant grant = writer;
        Pauses.Summary summary = pauses.summary();
        return new ShardStats(
                seen.value(),
                grant == null ? 0 : grant.borrowed(),
                lane.gate().waiting(),
                summary.count(),
                summary.last(),
                summary.longest(),
                targetReady,
                connected);
    }

    /** Shard, state and epoch, for messages. */
    private String situation() {
        Versioned<ShardTopology> seen = newest;
        return seen == null
                ? "shard " + config.shard() + ", whose topology is not known yet"
                : "shard " + config.shard() + " in state " + seen.value().state() + " at epoch "
                        + seen.value().epoch() + held();
    }

    private String held() {
        Duration held = pauses.running();
        return held.isZero() ? "" : ", held for " + held.toMillis() + " ms";
    }

    private void showGauges() {
        metrics.gauge(KitMetrics.EPOCH, () -> seen(topology -> topology.epoch().value()));
        metrics.gauge(KitMetrics.STATE, () -> seen(topology -> KitMetrics.number(topology.state())));
        metrics.gauge(KitMetrics.BORROWED, () -> grant(writer, Grant::borrowed));
        metrics.gauge(KitMetrics.WAITING, () -> lane.gate().waiting());
        metrics.gauge(
                KitMetrics.HELD,
                () -> pauses.running().isZero() ? 0 : lane.gate().waiting());
        metrics.gauge(
                KitMetrics.PRIMARY_OPEN, () -> grant(last, grant -> grant.pool().open()));
        metrics.gauge(
                KitMetrics.PRIMARY_IDLE, () -> grant(last, grant -> grant.pool().idle()));
        metrics.gauge(KitMetrics.TARGET_OPEN, () -> target(ConnectionPool::open));
        metrics.gauge(KitMetrics.TARGET_IDLE, () -> target(ConnectionPool::idle));
    }

    private Number seen(Function<ShardTopology, Number> number) {
        Versioned<ShardTopology> read = newest;
        return read == null ? 0 : number.apply(read.value());
    }

    private static Number grant(@Nullable Grant grant, Function<Grant, Number> number) {
        return grant == null ? 0 : number.apply(grant);
    }

    private Number target(Function<ConnectionPool, Number> number) {
        WarmPool pool = warm;
        return pool == null ? 0 : number.apply(pool.pool());
    }

    /** A topology was read; it need not be the newest. */
    void follow(Versioned<ShardTopology> read) {
        threads.execute(() -> {
            if (closing || !supersedes(read)) {
                return;
            }
            newest = read;
            try {
                act(read.value());
                started.complete(read.value());
            } catch (RuntimeException e) {
                // whoever waits for the start is told at once; later it is in the log only
                started.completeExceptionally(e);
                throw e;
            }
        });
    }

    private void act(ShardTopology topology) {
        if (topology.state() == TopologyState.SERVING) {
            serve(topology);
        } else {
            hold(topology);
        }
        warmTarget(topology);
        readers.follow(topology);
        acknowledge(topology);
    }

    private boolean supersedes(Versioned<ShardTopology> read) {
        Versioned<ShardTopology> last = newest;
        if (last == null) {
            return true;
        }
        int order = read.value().epoch().compareTo(last.value().epoch());
        if (order < 0) {
            LOG.warn(
                    "shard {}: epoch {} is refused, epoch {} has been seen",
                    config.shard(),
                    read.value().epoch(),
                    last.value().epoch());
        }
        return order > 0 || (order == 0 && read.mzxid() > last.mzxid());
    }

    private void serve(ShardTopology topology) {
        Grant current = writer;
        if (current != null) {
            if (current.epoch().equals(topology.epoch()) && current.endpoint().equals(topology.primary())) {
                return;
            }
            // A fence came and went unseen: the server may have ended every session meanwhile.
            shut(current);
        }
        ConnectionPool pool = poolTo(topology);
        Grant grant = admit(topology, topology.primary(), pool);
        writer = grant;
        last = grant;
        lane.gate().open(grant);
        Duration held = pauses.end();
        if (!held.isZero()) {
            metrics.paused(held);
            LOG.info(
                    "shard {}: SERVING at epoch {} on {}, held for {} ms",
                    config.shard(),
                    topology.epoch(),
                    topology.primary().node(),
                    held.toMillis());
            tell(listener -> listener.resumed(topology, held));
        }
    }

    private ConnectionPool poolTo(ShardTopology topology) {
        Grant before = last;
        if (before != null && before.endpoint().equals(topology.primary())) {
            before.pool().renew();
            return before.pool();
        }
        if (before != null) {
            last = null;
            closeIfUnused(before.pool());
        }
        return takeWarm(topology.primary())
                .orElseGet(() -> ports.pools().open(topology, topology.primary(), PoolFactory.Purpose.WRITE));
    }

    private void hold(ShardTopology topology) {
        Grant current = writer;
        if (current != null) {
            shut(current);
            LOG.info(
                    "shard {}: {} at epoch {}, connections are held",
                    config.shard(),
                    topology.state(),
                    topology.epoch());
            tell(listener -> listener.held(topology));
        }
    }

    private void shut(Grant grant) {
        writer = null;
        pauses.begin();
        lane.gate().shut();
        grant.shut();
    }

    /** Counts a grant among those that the fence waits for. */
    private Grant admit(ShardTopology topology, Endpoint endpoint, ConnectionPool pool) {
        Grant grant = new Grant(topology.epoch(), endpoint, pool, drained -> threads.execute(() -> forget(drained)));
        undrained.add(grant);
        return grant;
    }

    /** Ends the grant for reads of one replica. */
    private void dismiss(Grant grant) {
        grant.shut();
        threads.background(grant.pool()::rest);
    }

    private void forget(Grant drained) {
        undrained.remove(drained);
        closeIfUnused(drained.pool());
        Versioned<ShardTopology> seen = newest;
        if (seen != null) {
            acknowledge(seen.value());
        }
        if (closing && undrained.isEmpty()) {
            finished.complete(true);
        }
    }

    /** Ends a pool that no grant will use again and whose connections have all come back. */
    private void closeIfUnused(ConnectionPool pool) {
        Grant kept = last;
        boolean used = kept != null && kept.pool() == pool && !closing
                || undrained.stream().anyMatch(grant -> grant.pool() == pool);
        if (!used) {
            threads.background(pool::close);
        }
    }

    /** Acknowledges the fence once nothing is in flight on the primary, under whichever grant it was begun. */
    private void acknowledge(ShardTopology topology) {
        if (topology.state() == TopologyState.SERVING
                || topology.epoch().equals(acknowledged)
                || undrained.stream().anyMatch(grant -> grant.endpoint().equals(topology.primary()))) {
            return;
        }
        acknowledged = topology.epoch();
        announcer.announce(acknowledged, targetReady);
        tell(listener -> listener.acknowledged(topology.epoch()));
    }

    private void warmTarget(ShardTopology topology) {
        Optional<Endpoint> target = FenceTransitions.target(topology).map(Replica::endpoint);
        WarmPool current = warm;
        if (current != null && !target.equals(Optional.of(current.endpoint()))) {
            warm = null;
            threads.background(current.pool()::close);
        }
        if (warm == null && target.isPresent()) {
            ConnectionPool pool = ports.pools().open(topology, target.orElseThrow(), PoolFactory.Purpose.WRITE);
            WarmPool opened = new WarmPool(target.orElseThrow(), pool, config.poolSize());
            warm = opened;
            threads.after(LOOK_WHILE_FILLING, () -> look(opened));
        }
        if (warm == null) {
            setTargetReady(false);
        }
    }

    private Optional<ConnectionPool> takeWarm(Endpoint primary) {
        WarmPool current = warm;
        if (current == null || !current.endpoint().equals(primary)) {
            return Optional.empty();
        }
        warm = null;
        return Optional.of(current.pool());
    }

    private void look(WarmPool pool) {
        if (warm != pool) {
            return;
        }
        pool.look();
        boolean before = targetReady;
        setTargetReady(pool.ready());
        Versioned<ShardTopology> seen = newest;
        if (targetReady && !before && seen != null) {
            tell(listener -> listener.targetReady(seen.value()));
        }
        threads.after(pool.ready() ? LOOK_WHEN_READY : LOOK_WHILE_FILLING, () -> look(pool));
    }

    private void setTargetReady(boolean ready) {
        if (targetReady != ready) {
            targetReady = ready;
            announcer.announce(acknowledged, ready);
        }
    }

    private void tell(Consumer<ShardListener> call) {
        for (ShardListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("shard {}: a listener failed", config.shard(), e);
            }
        }
    }

    /**
     * Admits nobody any more and waits until every connection has come back.
     *
     * @return whether all came back in time; those that did not are cut by {@link #close}
     */
    boolean drain(Duration limit) {
        lane.gate().close();
        threads.execute(() -> {
            closing = true;
            Grant current = writer;
            if (current != null) {
                shut(current);
            } else if (last != null) {
                closeIfUnused(last.pool());
            }
            WarmPool target = warm;
            if (target != null) {
                warm = null;
                threads.background(target.pool()::close);
            }
            readers.close();
            if (undrained.isEmpty()) {
                finished.complete(true);
            }
        });
        try {
            return ports.scheduler().await(finished, limit);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("BUG: nothing completes this with a failure", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Cuts what is left and ends the threads. */
    void close() {
        threads.execute(() -> undrained.forEach(grant -> threads.background(grant.pool()::close)));
        threads.close();
    }
}
