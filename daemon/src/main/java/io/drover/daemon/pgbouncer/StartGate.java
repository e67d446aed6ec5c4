/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.time.Scheduler;
import io.drover.daemon.pgbouncer.IncludeText.Place;
import io.drover.replication.IncludeFile;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs before a PgBouncer starts: one that was ended under a fence knows nothing of its pause any more, and would let clients through
 * to the server that they came from (H51). Waits until every shard serves and the include file says where; adapter or no adapter.
 */
public final class StartGate {
    private static final Logger LOG = LoggerFactory.getLogger(StartGate.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration ZOOKEEPER = Duration.ofSeconds(2);

    private final PoolerSettings settings;
    private final TopologyStore topologies;
    private final Scheduler scheduler;

    private StartGate(PoolerSettings settings, TopologyStore topologies, Scheduler scheduler) {
        this.settings = settings;
        this.topologies = topologies;
        this.scheduler = scheduler;
    }

    /**
     * Waits.
     *
     * @throws DroverException STATE_CONFLICT when a shard is still fenced at the limit. Without ZooKeeper what the file says holds, as
     *     everywhere (rule R8); GUARD_REFUSED when it says nothing
     */
    public static void pass(PgBouncerConfiguration configuration, Duration limit) {
        try (ZooKeeperClient client = configuration.getZookeeper().openAsClient()) {
            pass(configuration.settings(), client, limit);
        }
    }

    /** The same on a connection that is open. */
    public static void pass(PoolerSettings settings, ZooKeeperClient client, Duration limit) {
        new StartGate(settings, new TopologyStore(client, ZOOKEEPER), client.scheduler()).await(limit);
    }

    private void await(Duration limit) {
        long start = scheduler.nanoTime();
        while (true) {
            Optional<String> closed = look();
            if (closed.isEmpty()) {
                return;
            }
            if (scheduler.nanoTime() - start > limit.toNanos()) {
                throw new DroverException(
                        ErrorCode.STATE_CONFLICT,
                        "PgBouncer is not started: " + closed.orElseThrow() + " for " + limit.toMillis() + " ms",
                        "look at the move (bin/drover moves), then start PgBouncer again");
            }
            try {
                scheduler.pause(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DroverException(ErrorCode.TIMEOUT, "the wait was interrupted", null, e);
            }
        }
    }

    /** Why it is closed; empty when it is open. */
    private Optional<String> look() {
        SortedMap<String, Place> wanted = new TreeMap<>();
        for (PoolerSettings.Database database : settings.databases()) {
            Optional<ShardTopology> topology;
            try {
                topology = topologies.read(database.shard()).map(Versioned::value);
            } catch (DroverException e) {
                return withoutZooKeeper(e);
            }
            if (topology.isEmpty()) {
                return Optional.of("ZooKeeper knows no shard " + database.shard());
            }
            ShardTopology seen = topology.orElseThrow();
            if (seen.state() != TopologyState.SERVING) {
                return Optional.of("shard " + seen.shard() + " is " + seen.state() + " at epoch " + seen.epoch());
            }
            wanted.put(database.name(), Wish.of(seen).place(database.options()));
        }
        return says(wanted) ? Optional.empty() : write(wanted);
    }

    private Optional<IncludeText> text() {
        return Include.parse(IncludeFile.look(settings.include()), settings.include(), settings.name());
    }

    private boolean says(SortedMap<String, Place> wanted) {
        return text().map(text -> text.places().equals(wanted)).orElse(false);
    }

    private Optional<String> write(SortedMap<String, Place> wanted) {
        try (IncludeFile file = IncludeFile.own(settings.include())) {
            Include.open(file, settings.name()).update(text -> new IncludeText(settings.name(), wanted, text.held()));
            return Optional.empty();
        } catch (DroverException e) {
            if (e.code() != ErrorCode.STATE_CONFLICT) {
                throw e;
            }
            return Optional.of("the adapter has not written " + settings.include() + " yet");
        }
    }

    private Optional<String> withoutZooKeeper(DroverException away) {
        boolean known = text().map(text -> settings.databases().stream()
                        .allMatch(database -> text.places().containsKey(database.name())))
                .orElse(false);
        if (!known) {
            throw new DroverException(
                    ErrorCode.GUARD_REFUSED,
                    "PgBouncer is not started: " + away.getMessage() + ", and " + settings.include()
                            + " does not say where its databases lie",
                    "bring ZooKeeper back, or write the file by hand as docs/pgbouncer.md tells",
                    away);
        }
        LOG.warn("{}; PgBouncer starts with what {} says", away.getMessage(), settings.include());
        return Optional.empty();
    }
}
