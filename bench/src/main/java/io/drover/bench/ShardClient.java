/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Registration;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard of one client, in the order that the contract demands: the ephemeral znode, the topology in the same session, the watch.
 * These are the parts that the client kit is made of; what is left out is its pool. It has nothing in flight, so it acknowledges a
 * fence as soon as it hears of it.
 */
final class ShardClient implements TopologyWatcher.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ShardClient.class);
    /** The kit has a thread for each shard; here those of a process share some. */
    private static final ExecutorService WRITERS = Executors.newFixedThreadPool(8, task -> {
        Thread thread = new Thread(task, "acknowledgements");
        thread.setDaemon(true);
        return thread;
    });

    private final int shard;
    private final String name;
    private final Registration registration;
    private final Consumer<Seen> seen;
    private Participant told;

    private ShardClient(int shard, String name, Registration registration, Participant told, Consumer<Seen> seen) {
        this.shard = shard;
        this.name = name;
        this.registration = registration;
        this.told = told;
        this.seen = seen;
    }

    static ShardClient join(ZooKeeperClient client, int number, int shard, Consumer<Seen> seen) {
        String name = "client-" + number;
        Participant first = participant(name, new FenceEpoch(0), false);
        Registration own = new ParticipantStore(client).register(ControlShards.id(shard), name, first);
        ShardClient joined = new ShardClient(shard, name, own, first, seen);
        if (own.readTopology().isEmpty()) {
            throw new IllegalStateException("there is no topology of " + ControlShards.id(shard));
        }
        TopologyWatcher unused = TopologyWatcher.watch(client, ControlShards.id(shard), joined);
        return joined;
    }

    boolean isRegistered() {
        return registration.current();
    }

    private static Participant participant(String name, FenceEpoch acknowledged, boolean targetReady) {
        return new Participant(1, name, "bench", acknowledged, targetReady);
    }

    @Override
    public void changed(Versioned<ShardTopology> newest) {
        long nanos = System.nanoTime();
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Clock.systemUTC().instant());
        seen.accept(new Seen(shard, newest.mzxid(), newest.modified().toEpochMilli(), micros, nanos));
        ShardTopology topology = newest.value();
        boolean fenced = topology.state() != TopologyState.SERVING;
        boolean target = topology.replicas().stream().anyMatch(replica -> replica.role() == ReplicaRole.TARGET);
        Participant now = participant(name, fenced ? topology.epoch() : told.ackedEpoch(), target);
        if (!now.equals(told)) {
            told = now;
            WRITERS.execute(() -> write(now));
        }
    }

    private void write(Participant participant) {
        try {
            registration.update(participant);
        } catch (DroverException e) {
            // it is written at the next connecting; until then the fence waits, which the pauses show
            LOG.warn("{} is told later: {}", participant, e.getMessage());
        }
    }
}
