/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.FenceEpoch;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Fence;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.topology.ParticipantStore;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZNodeChange;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;

/** What the recipe by hand tells the kits: the shard's topology in a place that no daemon of Drover looks at. */
final class HandTopology implements AutoCloseable {
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final Duration WARM_LIMIT = Duration.ofMinutes(2);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);
    private static final long BUDGET_MILLIS = 60_000;

    private final ZooKeeperClient client;
    private final ParticipantStore participants;
    private final TopologyStore topologies;
    private final Endpoint standby;
    private Versioned<ShardTopology> current;

    private HandTopology(ZooKeeperClient client, Endpoint standby, Versioned<ShardTopology> current) {
        this.client = client;
        this.participants = new ParticipantStore(client);
        this.topologies = new TopologyStore(client);
        this.standby = standby;
        this.current = current;
    }

    /** Says that the primary serves and that the standby is to follow it, so that the kits' pools to it become warm. */
    static HandTopology open(LocalCluster cluster, String zookeeper, NodeId primary, NodeId standby) {
        ZooKeeperClient client = ZooKeeperConnection.connect(zookeeper, SESSION);
        try {
            HandTopology topology =
                    new HandTopology(client, endpoint(cluster, standby), stored(client, cluster, primary));
            topology.write(old -> serving(old, endpoint(cluster, primary), topology.target()));
            return topology;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** Waits until every kit has its sessions on the standby. */
    void awaitWarm() {
        Waiting.until(
                "the kits have their sessions on the standby",
                WARM_LIMIT,
                () -> participants.list(LocalCluster.SHARD).values().stream()
                        .allMatch(participant -> participant.targetReady()));
    }

    /** Lets the kits hold new work, and waits until nothing is in flight. */
    void fence() {
        write(old -> new ShardTopology(
                old.v(),
                old.shard(),
                old.instance(),
                old.epoch().next(),
                TopologyState.FENCED,
                old.database(),
                old.primary(),
                old.replicas(),
                old.move(),
                new Fence(Instant.ofEpochMilli(System.currentTimeMillis()), BUDGET_MILLIS)));
        FenceEpoch epoch = current.value().epoch();
        Waiting.until(
                "the kits have drained",
                DRAIN_LIMIT,
                () -> participants.list(LocalCluster.SHARD).values().stream()
                        .allMatch(participant -> participant.ackedEpoch().equals(epoch)));
    }

    /** Points the kits to the standby and lets them go on. */
    void serveFromStandby() {
        write(old -> serving(old, standby, null));
    }

    @Override
    public void close() {
        client.close();
    }

    private Replica target() {
        return new Replica(standby.node(), standby.host(), standby.port(), ReplicaRole.TARGET, 0);
    }

    private void write(UnaryOperator<ShardTopology> change) {
        current = topologies.swap(List.of(current), change).get(0);
    }

    private static ShardTopology serving(ShardTopology old, Endpoint primary, @Nullable Replica target) {
        return new ShardTopology(
                old.v(),
                old.shard(),
                old.instance(),
                old.epoch().next(),
                TopologyState.SERVING,
                old.database(),
                primary,
                target == null ? List.of() : List.of(target),
                old.move(),
                null);
    }

    private static Endpoint endpoint(LocalCluster cluster, NodeId node) {
        return new Endpoint(node, cluster.node(node).host(), cluster.shardPort());
    }

    /** What an earlier turn has left; else a first one. */
    private static Versioned<ShardTopology> stored(ZooKeeperClient client, LocalCluster cluster, NodeId primary) {
        TopologyStore topologies = new TopologyStore(client);
        if (topologies.read(LocalCluster.SHARD).isEmpty()) {
            new ParticipantStore(client).ensure(LocalCluster.SHARD);
            ShardTopology first = new ShardTopology(
                    1,
                    LocalCluster.SHARD,
                    cluster.rest().shard(LocalCluster.SHARD).instance(),
                    new FenceEpoch(1),
                    TopologyState.SERVING,
                    LocalCluster.DATABASE,
                    endpoint(cluster, primary),
                    List.of(),
                    null,
                    null);
            create(
                    client,
                    new ZNodeChange.Create(
                            ZkLayout.shardTopology(LocalCluster.SHARD).toString(), Json.bytes(first)));
        }
        return topologies.read(LocalCluster.SHARD).orElseThrow();
    }

    private static void create(ZooKeeperClient client, ZNodeChange change) {
        try {
            client.session().transact(List.of(change)).get(1, TimeUnit.MINUTES);
        } catch (KeeperException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the topology of the recipe by hand cannot be made", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the topology of the recipe by hand was made", e);
        }
    }
}
