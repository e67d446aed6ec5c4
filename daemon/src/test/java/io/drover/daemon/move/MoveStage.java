/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static io.drover.daemon.move.Moved.C;
import static io.drover.daemon.move.Moved.INSTANCE;
import static io.drover.daemon.move.Moved.SHARD;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Move;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.time.Scheduler;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.fencing.DrainWatch;
import io.drover.replication.Waiting;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderElection;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.MoveLock;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Registration;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.curator.test.TestingServer;

/** A ZooKeeper server, a leadership, and as many moves of one shard as a test wants, one after another. */
final class MoveStage implements AutoCloseable {
    /** As long as the server grants: a leadership that a machine has lost because it stalled would not come back. */
    private static final Duration SESSION = Duration.ofMinutes(1);

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(5);

    private final TestingServer server;
    private final ZooKeeperClient client;
    private final LeaderElection election;
    private final Leadership leadership;

    MoveStage() {
        try {
            server = new TestingServer(true);
            client = ZooKeeperConnection.connect(server.getConnectString() + "/drover", SESSION);
            CompletableFuture<Leadership> gained = new CompletableFuture<>();
            election = new LeaderElection(client, "c1", "http://127.0.0.1:1", new LeaderElection.Listener() {
                @Override
                public void gained(Leadership now) {
                    gained.complete(now);
                }

                @Override
                public void lost() {}
            });
            election.start();
            leadership = gained.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            awaitRoots();
            LeaderTransaction nodes = leadership.transaction();
            for (NodeId node : List.of(A, B, C)) {
                nodes.create(ZkLayout.node(node), new NodeRecord(node, "127.0.0.21", "http://127.0.0.21:1"));
            }
            nodes.commit();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** On a slow machine they are made only after the connecting has returned. */
    private void awaitRoots() {
        ZkTree tree = new ZkTree(client);
        if (!Waiting.until(LIMIT, POLL, () -> tree.read().keySet().containsAll(ZkLayout.roots()))) {
            throw new IllegalStateException("not all of " + ZkLayout.roots() + " were made");
        }
    }

    /** A fresh shard on node_a and a stored move of it to node_b. */
    Play play() {
        return new Play(Moved.identity());
    }

    Play play(MoveRecord.Identity identity) {
        return new Play(identity);
    }

    ZooKeeperClient client() {
        return client;
    }

    Leadership leadership() {
        return leadership;
    }

    /** A fresh shard on node_a that no move holds, for a stage that has had no play. */
    Desk desk() {
        return desk(Scheduler.system());
    }

    Desk desk(Scheduler scheduler) {
        return new Desk(scheduler);
    }

    private Services services(
            FakeWorld world, RecordingObserver observer, Clock clock, Scheduler scheduler, Executor besides) {
        ParticipantStore participants = new ParticipantStore(client);
        participants.ensure(SHARD);
        return new Services(
                world,
                world,
                new TopologyStore(client),
                new DocumentStore(client),
                new NodeRegistry(client),
                new DrainWatch(participants, Scheduler.system()),
                world,
                observer,
                clock,
                scheduler,
                besides,
                Rehearsals.usual(),
                MoveId::random);
    }

    private static Executor besides() {
        return Scheduler.system().newThreads("move-verb");
    }

    private static ShardTopology freshShard(ShardId shard) {
        return new ShardTopology(
                1, shard, INSTANCE, new FenceEpoch(1), TopologyState.SERVING, "app", Moved.ON_A, List.of(), null, null);
    }

    /** What people ask of the leading controller. */
    final class Desk implements AutoCloseable {
        final FakeWorld world = new FakeWorld(new TopologyStore(client));
        final Moves moves;
        final Shards shards;
        final Services services;
        final MoveRunner runner;

        Desk(Scheduler scheduler) {
            services = services(world, new RecordingObserver(), Clock.systemUTC(), scheduler, besides());
            runner = new MoveRunner(services);
            adoptQuietly(SHARD);
            runner.gained(leadership);
            moves = new Moves(services, runner);
            shards = new Shards(services, new ParticipantStore(client), runner);
        }

        /** Publishes a shard of the instance without asking anybody. */
        void adoptQuietly(ShardId shard) {
            leadership
                    .transaction()
                    .create(ZkLayout.shardTopology(shard), freshShard(shard))
                    .commit();
        }

        /** Publishes a shard of another instance on node_a. */
        void addNeighbour(ShardId shard) {
            ShardTopology own = freshShard(shard);
            ShardTopology neighbour = new ShardTopology(
                    own.v(),
                    shard,
                    new InstanceId("7300000000000000009"),
                    own.epoch(),
                    own.state(),
                    own.database(),
                    own.primary(),
                    own.replicas(),
                    null,
                    null);
            leadership
                    .transaction()
                    .create(ZkLayout.shardTopology(shard), neighbour)
                    .commit();
        }

        MoveId onlyMove() {
            List<Move> all = moves.list(Optional.empty(), Optional.empty());
            if (all.size() != 1) {
                throw new AssertionError("not one move: " + all);
            }
            return all.get(0).id();
        }

        /** A znode of a move that nobody can make sense of. */
        void storeGarbage(MoveId move) {
            leadership
                    .transaction()
                    .create(ZkLayout.move(move, String.class), "?")
                    .commit();
        }

        /** Mends {@link #storeGarbage}; nobody is told. */
        void mend(MoveRecord.Identity identity) {
            ZNode<String> garbage = ZkLayout.move(identity.id(), String.class);
            Versioned<String> stored = services.documents().read(garbage).orElseThrow();
            leadership
                    .transaction()
                    .delete(garbage, stored)
                    .create(ZkLayout.move(identity.id(), MoveRecord.class), MoveRecord.of(identity))
                    .commit();
        }

        MoveState stateOf(MoveId move) {
            return moves.get(move).state();
        }

        /** Takes a node as a move does. */
        void lock(NodeId node, MoveId move) {
            leadership
                    .transaction()
                    .create(ZkLayout.nodeLock(node), new MoveLock(move))
                    .commit();
        }

        /** Has a move bake whose way back is ready. */
        MoveId bake(MoveRecord record) {
            MoveId move = record.identity().id();
            ZNode<MoveRecord> node = ZkLayout.move(move, MoveRecord.class);
            leadership.transaction().create(node, record).commit();
            lock(move);
            runner.start(services.documents().read(node).orElseThrow(), leadership)
                    .live()
                    .rollback(true, 0L);
            return move;
        }

        Optional<MoveId> holder(NodeId node) {
            return services.documents()
                    .read(ZkLayout.nodeLock(node))
                    .map(lock -> lock.value().move());
        }

        void free(NodeId node) {
            leadership
                    .transaction()
                    .delete(
                            ZkLayout.nodeLock(node),
                            services.documents().read(ZkLayout.nodeLock(node)).orElseThrow())
                    .commit();
        }

        /** Takes the instance as a move does. */
        void lock(MoveId move) {
            leadership
                    .transaction()
                    .create(ZkLayout.instanceLock(INSTANCE), new MoveLock(move))
                    .commit();
        }

        @Override
        public void close() {
            runner.close();
        }
    }

    @Override
    public void close() throws IOException {
        election.close();
        client.close();
        server.close();
    }

    /** One move. */
    final class Play {
        private final TopologyStore topologies = new TopologyStore(client);
        private final DocumentStore documents = new DocumentStore(client);
        private final RecordingObserver observer = new RecordingObserver();
        private final FakeWorld world = new FakeWorld(topologies);
        private final MoveOrders orders = new MoveOrders(Clock.systemUTC());
        private final MoveRecord.Identity identity;
        private final Services services;
        private volatile MoveJournal journal;
        private volatile LiveView live = new LiveView();
        /** How many commands that were sent beside a row have not ended yet. */
        private final AtomicInteger underWay = new AtomicInteger();
        /** What the controller's clock says. */
        volatile Supplier<Instant> time = Instant::now;

        Play(MoveRecord.Identity identity) {
            this.identity = identity;
            services = services(world, observer, new TestClock(() -> time.get()), Scheduler.system(), counted());
            prepare();
            journal = newJournal();
        }

        private Executor counted() {
            Executor threads = besides();
            return command -> {
                underWay.incrementAndGet();
                threads.execute(() -> {
                    try {
                        command.run();
                    } finally {
                        underWay.decrementAndGet();
                    }
                });
            };
        }

        private void prepare() {
            LeaderTransaction transaction = leadership.transaction();
            ShardTopology fresh = freshShard(SHARD);
            Optional<Versioned<ShardTopology>> stored = topologies.read(SHARD);
            if (stored.isPresent()) {
                transaction.set(ZkLayout.shardTopology(SHARD), stored.orElseThrow(), fresh);
            } else {
                transaction.create(ZkLayout.shardTopology(SHARD), fresh);
            }
            for (var lock : List.of(ZkLayout.instanceLock(INSTANCE), ZkLayout.nodeLock(A), ZkLayout.nodeLock(B))) {
                Optional<Versioned<MoveLock>> held = documents.read(lock);
                if (held.isPresent()) {
                    transaction.set(lock, held.orElseThrow(), new MoveLock(identity.id()));
                } else {
                    transaction.create(lock, new MoveLock(identity.id()));
                }
            }
            transaction
                    .create(ZkLayout.move(identity.id(), MoveRecord.class), MoveRecord.of(identity))
                    .commit();
        }

        private MoveJournal newJournal() {
            Versioned<MoveRecord> stored = documents
                    .read(ZkLayout.move(identity.id(), MoveRecord.class))
                    .orElseThrow();
            return new MoveJournal(stored, leadership, new EventFeed(Runnable::run, Clock.systemUTC()), services);
        }

        FakeWorld world() {
            return world;
        }

        RecordingObserver observer() {
            return observer;
        }

        MoveOrders orders() {
            return orders;
        }

        MoveRecord record() {
            return journal.record();
        }

        ShardTopology topology() {
            return topologies.read(SHARD).orElseThrow().value();
        }

        void order(MoveOrders.Decision order) {
            order(order, "ordered");
        }

        void order(MoveOrders.Decision order, String event) {
            journal.write(record -> order.on(record).record(), new MoveJournal.Line(0, event));
        }

        /** Throws at a verb, the first time it is sent. */
        void failOnce(String verb, Moment moment, ErrorCode code) {
            boolean[] failed = {false};
            world.hook = (sent, when) -> {
                if (!failed[0] && sent.equals(verb) && when == moment) {
                    failed[0] = true;
                    throw MoveDriverTest.failure(code, verb);
                }
            };
        }

        /** Stops the driver in a call, the first time that the verb is sent: the call says what a read of ZooKeeper would say. */
        void interruptOnce(String verb) {
            boolean[] interrupted = {false};
            world.hook = (sent, when) -> {
                if (!interrupted[0] && sent.equals(verb) && when == Moment.BEFORE) {
                    interrupted[0] = true;
                    Thread.currentThread().interrupt();
                    throw MoveDriverTest.failure(ErrorCode.ZOOKEEPER_UNAVAILABLE, verb);
                }
            };
        }

        String waitingFor() {
            return String.valueOf(WaitText.of(journal.record(), live));
        }

        /** The move as a driver's rows see it. */
        MoveContext context() {
            journal = newJournal();
            live = new LiveView();
            return new MoveContext(journal, live, new EventFeed(Runnable::run, Clock.systemUTC()), services);
        }

        Map<NodeId, String> missing() {
            return services.standbys().missing(record());
        }

        private void driveHere() {
            new MoveDriver(context()).drive();
        }

        /** Drives to an end. */
        void drive() {
            driveHere();
        }

        /** Drives until the driver loses its leadership. */
        void driveUntilItDies() {
            try {
                driveToBaking();
            } catch (DroverException e) {
                if (e.code() != ErrorCode.LEADERSHIP_LOST) {
                    throw e;
                }
            }
        }

        /** Drives until the move bakes, then stops the driver. */
        void driveToBaking() {
            driveUntil(this::baking);
        }

        /** Drives until something is seen, then stops the driver. */
        void driveUntil(BooleanSupplier reached) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread driver = new Thread(() -> {
                try {
                    driveHere();
                    done.complete(null);
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
            driver.start();
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            // asked once at a time: what is seen may be gone a moment later
            boolean there = reached.getAsBoolean();
            while (!there && !done.isDone() && System.nanoTime() < end) {
                await(done);
                there = reached.getAsBoolean();
            }
            if (there && !done.isDone()) {
                driver.interrupt();
                joined(driver);
                return;
            }
            rethrow(done, driver);
        }

        /** Waits for what was sent beside rows: a late one could be taken for the same command of a row that comes. */
        void awaitBesides() {
            if (!Waiting.until(LIMIT, POLL, () -> underWay.get() == 0)) {
                throw new IllegalStateException("a command that was sent beside a row does not end");
            }
        }

        private boolean baking() {
            return record().state() == MoveState.BAKING
                    && record().leg().begun().contains(MoveSteps.BAKE);
        }

        private void await(CompletableFuture<Void> done) {
            try {
                done.get(20, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                // looked at by the caller
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void joined(Thread driver) {
            try {
                driver.join(LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (driver.isAlive()) {
                throw new IllegalStateException("the driver goes on although it was stopped, at " + record().step());
            }
        }

        private void rethrow(CompletableFuture<Void> done, Thread driver) {
            try {
                done.get(1, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw (RuntimeException) e.getCause();
            } catch (Exception e) {
                IllegalStateException stuck =
                        new IllegalStateException("the driver neither ended nor came there at " + record().step(), e);
                IllegalStateException here = new IllegalStateException("the driver is here");
                here.setStackTrace(driver.getStackTrace());
                stuck.addSuppressed(here);
                throw stuck;
            }
        }

        List<NodeId> lockedNodes() {
            return List.of(A, B).stream()
                    .filter(node -> documents.read(ZkLayout.nodeLock(node)).isPresent())
                    .toList();
        }

        boolean instanceLocked() {
            return documents.read(ZkLayout.instanceLock(INSTANCE)).isPresent();
        }

        /** What an aborted move must not leave behind. */
        List<String> leftovers() {
            List<String> left = new ArrayList<>();
            for (NodeId id : List.of(A, B)) {
                FakeWorld.Node node = world.on(id);
                node.slots.forEach(slot -> left.add("slot " + slot + " on " + id));
                node.settings.forEach(step -> left.add("settings of step " + step + " on " + id));
                if (node.staged) {
                    left.add("staging on " + id);
                }
                if (node.sealed) {
                    left.add("seal on " + id);
                }
            }
            if (world.on(B).running) {
                left.add("standby on " + B);
            }
            lockedNodes().forEach(node -> left.add("lock of " + node));
            if (instanceLocked()
                    || topology().move() != null
                    || !topology().replicas().isEmpty()) {
                left.add("topology or instance lock");
            }
            return left;
        }

        /** A client with a warm pool to the target that acknowledges nothing. */
        Registration silentClient(String name) {
            return new ParticipantStore(client)
                    .register(SHARD, name, new Participant(1, name, "127.0.0.1", new FenceEpoch(0), true));
        }

        /** A client that opens no pool to the target. */
        Registration coldClient(String name) {
            return new ParticipantStore(client)
                    .register(SHARD, name, new Participant(1, name, "127.0.0.1", new FenceEpoch(0), false));
        }

        List<HistoryEntry> history() {
            return documents.history(identity.id(), 0);
        }

        List<Integer> undoneRows() {
            return history().stream()
                    .filter(entry -> entry.event().startsWith("undone"))
                    .map(HistoryEntry::step)
                    .toList();
        }
    }
}
