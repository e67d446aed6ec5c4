/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.LeaderEpoch;
import io.drover.api.Move;
import io.drover.api.Move.Phase;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.NodeTools;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.move.MoveControl;
import io.drover.replication.Waiting;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderElection;
import io.drover.topology.Leadership;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PoolerRegistry;
import io.drover.topology.TopologyStore;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Watch;
import io.drover.topology.ZkLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The shipped controller and agents on servers and a ZooKeeper that do not exist, in real time: for a test of a few seconds. */
final class MiniCluster implements AutoCloseable {
    static final ShardId SHARD = new ShardId("shard_01");
    static final NodeId A = new NodeId("node_a");
    static final NodeId B = new NodeId("node_b");
    static final int PORT = 5433;
    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Scheduler SCHEDULER = Scheduler.system();
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Path ROOT = Path.of("/fake");

    final FakePostgres world = new FakePostgres(SCHEDULER, FakeTimes.usual());
    final FakeZooKeeper zooKeeper = new FakeZooKeeper(SCHEDULER, ZkLayout.roots());
    final FakeZooKeeperClient client = connect("test");
    final TopologyStore topologies = new TopologyStore(client);
    final DocumentStore documents = new DocumentStore(client);
    final Map<NodeId, FakeStateFiles> files = new ConcurrentHashMap<>();
    private final Map<NodeId, Life> lives = new ConcurrentHashMap<>();
    private @Nullable Controller controller;

    /** One life of an agent. */
    private record Life(
            Agent agent, FakeNode node, FakeZooKeeperClient client, TopologyWatcher watcher, Watch registration) {}

    /** One life of a controller. */
    private record Controller(
            MoveControl control, LeaderElection election, FakeZooKeeperClient client, LeadObserver observer) {}

    private FakeZooKeeperClient connect(String name) {
        return zooKeeper.connect(name, SESSION, SCHEDULER, Network.PERFECT);
    }

    /** Starts two agents and a controller, and makes the shard on {@link #A}. */
    static MiniCluster withShard() {
        MiniCluster cluster = new MiniCluster();
        cluster.startAgent(A);
        cluster.startAgent(B);
        cluster.startController();
        cluster.control().shards().adopt(SHARD, new ShardAdoption(A, null, PORT, "app", true));
        return cluster;
    }

    // --- agents

    void startAgent(NodeId id) {
        startAgentAlone(id);
        await(() -> new NodeRegistry(client).alive(id));
    }

    /** Does not wait until it has reached ZooKeeper, which may be away. */
    void startAgentAlone(NodeId id) {
        startAgentAlone(id, () -> true);
    }

    /** The same for one that may not hold the claim of its node, as a clone of the machine does not. */
    void startAgentAlone(NodeId id, BooleanSupplier holdsNode) {
        FakeNode node = world.node(id.value());
        FakeZooKeeperClient own = connect(id.value());
        Agent agent = Agent.assemble(
                new NodeTools(id, id.value(), ROOT, ROOT, node, SCHEDULER),
                files.computeIfAbsent(id, any -> new FakeStateFiles()),
                new TopologyStore(own, Duration.ofSeconds(3)),
                holdsNode);
        TopologyWatcher watcher = TopologyWatcher.watchAll(own, agent.topologyListener());
        Watch registration = new NodeRegistry(own).register(new NodeRecord(id, id.value(), "http://" + id));
        agent.start();
        lives.put(id, new Life(agent, node, own, watcher, registration));
    }

    /** As a SIGKILL does; PostgreSQL goes on. */
    void killAgent(NodeId id) {
        Life life = lives.remove(id);
        if (life == null) {
            return;
        }
        life.agent().stop();
        life.watcher().close();
        life.registration().close();
        life.client().close();
        life.node().abandon();
    }

    Agent agent(NodeId id) {
        Life life = lives.get(id);
        if (life == null) {
            throw new IllegalStateException("no agent runs on " + id);
        }
        return life.agent();
    }

    /** The ZooKeeper server that an agent is connected to falls behind the others, until the agent writes. */
    void letFallBehind(NodeId id) {
        Life life = lives.get(id);
        if (life == null) {
            throw new IllegalStateException("no agent runs on " + id);
        }
        life.client().fallBehind();
    }

    boolean lives(NodeId id) {
        return lives.containsKey(id);
    }

