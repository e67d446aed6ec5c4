/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.api.time.Scheduler;
import io.drover.daemon.pgbouncer.PgBouncerAdapter;
import io.drover.daemon.pgbouncer.PoolerSettings;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PoolerLogins;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.fake.FakePgBouncer;
import io.drover.testing.fake.FakePoolers;
import io.drover.testing.fake.FakeZooKeeper;
import io.drover.testing.fake.Network;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PoolerGroup;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.Watch;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.CreateMode;

/** An adapter on two PgBouncer processes in memory and a ZooKeeper in memory, in whose topology the test plays the controller. */
final class AdapterStage implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(20);
    static final ShardId SHARD = new ShardId("shard_01");
    static final MoveId MOVE = new MoveId("1a2b3c4d-0000");
    static final Endpoint A = new Endpoint(new NodeId("node_a"), "10.0.0.1", 5433);
    static final Endpoint B = new Endpoint(new NodeId("node_b"), "10.0.0.2", 5434);
    static final PgBouncerPlace ONE = new PgBouncerPlace("one", 6432);
    static final PgBouncerPlace TWO = new PgBouncerPlace("two", 6432);
    static final Duration KILL_AFTER = Duration.ofMillis(300);
    private static final Duration SESSION = Duration.ofSeconds(30);

    final Path ini;
    final Path include;
    final FakePoolers poolers;
    final Map<PgBouncerPlace, FakePgBouncer> processes = new LinkedHashMap<>();
    final FakeLogins logins = new FakeLogins();
    private final FakeZooKeeper zooKeeper = new FakeZooKeeper(Scheduler.system(), ZkLayout.roots());
    private final ZooKeeperClient controller = connect("controller");
    private final TopologyStore topologies = new TopologyStore(controller);
    private final ParticipantStore participants = new ParticipantStore(controller);
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final Watch watch;

    /** Logins to the servers, as a test wants them. */
    static final class FakeLogins implements PoolerLogins {
        volatile String refusedBy = "";
        volatile List<String> idle = List.of();
        /** What happens meanwhile. */
        volatile Runnable meanwhile = () -> {};

        @Override
        public Optional<String> refused(Endpoint server, String database) {
            meanwhile.run();
            return server.node().value().equals(refusedBy) ? Optional.of("no pg_hba.conf entry") : Optional.empty();
        }

        @Override
        public List<String> idleInTransaction(Endpoint server, String database, Set<Integer> ports) {
            return ports.isEmpty() ? List.of() : idle;
        }
    }

    AdapterStage(Path directory, String mode) throws Exception {
        ini = directory.resolve("pgbouncer.ini");
        include = directory.resolve("drover.ini");
        Files.writeString(ini, "[databases]\n%include " + include + "\n[pgbouncer]\n");
        Files.writeString(include, "");
        poolers = new FakePoolers(include);
        for (PgBouncerPlace place : List.of(ONE, TWO)) {
            processes.put(place, poolers.start(place, mode));
        }
        participants.ensure(SHARD);
        watch = participants.watch(SHARD, this::listen);
        controller
                .session()
                .create(ZkLayout.shardTopology(SHARD).toString(), Json.bytes(serving()), CreateMode.PERSISTENT)
                .join();
    }

    private void listen() {
        try {
            participants.list(SHARD).values().stream()
                    .map(Participant::trouble)
                    .forEach(trouble -> Optional.ofNullable(trouble).ifPresent(told::add));
        } catch (DroverException e) {
            // a test has stopped ZooKeeper; what is told is told again
            return;
        }
    }

    private static ShardTopology serving() {
        return new ShardTopology(
                1,
                SHARD,
                new InstanceId("7300000000000000001"),
                new FenceEpoch(7),
                TopologyState.SERVING,
                "app_db",
                A,
                List.of(),
                null,
                null);
    }

    ZooKeeperClient connect(String name) {
        return zooKeeper.connect(name, SESSION, Scheduler.system(), message -> Network.Fate.AT_ONCE);
    }

    PoolerSettings settings() {
        return settings(1);
    }

    private PoolerSettings settings(int least) {
        return new PoolerSettings(
                "edge",
                new PoolerGroup(1, "edge", least),
                include,
                List.of(new PoolerSettings.Database("app", SHARD, "pool_size=5")),
                List.of(new PoolerSettings.Pooler(ONE, ini), new PoolerSettings.Pooler(TWO, ini)),
                "admin",
                KILL_AFTER);
    }

    PgBouncerAdapter start() {
        return start(1);
    }

    /** Of whose group a move wants so many. */
    PgBouncerAdapter start(int least) {
        return PgBouncerAdapter.start(settings(least), poolers, logins, () -> connect("adapter"));
    }

    // what a controller and the agents write

    void reserveAndShowTarget() {
        write(topology -> FenceTransitions.withTarget(
                FenceTransitions.reserve(topology, MOVE),
                new Replica(B.node(), B.host(), B.port(), ReplicaRole.TARGET, 0),
                MOVE));
    }

    void fence() {
        write(topology -> FenceTransitions.fence(topology, MOVE, Instant.EPOCH, Duration.ofSeconds(2)));
    }

    void abort() {
        write(FenceTransitions::abort);
    }

    void reopen() {
        write(topology -> FenceTransitions.withoutTarget(FenceTransitions.reopen(topology)));
    }

    void promote() {
        write(FenceTransitions::promote);
    }

    void serve() {
        write(FenceTransitions::serve);
    }

    void write(UnaryOperator<ShardTopology> change) {
        topologies.swap(List.of(topologies.read(SHARD).orElseThrow()), change);
    }

    ShardTopology topology() {
        return topologies.read(SHARD).map(Versioned::value).orElseThrow();
    }

    // what is seen of the adapter

    Optional<Participant> participant() {
        return participants.list(SHARD).values().stream().findFirst();
    }

    /** Every trouble that an adapter has ever told. */
    Set<String> troubles() {
        return Set.copyOf(told);
    }

    boolean acknowledged() {
        long epoch = topology().epoch().value();
        return participants.list(SHARD).values().stream()
                .anyMatch(participant -> participant.ackedEpoch().value() >= epoch);
    }

    void awaitAcknowledged() {
        Waiting.until("the fence is acknowledged", LIMIT, this::acknowledged);
    }

    String includeText() {
        try {
            return Files.readString(include);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every process that runs leads there, and holds nobody, and the file says so and remembers no pause. */
    boolean settledOn(Endpoint server) {
        return !includeText().contains("held")
                && includeText().contains("app = host=" + server.host() + " port=" + server.port())
                && processes.values().stream().allMatch(process -> leadsTo(process, server));
    }

    static boolean leadsTo(FakePgBouncer process, Endpoint server) {
        return process.database("app")
                .filter(found -> found.host().equals(server.host()) && found.port() == server.port())
                .filter(found -> !found.paused())
                .isPresent();
    }

    void awaitSettledOn(Endpoint server) {
        Waiting.until("every process serves on " + server.node(), LIMIT, () -> settledOn(server));
    }

    void awaitPaused(PgBouncerPlace place) {
        Waiting.until(
                place + " is paused",
                LIMIT,
                () -> process(place).database("app").orElseThrow().paused());
    }

    FakePgBouncer process(PgBouncerPlace place) {
        return Optional.ofNullable(processes.get(place)).orElseThrow();
    }

    /** The process there ends. */
    void kill(PgBouncerPlace place) {
        poolers.kill(place);
        processes.remove(place);
    }

    /** A process begins there that knows nothing of one before it. */
    FakePgBouncer restart(PgBouncerPlace place, String mode) {
        FakePgBouncer process = poolers.start(place, mode);
        processes.put(place, process);
        return process;
    }

    void stopZooKeeper() {
        zooKeeper.stop();
    }

    void startZooKeeper() {
        zooKeeper.start();
    }

    @Override
    public void close() {
        watch.close();
        controller.close();
        zooKeeper.close();
    }
}
