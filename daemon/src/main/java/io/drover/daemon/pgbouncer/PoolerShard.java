/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.time.Scheduler;
import io.drover.daemon.pgbouncer.PoolerChecks.Known;
import io.drover.replication.PgBouncerPlace;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One database with its shard: puts the follower, the processes, the checks and the znode together, each on its own thread. */
final class PoolerShard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PoolerShard.class);
    private static final Duration AGAIN = Duration.ofMillis(200);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration END = Duration.ofSeconds(5);
    /** How many ticks pass between two checks while no fence is near. */
    private static final int SELDOM = 10;

    private final PoolerSettings.Database database;
    private final PoolerChecks checks;
    private final PoolerFollower follower;
    private final PoolerMembership membership;
    private final Map<PgBouncerPlace, ProcessLoop> loops = new LinkedHashMap<>();
    private final ScheduledExecutorService following;
    private final ScheduledExecutorService checking;

    // Only touched by the thread that checks.
    private String told = "";
    private boolean troubled;

    /** Prepares it; {@link #start} begins. */
    PoolerShard(
            PoolerSettings settings,
            PoolerSettings.Database database,
            Include include,
            Poolers poolers,
            PoolerChecks checks,
            ZooKeeperClient zooKeeper) {
        Scheduler scheduler = zooKeeper.scheduler();
        this.database = database;
        this.checks = checks;
        this.following = scheduler.newTimer("drover-pgbouncer-" + database.name());
        this.checking = scheduler.newTimer("drover-pgbouncer-" + database.name() + "-checks");
        String id = settings.name().replaceAll("[^A-Za-z0-9_.-]", "_") + "-" + database.name() + "-"
                + String.format(Locale.ROOT, "%08x", ThreadLocalRandom.current().nextInt());
        this.membership =
                new PoolerMembership(zooKeeper, database.shard(), settings.name(), id, settings.group(), this::follow);
        this.follower = new PoolerFollower(
                database.name(),
                database.options(),
                include,
                settings.places(),
                wish -> loops.values().forEach(loop -> loop.wish(wish)),
                membership::acknowledge);
        for (PgBouncerPlace place : settings.places()) {
            PoolerProcess process = new PoolerProcess(
                    poolers, place, database.name(), follower::isOurs, settings.killAfter(), scheduler);
            loops.put(
                    place,
                    new ProcessLoop(
                            process,
                            standing -> later(following, Duration.ZERO, () -> follower.reached(place, standing)),
                            scheduler));
        }
    }

    void start() {
        membership.join();
        later(checking, Duration.ZERO, () -> tick(0));
    }

    private void follow(Versioned<ShardTopology> read) {
        later(following, Duration.ZERO, () -> {
            follower.follow(read);
            again();
            later(checking, Duration.ZERO, this::check);
        });
    }

    private void again() {
        if (!follower.act()) {
            later(following, AGAIN, this::again);
        }
    }

    private void tick(int number) {
        boolean soon =
                follower.topology().map(topology -> Wish.of(topology).mayHold()).orElse(false);
        if (soon || troubled || number % SELDOM == 0) {
            check();
        }
        later(checking, TICK, () -> tick(number + 1));
    }

    private void check() {
        Optional<ShardTopology> topology = follower.topology();
        if (topology.isPresent() && topology.orElseThrow().state() != TopologyState.SERVING) {
            // a look at a console takes processor time that the pause wants
            return;
        }
        List<Known> known = topology.stream()
                .map(seen -> new Known(database.name(), seen, follower.isOurs(seen.epoch())))
                .toList();
        List<PoolerFinding> findings = checks.all(known);
        // what a fence has overtaken saw half of it: the pause, and servers that let nobody in
        if (topology.equals(follower.topology())) {
            report(topology.map(seen -> Wish.of(seen).mayHold()).orElse(false), findings);
        }
    }

    private void report(boolean soon, List<PoolerFinding> findings) {
        List<String> blocking = findings.stream()
                .filter(PoolerFinding::blocks)
                .map(PoolerFinding::toString)
                .distinct()
                .toList();
        troubled = !blocking.isEmpty();
        List<String> all =
                findings.stream().map(PoolerFinding::toString).distinct().toList();
        if (!all.toString().equals(told)) {
            told = all.toString();
            if (all.isEmpty()) {
                LOG.info("{}: nothing is in the way of a move", database.name());
            } else {
                all.forEach(finding -> LOG.warn("{}: {}", database.name(), finding));
            }
        }
        membership.ready(soon && blocking.isEmpty(), blocking.isEmpty() ? null : String.join(" | ", blocking));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task tells of its failures itself
    private void later(ScheduledExecutorService thread, Duration delay, Runnable task) {
        try {
            thread.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (RuntimeException e) {
                            LOG.error("{}: a fault in Drover", database.name(), e);
                        }
                    },
                    delay.toNanos(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: a late event is left", e);
        }
    }

    @Override
    public void close() {
        checking.shutdownNow();
        membership.close();
        following.shutdown();
        loops.values().forEach(ProcessLoop::close);
        awaitLastWrite();
    }

    /** What was heard last may still be written to the include file, which is somebody else's from now on. */
    private void awaitLastWrite() {
        try {
            if (!following.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{}: its thread does not end within {}", database.name(), END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