    /** Sends a verb under a leadership and a move of the test's own. */
    <R> R send(NodeId node, Leadership leadership, MoveId move, long sequence, Verb<R> verb) {
        return send(node, new Token(leadership.epoch(), move, 30, sequence, LIMIT.toMillis()), verb);
    }

    @SuppressWarnings("unchecked") // a verb's answer has its type
    <R> R send(NodeId node, @Nullable Token token, Verb<R> verb) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("token", token);
        body.put("args", verb);
        return (R) agent(node).dispatch(instance(), verb.path(), Json.bytes(body));
    }

    InstanceReport report(NodeId node) {
        return agent(node).observation().instance(instance());
    }

    // --- controllers

    void startController() {
        FakeZooKeeperClient own = connect("c1");
        LeadObserver leads = new LeadObserver();
        MoveControl control = MoveControl.assemble(
                new MoveControl.Stores(
                        new TopologyStore(own),
                        new DocumentStore(own),
                        new NodeRegistry(own),
                        new ParticipantStore(own),
                        new PoolerRegistry(own)),
                new InProcessAgents(this),
                world.monitors("c1"),
                leads,
                MoveControl.Means.usual(SCHEDULER));
        LeaderElection election = new LeaderElection(own, "c1", "http://c1", control.runner());
        election.start();
        controller = new Controller(control, election, own, leads);
        // who has won the election takes the moves over a moment later, and only then accepts orders
        await("the controller leads", leads::leads);
    }

    /** As a SIGKILL does. */
    void killController() {
        Controller known = controller;
        controller = null;
        if (known != null) {
            known.control().runner().lost();
            known.control().runner().close();
            known.election().close();
            known.client().close();
        }
    }

    MoveControl control() {
        Controller known = controller;
        if (known == null) {
            throw new IllegalStateException("no controller runs");
        }
        return known.control();
    }

    Leadership leadership() {
        Controller known = controller;
        if (known == null) {
            throw new IllegalStateException("no controller runs");
        }
        return known.election().held().orElseThrow();
    }

    /** Whether its leadership is the one that ZooKeeper knows, and it accepts orders under it. */
    boolean leads() {
        Controller known = controller;
        // asked last: it hears of the end of one leadership before the next is held, and of that one a moment later
        return known != null
                && known.election()
                        .held()
                        .filter(held -> held.epoch().equals(leaderEpoch()))
                        .isPresent()
                && known.observer().leads();
    }

    LeaderEpoch leaderEpoch() {
        return documents.read(ZkLayout.leaderEpoch()).orElseThrow().value().epoch();
    }

    Move start(String more) {
        String json = "{\"shard\":\"shard_01\",\"target\":\"node_b\"" + (more.isEmpty() ? "" : "," + more) + "}";
        MoveRequest request = Json.read(json.getBytes(StandardCharsets.UTF_8), MoveRequest.class);
        return control().moves().create(request, Optional.empty());
    }

    /** Nobody wants to know more than who leads. */
    private static final class LeadObserver implements MoveObserver {
        private volatile boolean leads;

        boolean leads() {
            return leads;
        }

        @Override
        public void leading(boolean now) {
            leads = now;
        }

        @Override
        public void stepStarted(MoveId move, int step) {}

        @Override
        public void stepFinished(MoveId move, int step) {}

        @Override
        public void pauseMeasured(MoveId move, double millis, List<Phase> phases, @Nullable Double predictedMillis) {}

        @Override
        public void notDrained(MoveId move, String client) {}

        @Override
        public void failed(ErrorCode code) {}

        @Override
        public void bytesCopied(MoveId move, long bytes) {}
    }

    // --- what there is

    ShardTopology topology() {
        return topologies.read(SHARD).orElseThrow().value();
    }

    InstanceId instance() {
        return knownInstance == null ? remember(topology().instance()) : knownInstance;
    }

    private @Nullable InstanceId knownInstance;

    private InstanceId remember(InstanceId instance) {
        knownInstance = instance;
        return instance;
    }

    List<String> writable() {
        return world.running().stream()
                .filter(FakePostgres.Running::takesWrites)
                .map(FakePostgres.Running::host)
                .toList();
    }

    void await(BooleanSupplier fact) {
        await("", fact);
    }

    void await(String what, BooleanSupplier fact) {
        if (!Waiting.until(LIMIT, POLL, fact)) {
            throw new AssertionError("it did not happen: " + what);
        }
    }

    @Override
    public void close() {
        killController();
        List.copyOf(lives.keySet()).forEach(this::killAgent);
        client.close();
        zooKeeper.close();
    }
}
