/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Waiting;
import io.drover.topology.AccessRules;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PemFiles;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import io.drover.topology.ZooKeeperSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client of ZooKeeper like any other, with certificate and password: sees what the shard's topology becomes. */
final class TopologyWatch implements AutoCloseable {
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    private final ZooKeeperSettings settings;
    private final ZooKeeperClient client;
    private final TopologyWatcher watcher;
    private final ShardId shard = new ShardId(Installation.SHARD);
    private final List<Seen> seen = new CopyOnWriteArrayList<>();

    private TopologyWatch(ZooKeeperSettings settings) {
        this.settings = settings;
        this.client = ZooKeeperConnection.connect(settings);
        this.watcher = TopologyWatcher.watch(client, shard, new TopologyWatcher.Listener() {
            @Override
            public void changed(Versioned<ShardTopology> newest) {
                seen.add(new Seen(System.nanoTime(), newest.value()));
            }
        });
    }

    /** A topology and when it was seen. */
    record Seen(long nanos, ShardTopology topology) {
        TopologyState state() {
            return topology.state();
        }

        /** The host of the node that is the primary. */
        String primary() {
            return hostOf(topology.primary().node().value());
        }
    }

    static String hostOf(String node) {
        return node.substring("node_".length());
    }

    static TopologyWatch open(Installation installation) throws IOException {
        Path secrets = installation.secrets();
        Path credentials = installation.directory().resolve("client.credentials");
        Files.deleteIfExists(credentials);
        Files.createFile(
                credentials, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(credentials, "client:" + secret(secrets, "zookeeper_client.password") + "\n");
        AccessRules access = AccessRules.ofClient(
                credentials, List.of(digest("controller", secret(secrets, "zookeeper_controller.password"))));
        PemFiles tls = new PemFiles(
                secrets.resolve("clients/load.crt"), secrets.resolve("clients/load.key"), secrets.resolve("ca/ca.crt"));
        TopologyWatch watch = new TopologyWatch(new ZooKeeperSettings(installation.zookeepers(), SESSION, tls, access));
        Waiting.until("the shard's topology is seen", START_LIMIT, () -> !watch.seen.isEmpty());
        return watch;
    }

    static String secret(Path secrets, String name) throws IOException {
        return Files.readString(secrets.resolve(name), StandardCharsets.UTF_8).strip();
    }

    /** A user with its password as ZooKeeper keeps it in access lists. */
    private static String digest(String user, String password) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1").digest((user + ":" + password).getBytes(StandardCharsets.UTF_8));
            return user + ":" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM lacks an algorithm that every JVM has", e);
        }
    }

    Seen last() {
        return seen.get(seen.size() - 1);
    }

    void forget() {
        Seen newest = last();
        seen.clear();
        seen.add(newest);
    }

    /** Waits for the first topology of this state since {@link #forget}. */
    Seen await(TopologyState state, Duration limit) {
        return Waiting.untilPresent(
                "the shard is " + state,
                limit,
                () -> seen.stream().filter(one -> one.state() == state).findFirst());
    }

    /** Waits until somebody else serves than at the last {@link #forget}. */
    Seen awaitOtherPrimary(Duration limit) {
        String before = seen.get(0).primary();
        return Waiting.untilPresent(
                "another node than that of " + before + " serves",
                limit,
                () -> seen.stream()
                        .filter(one -> one.state() == TopologyState.SERVING
                                && !one.primary().equals(before))
                        .findFirst());
    }

    /** When each new primary was declared. */
    List<Long> forks() {
        List<Long> forks = new ArrayList<>();
        String before = seen.get(0).primary();
        for (Seen one : seen) {
            if (one.state() == TopologyState.SERVING && !one.primary().equals(before)) {
                forks.add(one.nanos());
                before = one.primary();
            }
        }
        return forks;
    }

    /**
     * Takes part in the shard as a client that never acknowledges a fence: the pause then lasts as long as the move's {@code drainTimeout}
     * allows, and something can be done in it.
     */
    AutoCloseable slowParticipant() {
        ZooKeeperClient own = ZooKeeperConnection.connect(settings);
        new ParticipantStore(own)
                .register(
                        shard,
                        "slow-" + System.nanoTime(),
                        new Participant(1, "slow", "test", new FenceEpoch(0), true));
        // who may delete one participant may delete all: it leaves with its session
        return own;
    }

    @Override
    public void close() {
        watcher.close();
        client.close();
    }
}
