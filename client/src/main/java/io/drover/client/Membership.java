/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardTopology;
import io.drover.api.fault.FaultPoints;
import io.drover.client.internal.KitPorts;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Registration;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This client's part in ZooKeeper: its ephemeral znode first, then the topology in the same session, again in each new session
 * (hazard H43); then whatever changes. ZooKeeper's absence is bridged: what was last seen stays true until something newer is seen.
 */
final class Membership implements Announcer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
    /** Each try that nobody answers takes seconds besides. */
    private static final Duration JOIN_AGAIN = Duration.ofSeconds(1);

    private static final int RECORD_VERSION = 1;

    private final ShardDataSourceConfig config;
    private final KitPorts ports;
    private final String id;
    private final String host;
    private final KitThreads threads;
    private final TopologyMemory memory;
    private final AllowedHosts hosts;
    private volatile Participant desired;
    private volatile boolean connected;
    private volatile boolean closed;
    private volatile @Nullable ZooKeeperClient client;
    private volatile @Nullable Registration registration;
    private volatile @Nullable TopologyWatcher watcher;

    // Only touched by the thread that writes the znode.
    private Participant written;

    Membership(ShardDataSourceConfig config, KitPorts ports, KitMetrics metrics) {
        this.config = config;
        this.ports = ports;
        this.id = config.name().replaceAll("[^A-Za-z0-9_.-]", "_") + "-"
                + String.format(Locale.ROOT, "%08x", ports.random().get().nextInt());
        this.host = localHost();
        this.hosts = new AllowedHosts(config.allowedHosts());
        this.threads = new KitThreads(ports.scheduler(), "drover-" + config.shard() + "-zookeeper");
        this.desired = participant(new FenceEpoch(0), false);
        this.written = desired;
        this.memory = TopologyMemory.of(config, ports.scheduler(), metrics, threads);
        metrics.gauge(KitMetrics.CONNECTED, () -> connected && registration != null ? 1 : 0);
    }

    boolean connected() {
        return connected;
    }

    /** The connection to ZooKeeper, for tests that break it. */
    ZooKeeperClient client() {
        return requireNonNull(client, "not joined");
    }

    /**
     * Joins; answers when the topology is known: from ZooKeeper, or else from the file, and then it joins later.
     *
     * @throws DroverException ZOOKEEPER_UNAVAILABLE or UNKNOWN_SHARD when that lasts until the start timeout and there is no file to use
     */
    void join(Consumer<Versioned<ShardTopology>> follower) {
        Deadline deadline = new Deadline(ports.scheduler(), config.startTimeout());
        ZooKeeperClient opened = ports.zooKeeper().get();
        client = opened;
        ParticipantStore participants = new ParticipantStore(opened);
        Versioned<ShardTopology> first;
        try {
            first = register(participants, deadline);
        } catch (DroverException e) {
            follower.accept(allowed(memory.recall(e)));
            threads.after(JOIN_AGAIN, () -> joinLater(participants, follower));
            return;
        }
        joined(opened, first, follower);
    }

    /** As the contract asks: takes part first, then reads the topology anew. What the file said is acknowledged to nobody. */
    private void joinLater(ParticipantStore participants, Consumer<Versioned<ShardTopology>> follower) {
        try {
            Versioned<ShardTopology> first = tryToRegister(participants);
            LOG.info(
                    "shard {}: ZooKeeper is there, {} at epoch {}",
                    config.shard(),
                    first.value().state(),
                    first.value().epoch());
            joined(client(), first, follower);
        } catch (DroverException e) {
            LOG.info("shard {}: still going by the topology file: {}", config.shard(), e.getMessage());
            threads.after(JOIN_AGAIN, () -> joinLater(participants, follower));
        }
    }

    private void joined(
            ZooKeeperClient opened, Versioned<ShardTopology> first, Consumer<Versioned<ShardTopology>> follower) {
        connected = true;
        memory.keepWhile(() -> connected);
        Consumer<Versioned<ShardTopology>> remembering = read -> {
            follower.accept(read);
            memory.confirmed(read);
        };
        remembering.accept(first);
        // what was to be told before there was a znode
        threads.execute(this::write);
        watcher = TopologyWatcher.watch(opened, config.shard(), new Listener(unlessElsewhere(remembering)));
        if (closed) {
            // it had begun before, and took longer than the closing waits for it
            closeIfOpen(watcher);
        }
    }

    private Versioned<ShardTopology> tryToRegister(ParticipantStore participants) {
        Registration own = registration;
        if (own == null) {
            own = participants.prepare(config.shard(), id, desired);
            registration = own;
        }
        Registration present = own;
        return allowed(FaultPoints.around("client", "register", present::readTopology)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.UNKNOWN_SHARD, "ZooKeeper knows no topology of shard " + config.shard())));
    }

    private Versioned<ShardTopology> allowed(Versioned<ShardTopology> read) {
        hosts.refusal(read.value()).ifPresent(refusal -> {
            throw new DroverException(
                    ErrorCode.IDENTITY_MISMATCH,
                    refusal + "; nothing was sent there",
                    "see who wrote that; when the place is right, add it to allowedHosts");
        });
        return read;
    }

    /** Whoever has written such a topology must not get the application's password: it stays where it is. */
    private Consumer<Versioned<ShardTopology>> unlessElsewhere(Consumer<Versioned<ShardTopology>> follower) {
        return read -> hosts.refusal(read.value())
                .ifPresentOrElse(
                        refusal -> LOG.error("shard {}: not followed: {}", config.shard(), refusal),
                        () -> follower.accept(read));
    }

    private Versioned<ShardTopology> register(ParticipantStore participants, Deadline deadline) {
        while (true) {
            DroverException failure;
            try {
                return tryToRegister(participants);
            } catch (DroverException e) {
                if (e.code() != ErrorCode.UNKNOWN_SHARD && e.code() != ErrorCode.ZOOKEEPER_UNAVAILABLE) {
                    throw e;
                }
                failure = e;
            }
            if (deadline.passed() || Thread.currentThread().isInterrupted()) {
                throw new DroverException(
                        failure.code(),
                        "the client kit could not start within "
                                + config.startTimeout().toMillis() + " ms: " + failure.getMessage(),
                        "check the connect string " + config.zookeeper()
                                + " with its chroot, and the name of the shard",
                        failure);
            }
            Waiting.pause(ports.scheduler(), BETWEEN_TRIES);
        }
    }

    @Override
    public void announce(FenceEpoch acknowledged, boolean targetReady) {
        desired = participant(acknowledged, targetReady);
        threads.execute(this::write);
    }

    private void write() {
        Participant newest = desired;
        Registration own = registration;
        if (own == null || own.session() == 0 || newest.equals(written)) {
            return;
        }
        try {
            FaultPoints.around("client", "announce", () -> own.update(newest));
        } catch (DroverException e) {
            // The registration writes it at the next connecting.
            LOG.info("shard {}: {} is told later: {}", config.shard(), newest, e.getMessage());
        }
        written = newest;
    }

    private Participant participant(FenceEpoch acknowledged, boolean targetReady) {
        return new Participant(RECORD_VERSION, config.name(), host, acknowledged, targetReady);
    }

    private static String localHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            LOG.debug("this host has no name", e);
            return "localhost";
        }
    }

    /** Leaves. Drain first: afterwards no fence waits for this client. */
    @Override
    public void close() {
        closed = true;
        threads.close();
        closeIfOpen(watcher);
        closeIfOpen(registration);
        closeIfOpen(client);
    }

    private void closeIfOpen(@Nullable AutoCloseable part) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (Exception e) {
            // AutoCloseable declares any exception.
            LOG.warn("shard {}: a part of the membership did not close", config.shard(), e);
        }
    }

    private final class Listener implements TopologyWatcher.Listener {
        private final Consumer<Versioned<ShardTopology>> follower;

        private Listener(Consumer<Versioned<ShardTopology>> follower) {
            this.follower = follower;
        }

        @Override
        public void changed(Versioned<ShardTopology> newest) {
            follower.accept(newest);
        }

        @Override
        public void connection(TopologyWatcher.Connection change) {
            switch (change) {
                case CONNECTED, RECONNECTED -> connected = true;
                case SUSPENDED, LOST -> {
                    connected = false;
                    LOG.info("shard {}: ZooKeeper is {}, going on with what was last seen", config.shard(), change);
                }
                case NEW_SESSION -> {
                    connected = true;
                    threads.execute(this::reread);
                }
            }
        }

        private void reread() {
            Registration own = registration;
            if (own == null) {
                return;
            }
            try {
                own.readTopology().ifPresent(follower);
            } catch (DroverException e) {
                LOG.info("shard {}: not registered anew yet: {}", config.shard(), e.getMessage());
                threads.after(BETWEEN_TRIES, this::reread);
            }
        }
    }
}
