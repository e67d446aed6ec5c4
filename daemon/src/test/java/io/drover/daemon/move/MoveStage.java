/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static io.drover.daemon.move.Moved.C;
import static io.drover.daemon.move.Moved.INSTANCE;
import static io.drover.daemon.move.Moved.SHARD;

import io.drover.api.FenceEpoch;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.time.Scheduler;
import io.drover.fencing.DrainWatch;
import io.drover.replication.Waiting;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderElection;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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
    MovePlay play() {
        return new MovePlay(this, Moved.identity());
    }

    MovePlay play(MoveIdentity identity) {
        return new MovePlay(this, identity);
    }

    /** The same by another clock, in a controller that has rehearsed this much. */
    MovePlay play(Scheduler scheduler, Rehearsals rehearsals) {
        return new MovePlay(this, Moved.identity(), scheduler, rehearsals);
    }

    ZooKeeperClient client() {
        return client;
    }

    Leadership leadership() {
        return leadership;
    }

    /** A fresh shard on node_a that no move holds, for a stage that has had no play. */
    MoveDesk desk() {
        return desk(Scheduler.system());
    }

    MoveDesk desk(Scheduler scheduler) {
        return new MoveDesk(this, scheduler);
    }

    /** As often as it takes to see that it is done, in little time. */
    static Rehearsals fewRehearsals() {
        return Rehearsals.of(25, 5);
    }

    Services services(
            FakeWorld world,
            RecordingObserver observer,
            Clock clock,
            Scheduler scheduler,
            Executor besides,
            Rehearsals rehearsals) {
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
                rehearsals,
                MoveId::random);
    }

    static Executor besides() {
        return Scheduler.system().newThreads("move-verb");
    }

    static ShardTopology freshShard(ShardId shard) {
        return new ShardTopology(
                1, shard, INSTANCE, new FenceEpoch(1), TopologyState.SERVING, "app", Moved.ON_A, List.of(), null, null);
    }

    @Override
    public void close() throws IOException {
        election.close();
        client.close();
        server.close();
    }
}
