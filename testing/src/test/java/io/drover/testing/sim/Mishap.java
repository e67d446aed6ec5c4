/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyRebuild;
import io.drover.fencing.FenceTransitions;
import io.drover.testing.fake.FakeClient;
import io.drover.testing.fake.FakePostgres;
import io.drover.testing.fake.FakeZooKeeperClient;
import io.drover.testing.fake.Network;
import io.drover.testing.fake.SyncLevel;
import io.drover.topology.MoveLock;
import io.drover.topology.NodeRecord;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;

/** What no move meets by itself and somebody has brought about: for the fault points that only lie there. */
final class Mishap {
    private static final String SOURCE = Stage.SOURCE.value();
    private static final MoveId NEVER = new MoveId("deadbeef-0000");
    private static final NodeId GONE = new NodeId("node_z");
    private static final ShardId SECOND = new ShardId("shard_02");
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final List<String> CONTROLLERS = List.of("controller_1", "controller_2");
    /** Longer than a transaction may be open. */
    private static final Duration LONG_OPEN = Duration.ofSeconds(6);

    private static final Duration MOMENT = Duration.ofNanos(10_000);
    private static final int MOMENTS = 500;

    private final Stage stage;
    private final SimWorld world;
    private final FakePostgres postgres;

    Mishap(Stage stage) {
        this.stage = stage;
        this.world = stage.world();
        this.postgres = world.postgres();
    }

    /** The instance has another database, which becomes a shard while the instance runs. */
    void adoptAnotherShard() {
        ShardAdoption adoption =
                new ShardAdoption(Stage.SOURCE, world.dataDir().toString(), SimWorld.PORT, "other", false);
        ShardTopology unused = stage.ask(control -> control.shards().adopt(SECOND, adoption));
    }

    /** A move that nobody knows has left a slot, a lock, and its name in the topology. All of it is found and undone. */
    void leaveSomethingBehind() {
        postgres.mishaps().leaveSlot(SOURCE, SimWorld.PORT, "drover_" + NEVER.shortId());
        FakeZooKeeperClient person = person();
        rewrite(person, topology -> FenceTransitions.reserve(topology, NEVER));
        create(person, ZkLayout.nodeLock(Stage.SOURCE).toString(), Json.bytes(new MoveLock(NEVER)));
        person.close();
        world.require(
                SOON,
                "nothing is left behind",
                () -> postgres.traces().isEmpty()
                        && world.topology().move() == null
                        && world.zooKeeper().paths().stream().noneMatch(path -> path.startsWith("/locks/")));
    }

    /** Before the first row of the move: its driver waits meanwhile. */
    void abortBeforeItBegins() {
        stage.atCue(
                "row-10/intent/before",
                () -> stage.order(control -> control.moves().abort(world.moves().get(0))));
    }

    /** Somebody begins a transaction and goes to lunch. */
    void leaveATransactionOpen() {
        FakeClient session = postgres.client("person", SOURCE, SimWorld.PORT);
        session.begin();
        world.pause(LONG_OPEN);
    }

    /** A session is stopped in the middle of writing its commit, where all others wait for it (H81). */
    void stopASessionThatHoldsTheWal() {
        FakeClient session = postgres.client("person", SOURCE, SimWorld.PORT);
        stage.atCue("seal/sessions/before", () -> {
            session.commitLater(world.nextOperation("person"), SyncLevel.ON, (value, failure) -> {});
            for (int i = 0; i < MOMENTS && !postgres.isWriting(SOURCE, SimWorld.PORT); i++) {
                world.pause(MOMENT);
            }
        });
    }

    /**
     * The machine of the old primary loses its power while it is being rewound, which cannot be repeated (H59), and no controller reaches
     * it any more.
     */
    void breakTheRewind() {
        stage.atCue("row-130/record/after", stage::divergeSource);
        breakTheNextRewind();
    }

    private void breakTheNextRewind() {
        stage.atCue(
                "rewind/pg_rewind/before",
                () -> world.later(Duration.ofMillis(200), () -> {
                    if (postgres.isWorkedOn(SOURCE)) {
                        postgres.mishaps().powerOff(SOURCE);
                        world.member(SOURCE).kill();
                        world.later(Duration.ofSeconds(2), world.member(SOURCE)::start);
                        CONTROLLERS.forEach(controller -> world.cut(controller, SOURCE));
                    } else {
                        // it had not even begun
                        breakTheNextRewind();
                    }
                }));
    }

    /** With the old primary reached again: else it would be given up where it lies. */
    void giveUpTheWayBack() {
        CONTROLLERS.forEach(controller -> world.mend(controller, SOURCE));
        stage.giveUpTheWayBack();
    }

    /** Somebody starts the source with the settings of a seal that is prepared and then given up. */
    void startTheSourceByHand() {
        stage.atCue("row-95/result/after", () -> {
            postgres.mishaps().startByHand(SOURCE, SimWorld.PORT);
            stage.abort();
        });
    }

    /** Somebody writes into ZooKeeper that the source serves again, and does not open it. */
    void lowerTheFenceByHand() {
        stage.atCue("row-110/run/after", () -> {
            stage.loseControllers(Duration.ofSeconds(20));
            world.beside("person", () -> {
                FakeZooKeeperClient person = person();
                rewrite(person, FenceTransitions::abort);
                rewrite(person, FenceTransitions::reopen);
                person.close();
            });
        });
    }

    /** A machine was given back, and its record is still there. */
    void forgetAMachineThatIsGone() {
        String path = ZkLayout.node(GONE).toString();
        FakeZooKeeperClient person = person();
        create(person, path, Json.bytes(new NodeRecord(GONE, "192.0.2.7", "http://192.0.2.7:8432")));
        person.close();
        long end = world.scheduler().world().nanoTime() + SOON.toNanos();
        while (world.zooKeeper().content(path).isPresent()) {
            stage.order(control -> {
                control.shards().forget(GONE);
                return true;
            });
            if (world.scheduler().world().nanoTime() > end) {
                throw new AssertionError("the node is not forgotten; " + world.describe());
            }
        }
    }

    /** ZooKeeper comes back empty, and the topology is made again. */
    void loseZooKeeper() {
        world.names().forEach(name -> world.member(name).kill());
        world.zooKeeper().wipe();
        world.names().forEach(name -> world.member(name).start());
        long end = world.scheduler().world().nanoTime() + SOON.toNanos();
        while (world.zooKeeper().content("/topology/" + SimWorld.SHARD).isEmpty()) {
            stage.order(control -> control.shards().rebuildTopology(new TopologyRebuild.Order(null, null, null, true)));
            if (world.scheduler().world().nanoTime() > end) {
                throw new AssertionError("the topology is not rebuilt; " + world.describe());
            }
        }
    }

    private FakeZooKeeperClient person() {
        return world.zooKeeper()
                .connect("person", SimMember.SESSION, world.scheduler().world(), message -> Network.Fate.AT_ONCE);
    }

    private static void rewrite(FakeZooKeeperClient person, UnaryOperator<ShardTopology> change) {
        TopologyStore store = new TopologyStore(person);
        List<Versioned<ShardTopology>> unused = store.swap(store.readAll(), change);
    }

    private void create(FakeZooKeeperClient person, String path, byte[] content) {
        try {
            String unused = world.scheduler()
                    .world()
                    .await(person.session().create(path, content, CreateMode.PERSISTENT), SOON);
        } catch (KeeperException | ExecutionException | TimeoutException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
