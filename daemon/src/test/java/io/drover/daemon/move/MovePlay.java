/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static io.drover.daemon.move.Moved.INSTANCE;
import static io.drover.daemon.move.Moved.SHARD;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Move;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import io.drover.api.ShardTopology;
import io.drover.api.time.Scheduler;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.replication.Waiting;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.MoveLock;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Registration;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.Watch;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
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

/** One move of a {@link MoveStage}. */
final class MovePlay {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(5);

    private final ZooKeeperClient client;
    private final Leadership leadership;
    private final TopologyStore topologies;
    private final DocumentStore documents;
    private final RecordingObserver observer = new RecordingObserver();
    private final FakeWorld world;
    private final MoveOrders orders = new MoveOrders(Clock.systemUTC());
    private final MoveIdentity identity;
    private final Services services;
    private volatile MoveJournal journal;
    private volatile LiveView live = new LiveView();
    /** How many commands that were sent beside a row have not ended yet. */
    private final AtomicInteger underWay = new AtomicInteger();
    /** What the controller's clock says. */
    volatile Supplier<Instant> time = Instant::now;

    MovePlay(MoveStage stage, MoveIdentity identity) {
        this(stage, identity, Scheduler.system(), MoveStage.fewRehearsals());
    }

    MovePlay(MoveStage stage, MoveIdentity identity, Scheduler scheduler, Rehearsals rehearsals) {
        client = stage.client();
        leadership = stage.leadership();
        topologies = new TopologyStore(client);
        documents = new DocumentStore(client);
        world = new FakeWorld(topologies);
        this.identity = identity;
        services = stage.services(world, observer, new TestClock(() -> time.get()), scheduler, counted(), rehearsals);
        prepare();
        journal = newJournal();
    }

    private Executor counted() {
        Executor threads = MoveStage.besides();
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
        ShardTopology fresh = MoveStage.freshShard(SHARD);
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
        Versioned<MoveRecord> stored =
                documents.read(ZkLayout.move(identity.id(), MoveRecord.class)).orElseThrow();
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

    /** The copy runs and streams, without the rows that make it. */
    void makeStandby() {
        FakeWorld.Node copy = world.on(B);
        copy.exists = true;
        copy.running = true;
        copy.standby = true;
        copy.timeline = 1;
    }

    /** The move as REST shows it. */
    Move shown() {
        return MoveView.of(journal.record(), live, List.of());
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
        return record().state() == MoveState.BAKING && record().leg().begun().contains(MoveSteps.BAKE);
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

    /** The agent of node_a has been there, and is not any more. */
    void registerAndLeave() {
        NodeRegistry nodes = new NodeRegistry(client);
        Watch registration = nodes.register(new NodeRecord(A, "127.0.0.1", "http://127.0.0.1:1"));
        boolean came = Waiting.until(
                Duration.ofSeconds(10),
                Duration.ofMillis(5),
                () -> nodes.find(A).isPresent());
        registration.close();
        if (!came) {
            throw new IllegalStateException("the node did not register");
        }
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
