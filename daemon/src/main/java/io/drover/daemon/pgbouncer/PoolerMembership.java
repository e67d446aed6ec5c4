/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.fault.FaultPoints;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PoolerGroup;
import io.drover.topology.PoolerRegistry;
import io.drover.topology.Registration;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adapter's part in ZooKeeper for one shard: its ephemeral znode first, then the topology in the same session, again in each new
 * session (H43). Waits for ZooKeeper as long as it takes: PgBouncer goes on meanwhile as it is (rule R8).
 */
final class PoolerMembership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PoolerMembership.class);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final Duration END = Duration.ofSeconds(5);
    private static final int RECORD_VERSION = 1;

    private final ZooKeeperClient client;
    private final ParticipantStore participants;
    private final ShardId shard;
    private final String id;
    private final String name;
    private final PoolerGroup group;
    private final PoolerRegistry groups;
    private final String host;
    private final Consumer<Versioned<ShardTopology>> follower;
    private final ScheduledExecutorService thread;
    private String lastFailure = "";

    // Only touched by the thread.
    private FenceEpoch acknowledged = new FenceEpoch(0);
    private boolean targetReady;
    private @Nullable String trouble;
    private @Nullable Participant written;
    private @Nullable Registration registration;

    private volatile @Nullable TopologyWatcher watcher;

    /** Begins with {@link #join}. */
    PoolerMembership(
            ZooKeeperClient client,
            ShardId shard,
            String name,
            String id,
            PoolerGroup group,
            Consumer<Versioned<ShardTopology>> follower) {
        this.client = client;
        this.participants = new ParticipantStore(client);
        this.shard = shard;
        this.name = name;
        this.id = id;
        this.group = group;
        this.groups = new PoolerRegistry(client);
        this.host = localHost();
        this.follower = follower;
        this.thread = client.scheduler().newTimer("drover-pgbouncer-" + shard + "-zookeeper");
    }

    /** Joins, and tries again until it has. Returns at once. */
    void join() {
        execute(this::register);
    }

    private void register() {
        try {
            Registration own = registration;
            if (own == null) {
                Participant first = participant();
                own = FaultPoints.around("pgbouncer", "register", () -> participants.register(shard, id, first));
                registration = own;
                written = first;
            }
            groups.keep(shard, group);
            Optional<Versioned<ShardTopology>> read = own.readTopology();
            if (read.isPresent()) {
                follower.accept(read.orElseThrow());
                if (watcher == null) {
                    watcher = TopologyWatcher.watch(client, shard, new Listener());
                }
                lastFailure = "";
                return;
            }
            again("ZooKeeper knows no topology of shard " + shard);
        } catch (DroverException e) {
            again(e.getMessage());
        }
    }

    private void again(String failure) {
        if (!failure.equals(lastFailure)) {
            LOG.warn("shard {}: not joined yet, trying again: {}", shard, failure);
            lastFailure = failure;
        }
        schedule(BETWEEN_TRIES, this::register);
    }

    /** A fence that this adapter does not hold up any more. Returns at once. */
    void acknowledge(FenceEpoch epoch) {
        execute(() -> {
            acknowledged = epoch;
            write();
        });
    }

    /** Whether it could switch now, and what is in the way. Returns at once. */
    void ready(boolean ready, @Nullable String inTheWay) {
        execute(() -> {
            targetReady = ready;
            trouble = inTheWay;
            write();
        });
    }

    private Participant participant() {
        return new Participant(RECORD_VERSION, name, host, acknowledged, targetReady, group.name(), trouble);
    }

    private void write() {
        Participant newest = participant();
        Registration own = registration;
        if (own == null || newest.equals(written)) {
            return;
        }
        try {
            FaultPoints.around("pgbouncer", "announce", () -> own.update(newest));
        } catch (DroverException e) {
            // The registration writes it at the next connecting.
            LOG.info("shard {}: {} is told later: {}", shard, newest, e.getMessage());
        }
        written = newest;
    }

    private static String localHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            LOG.debug("this host has no name", e);
            return "localhost";
        }
    }

    private void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task tells of its failures itself
    private void schedule(Duration delay, Runnable task) {
        try {
            thread.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (RuntimeException e) {
                            LOG.error("shard {}: a fault in Drover", shard, e);
                        }
                    },
                    delay.toNanos(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: a late event is left", e);
        }
    }

    /** Leaves: afterwards no fence waits for this adapter. */
    @Override
    public void close() {
        TopologyWatcher open = watcher;
        if (open != null) {
            open.close();
        }
        execute(() -> {
            Registration own = registration;
            if (own != null) {
                own.close();
            }
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("shard {}: not left within {}; the session's end does it", shard, END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Listener implements TopologyWatcher.Listener {
        @Override
        public void changed(Versioned<ShardTopology> newest) {
            follower.accept(newest);
        }

        @Override
        public void connection(TopologyWatcher.Connection change) {
            switch (change) {
                case CONNECTED, RECONNECTED -> LOG.debug("shard {}: ZooKeeper is {}", shard, change);
                case SUSPENDED, LOST ->
                    LOG.info("shard {}: ZooKeeper is {}, going on with what was last seen", shard, change);
                case NEW_SESSION -> execute(PoolerMembership.this::register);
            }
        }
    }
}
