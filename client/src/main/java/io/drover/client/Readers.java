/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.time.Scheduler;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.KitPorts;
import io.drover.client.internal.PoolFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out connections for reads: replicas by their weight, the primary when none has one. While writes are held the replicas go on,
 * and who needs the primary waits with the writers. A replica that cannot be reached is left out for a while.
 */
final class Readers extends AbstractDataSource {
    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration AVOIDANCE = Duration.ofSeconds(5);

    private final ShardDataSourceConfig config;
    private final KitPorts ports;
    private final KitMetrics metrics;
    private final Lane primary;
    private final Supplier<String> situation;
    private final Admission admission;
    private final Consumer<Grant> dismissal;
    private volatile List<Route> routes = List.of();

    /** Counts a new grant among those that a fence waits for. */
    interface Admission {
        Grant admit(ShardTopology topology, Endpoint endpoint, ConnectionPool pool);
    }

    Readers(
            ShardDataSourceConfig config,
            KitPorts ports,
            KitMetrics metrics,
            Lane primary,
            Supplier<String> situation,
            Admission admission,
            Consumer<Grant> dismissal) {
        this.config = config;
        this.ports = ports;
        this.metrics = metrics;
        this.primary = primary;
        this.situation = situation;
        this.admission = admission;
        this.dismissal = dismissal;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Deadline deadline = new Deadline(ports.scheduler(), config.acquireTimeout());
        Connection connection = fromReplica(deadline);
        if (connection == null) {
            connection = primary.borrow(deadline);
        }
        try {
            connection.setReadOnly(true);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private @Nullable Connection fromReplica(Deadline deadline) throws SQLException {
        Optional<Route> route = pick();
        while (route.isPresent() && !deadline.passed()) {
            Duration left = Duration.ofNanos(deadline.nanosLeft());
            try {
                return route.orElseThrow()
                        .lane
                        .borrow(new Deadline(ports.scheduler(), left.compareTo(PATIENCE) < 0 ? left : PATIENCE));
            } catch (SQLTransientConnectionException e) {
                route.orElseThrow().avoid();
                LOG.warn(
                        "shard {}: reads leave {} for a while: {}",
                        config.shard(),
                        route.orElseThrow().endpoint(),
                        e.getMessage());
            } catch (SQLNonTransientConnectionException e) {
                LOG.debug(
                        "shard {}: {} has just lost its reads",
                        config.shard(),
                        route.orElseThrow().endpoint(),
                        e);
            }
            route = pick();
        }
        return null;
    }

    private Optional<Route> pick() {
        List<Route> usable = routes.stream().filter(Route::usable).toList();
        int total = usable.stream().mapToInt(route -> route.weight).sum();
        if (total == 0) {
            return Optional.empty();
        }
        int drawn = ports.random().get().nextInt(total);
        for (Route route : usable) {
            drawn -= route.weight;
            if (drawn < 0) {
                return Optional.of(route);
            }
        }
        throw new IllegalStateException("BUG: drew past the last weight");
    }

    /** Opens and retires pools as the weights say. Called by the kit's thread. */
    void follow(ShardTopology topology) {
        Map<Endpoint, Route> before = new LinkedHashMap<>();
        routes.forEach(route -> before.put(route.endpoint(), route));
        List<Route> after = new ArrayList<>();
        for (Replica replica : topology.replicas()) {
            if (replica.readWeight() > 0) {
                Route kept = before.remove(replica.endpoint());
                after.add(kept == null ? open(topology, replica) : kept.withWeight(replica.readWeight()));
            }
        }
        routes = List.copyOf(after);
        before.values().forEach(this::retire);
    }

    private Route open(ShardTopology topology, Replica replica) {
        ConnectionPool pool = ports.pools().open(topology, replica.endpoint(), PoolFactory.Purpose.READ);
        Grant grant = admission.admit(topology, replica.endpoint(), pool);
        String reads = ", reads from " + replica.node();
        Gate gate = new Gate(
                ports.scheduler(), config.poolSize(), config.maxWaiters(), () -> situation.get() + reads, metrics);
        gate.open(grant);
        return new Route(ports.scheduler(), grant, new Lane(gate, primary.outcomes()), replica.readWeight());
    }

    private void retire(Route route) {
        route.lane.gate().close();
        dismissal.accept(route.grant);
    }

    /** Retires all. Called by the kit's thread. */
    void close() {
        List<Route> last = routes;
        routes = List.of();
        last.forEach(this::retire);
    }

    /** The way to one replica. */
    private static final class Route {
        private final Scheduler scheduler;
        private final Grant grant;
        private final Lane lane;
        private final int weight;
        private volatile long avoidedUntil;

        private Route(Scheduler scheduler, Grant grant, Lane lane, int weight) {
            this.scheduler = scheduler;
            this.avoidedUntil = scheduler.nanoTime();
            this.grant = grant;
            this.lane = lane;
            this.weight = weight;
        }

        private Endpoint endpoint() {
            return grant.endpoint();
        }

        private Route withWeight(int newWeight) {
            return newWeight == weight ? this : new Route(scheduler, grant, lane, newWeight);
        }

        private void avoid() {
            avoidedUntil = scheduler.nanoTime() + AVOIDANCE.toNanos();
        }

        private boolean usable() {
            return scheduler.nanoTime() - avoidedUntil >= 0;
        }
    }
}
