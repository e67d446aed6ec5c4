/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.NodeTools;
import io.drover.daemon.remote.Monitors;
import io.drover.testing.fake.AgentServer;
import io.drover.testing.fake.FakePostgres;
import io.drover.testing.fake.FakeStateFiles;
import io.drover.testing.fake.FakeTimes;
import io.drover.testing.fake.MonitorsResource;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.TopologyStore;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The shipped agents of many nodes on PostgreSQL servers that do not exist, behind one address. They share one ZooKeeper session and
 * one watch of the topology, where each agent has its own in production: two hundred of those would be measured instead of the
 * controller.
 */
final class AgentsPart implements ChildMain.Part {
    private static final Path ROOT = Path.of("/fake");
    private static final long FIRST_INSTANCE = 7_300_000_000_000_000_000L;
    private static final long INSTANCES_OF_A_WORLD = 1000;
    private static final Duration SESSION = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final String address;

    private AgentsPart(String address) {
        this.address = address;
    }

    /** The name of a node, from 0. */
    static NodeId node(int number) {
        return new NodeId("node_" + number);
    }

    static AgentsPart start(String zookeeper, int nodes, int copySeconds) {
        Scheduler scheduler = Scheduler.system();
        ZooKeeperClient client = ZooKeeperConnection.connect(zookeeper, SESSION);
        TopologyStore store = new TopologyStore(client, LIMIT);
        Map<NodeId, Agent> agents = new LinkedHashMap<>();
        Map<NodeId, Monitors> monitors = new HashMap<>();
        List<FakePostgres> worlds = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            NodeId id = node(i);
            // two nodes to a world: each of its changes is looked at by all of its servers
            if (i % 2 == 0) {
                worlds.add(world(scheduler, i, copyTime(i, nodes, copySeconds)));
            }
            FakePostgres world = worlds.get(i / 2);
            monitors.put(id, world.monitors("controller"));
            agents.put(
                    id,
                    Agent.assemble(
                            new NodeTools(id, id.value(), ROOT, ROOT, world.node(id.value()), scheduler),
                            new FakeStateFiles(),
                            store,
                            () -> true));
        }
        AgentServer server = AgentServer.ofMany(
                agents,
                new MonitorsResource(instance ->
                        Optional.ofNullable(monitors.get(instance.node())).orElseThrow()));
        List<TopologyWatcher.Listener> listeners =
                agents.values().stream().map(Agent::topologyListener).toList();
        TopologyWatcher unused = TopologyWatcher.watchAll(client, new ToAll(listeners));
        NodeRegistry registry = new NodeRegistry(client);
        agents.forEach((id, agent) -> {
            registry.register(new NodeRecord(id, id.value(), server.address() + "/" + id));
            agent.start();
        });
        return new AgentsPart(server.address());
    }

    /** Moves that begin together do not all come to their write pause in the same moment, and the last has begun before the first is there. */
    static Duration copyTime(int node, int nodes, int mostSeconds) {
        long half = Duration.ofSeconds(mostSeconds).toMillis() / 2;
        return Duration.ofMillis(half + half * node / Math.max(1, nodes - 2));
    }

    private static FakePostgres world(Scheduler scheduler, int number, Duration copy) {
        return new FakePostgres(
                scheduler, FakeTimes.usual().withCopy(copy), FIRST_INSTANCE + number * INSTANCES_OF_A_WORLD);
    }

    @Override
    public String answer(String order) {
        return address;
    }

    private record ToAll(List<TopologyWatcher.Listener> listeners) implements TopologyWatcher.Listener {
        @Override
        public void changed(Versioned<ShardTopology> newest) {
            listeners.forEach(each -> each.changed(newest));
        }

        @Override
        public void absent(ShardId shard) {
            listeners.forEach(each -> each.absent(shard));
        }

        @Override
        public void wentBack(Versioned<ShardTopology> read) {
            listeners.forEach(each -> each.wentBack(read));
        }

        @Override
        public void connection(TopologyWatcher.Connection change) {
            listeners.forEach(each -> each.connection(change));
        }
    }
}
