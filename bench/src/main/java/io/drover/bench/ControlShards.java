/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.TopologyState;
import io.drover.topology.ZNodeChange;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;

/**
 * The shards that nobody moves: what an adoption writes of them into ZooKeeper, and nothing else. No agent has their instances, which
 * would cost this machine something and a controller nothing.
 */
final class ControlShards {
    static final String DATABASE = "app";
    private static final int PORT = 5433;
    private static final int IN_A_TRANSACTION = 200;
    private static final long FIRST_INSTANCE = 7_100_000_000_000_000_000L;

    private final ZooKeeperClient client;
    private final int nodes;

    ControlShards(ZooKeeperClient client, int nodes) {
        this.client = client;
        this.nodes = nodes;
    }

    /** The name of a shard, from 0. */
    static ShardId id(int number) {
        return new ShardId("shard_" + number);
    }

    /** Makes the shards from one number to before another. */
    void create(int from, int to) {
        for (int first = from; first < to; first += IN_A_TRANSACTION) {
            List<ZNodeChange> changes = new ArrayList<>();
            for (int number = first; number < Math.min(first + IN_A_TRANSACTION, to); number++) {
                changes.add(
                        new ZNodeChange.Create(ZkLayout.participants(id(number)).toString(), new byte[0]));
                changes.add(new ZNodeChange.Create(
                        ZkLayout.shardTopology(id(number)).toString(), Json.bytes(topology(number))));
            }
            commit(changes);
        }
    }

    private void commit(List<ZNodeChange> changes) {
        try {
            client.session().transact(changes).get(1, TimeUnit.MINUTES);
        } catch (KeeperException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the shards cannot be made", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while shards were made", e);
        }
    }

    private ShardTopology topology(int number) {
        String node = AgentsPart.node(number % nodes).value();
        return new ShardTopology(
                1,
                id(number),
                new InstanceId(Long.toString(FIRST_INSTANCE + number)),
                new FenceEpoch(1),
                TopologyState.SERVING,
                DATABASE,
                new Endpoint(AgentsPart.node(number % nodes), node, PORT),
                List.of(),
                null,
                null);
    }
}
