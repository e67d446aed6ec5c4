/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.MetricRegistry;
import io.drover.api.DroverException;
import io.drover.api.time.Scheduler;
import io.drover.client.internal.KitPorts;
import io.drover.client.internal.PoolFactory;
import io.drover.topology.SharedConnections;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data source for the primary of one shard that takes part in the fence and follows the shard when it moves.
 *
 * <ul>
 *   <li>While writes are held, {@link #getConnection} waits, first come, first served; connections that the application holds finish
 *       their work. When the last of them is closed, the fence is acknowledged.
 *   <li>While a move is under way, a second pool of full size is open to its target, so that the switch costs no login.
 *   <li>No statement is ever repeated. A commit whose answer was lost fails as {@link CommitOutcomeUnknownException}: it may or may not
 *       have happened (hazard H55).
 *   <li>A connection given out after a switch is a new session: advisory locks, LISTEN, temporary tables and prepared plans of an
 *       earlier one are gone (hazard H73).
 *   <li>All data sources of a process that name the same ZooKeeper and session timeout share one session; one that is logged in there has its
 *       own.
 *   <li>Without ZooKeeper it goes on with the primary that it knows; the server's own fence protects it then.
 * </ul>
 *
 * <p>Close the very object that {@link #getConnection} answered, not one got from a statement: its closing is what the fence waits for.
 */
public final class ShardDataSource extends AbstractDataSource implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardDataSource.class);
    /** Opening pools asks nobody, but loads classes: on a machine that stands still that takes longer than ZooKeeper may. */
    private static final Duration OPENING = Duration.ofSeconds(60);

    private static final SharedConnections ZOO_KEEPERS = new SharedConnections(ZooKeeperConnection::connect);

    private final ShardDataSourceConfig config;
    private final KitPorts ports;
    private final KitMetrics metrics;
    private final Membership membership;
    private final ShardFollower follower;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ShardDataSource(ShardDataSourceConfig config, KitPorts ports, KitMetrics metrics) {
        this.config = config;
        this.ports = ports;
        this.metrics = metrics;
        this.membership = new Membership(config, ports, metrics);
        this.follower = new ShardFollower(config, ports, metrics, membership);
    }

    /**
     * Connects to ZooKeeper, takes part, and waits until the topology is known; whether the primary can be reached shows only when a
     * connection is asked for. When ZooKeeper is away for the start timeout and the configuration names a topology file, what that says
     * is gone by until ZooKeeper is there.
     *
     * @throws DroverException ZOOKEEPER_UNAVAILABLE or UNKNOWN_SHARD when that lasts until the start timeout; says also why a topology
     *     file was refused
     * @throws IllegalArgumentException when the registry of metrics has another data source of this name for this shard
     */
    public static ShardDataSource open(ShardDataSourceConfig config) {
        return open(config, () -> ZOO_KEEPERS.share(config.zookeeperSettings()));
    }

    /** The same with a ZooKeeper of the caller's, for measurements in other modules. No part of the API. */
    public static ShardDataSource open(ShardDataSourceConfig config, Supplier<ZooKeeperClient> zooKeeper) {
        KitMetrics metrics = metrics(config);
        PoolFactory pools = new HikariPoolFactory(config, Scheduler.system(), ThreadLocalRandom::current, metrics);
        return open(config, new KitPorts(Scheduler.system(), zooKeeper, pools, ThreadLocalRandom::current), metrics);
    }

    /** The same with other pools, and a ZooKeeper session of its own, which tests can break. */
    static ShardDataSource open(ShardDataSourceConfig config, PoolFactory pools) {
        Supplier<ZooKeeperClient> own = () -> ZooKeeperConnection.connect(config.zookeeperSettings());
        return open(config, new KitPorts(Scheduler.system(), own, pools, ThreadLocalRandom::current));
    }

    /** The same on a world of the caller's, for tests in other modules. No part of the API. */
    public static ShardDataSource open(ShardDataSourceConfig config, KitPorts ports) {
        return open(config, ports, metrics(config));
    }

    private static KitMetrics metrics(ShardDataSourceConfig config) {
        MetricRegistry registry = config.metrics() == null ? new MetricRegistry() : config.metrics();
        return new KitMetrics(registry, config.name(), config.shard().value());
    }

    private static ShardDataSource open(ShardDataSourceConfig config, KitPorts ports, KitMetrics metrics) {
        ShardDataSource opened = new ShardDataSource(config, ports, metrics);
        try {
            opened.membership.join(opened.follower::follow);
            ports.scheduler().await(opened.follower.started(), OPENING);
            return opened;
        } catch (ExecutionException e) {
            opened.close();
            throw new IllegalStateException(
                    "shard " + config.shard() + ": no pool of connections could be opened: "
                            + requireNonNull(e.getCause()).getMessage(),
                    e.getCause());
        } catch (TimeoutException e) {
            opened.close();
            throw new IllegalStateException("BUG: the first topology was not acted on within " + OPENING, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            opened.close();
            throw new IllegalStateException("interrupted while starting", e);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    Membership membership() {
        return membership;
    }

    /**
     * A connection to the primary; waits while writes are held. Give it back by closing it.
     *
     * @throws java.sql.SQLTransientConnectionException when none came within the acquire timeout, or too many wait; says shard, state,
     *     epoch and how long
     */
    @Override
    public Connection getConnection() throws SQLException {
        return getConnection(config.acquireTimeout());
    }

    /**
     * The same with a deadline of the call's own, shorter or longer than the acquire timeout.
     *
     * @throws java.sql.SQLTransientConnectionException when none came within the limit, or too many wait
     */
    public Connection getConnection(Duration limit) throws SQLException {
        return follower.lane().borrow(new Deadline(ports.scheduler(), limit));
    }

    /**
     * A data source for reads: replicas by their weight, the primary when none has one. Its connections are read-only. Closed together
     * with this one.
     */
    public DataSource readers() {
        return follower.readers();
    }

    /** What is seen at this moment. */
    public ShardStats stats() {
        return follower.stats(membership.connected());
    }

    /** Adds a listener. */
    public void addListener(ShardListener listener) {
        follower.addListener(listener);
    }

    /**
     * Admits nobody any more, waits as long as the acquire timeout for the connections in the application's hands, cuts those that
     * have not come back, then leaves.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (!follower.drain(config.acquireTimeout())) {
            LOG.warn("shard {}: connections were not given back and are cut", config.shard());
        }
        follower.close();
        membership.close();
        metrics.close();
    }
}
