/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.TopologyState;
import io.drover.testing.checker.Check;
import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What is done to the shard while it moves; the same with the sabotage and without. */
final class Scripts {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** What sessions commit meanwhile comes to nobody else. */
    private static final Duration UNSENT = Duration.ofMillis(200);
    /** Without sabotage nothing goes on before this is over; with it all is over long before. */
    private static final Duration WITHHELD = Duration.ofSeconds(4);

    private static final int SIGTERM = 15;
    /** One script, so that one run without sabotage stands beside several with it. */
    static final Control.Script ALL_KINDS = scene -> {
        scene.load().localCommits(2);
        scene.load().synchronousCommits(2);
        scene.load().lateCommits(3);
        scene.load().slowTransactions(3);
        scene.load().heldLogins(3);
        scene.when(TopologyState.PROMOTING, scene.load()::goOn);
    };

    private Scripts() {}

    /** What is committed once the door is held, and before the sessions stand still, does not come to the target. */
    static void stoppedWalreceiver(ControlScene scene) {
        scene.load().localCommits(3);
        AtomicLong receiver = new AtomicLong();
        scene.holdAt(scene.source().value(), "seal/door/after", () -> {
            long pid = scene.processes(scene.target(), "walreceiver").get(0);
            ProcessTable.signal(pid, "STOP");
            Waiting.pause(UNSENT);
            receiver.set(pid);
        });
        Runnable thaw = () -> ProcessTable.signal(receiver.get(), "CONT");
        scene.meanwhile(() -> {
            Waiting.until("the walreceiver is stopped", LIMIT, () -> receiver.get() != 0);
            // a promotion asks it to end, and waits for that
            Waiting.within(WITHHELD, () -> ProcessTable.isPending(receiver.get(), SIGTERM));
            thaw.run();
        });
        scene.atTheEnd(thaw);
    }

    static void stoppedCheckpointer(ControlScene scene) {
        scene.load().synchronousCommits(3);
        String leader = scene.probe().leader();
        // later than the checkpoint of row 75, which would not come about
        scene.holdAt(leader, "row-80/call-arm-guard/before", () -> scene.signalSource("checkpointer", "STOP"));
        Runnable thaw = () -> scene.signalSource("checkpointer", "CONT");
        scene.meanwhile(() -> {
            Waiting.until(
                    "the target serves, or the move has ended", LIMIT, () -> scene.hasMoved() || scene.hasEnded());
            Waiting.pause(UNSENT);
            // its server has to stop
            thaw.run();
        });
        scene.atTheEnd(thaw);
    }

    /** The agent of the source lowers the fence meanwhile, because the budget is spent and no controller acts. */
    static void heldLeader(ControlScene scene) {
        scene.load().localCommits(2);
        scene.request("\"maxWritePause\":\"1s\"");
        String leader = scene.probe().leader();
        scene.cluster().kill(otherThan(scene, leader));
        scene.holdAt(leader, "row-130/record/before", () -> awaitOpened(scene));
    }

    /** The other controller comes to lead and does nothing more; then it is gone, so that the frozen one is the only one again. */
    static void frozenLeader(ControlScene scene) {
        scene.load().localCommits(2);
        scene.request("\"maxWritePause\":\"1s\"");
        LocalCluster cluster = scene.cluster();
        String leader = scene.probe().leader();
        String next = otherThan(scene, leader);
        AtomicBoolean led = new AtomicBoolean();
        scene.holdAt(next, "election/epoch/after", () -> {
            led.set(true);
            awaitOpened(scene);
            cluster.kill(next);
        });
        scene.holdAt(leader, "row-130/record/before", () -> {
            cluster.freeze(leader);
            Waiting.until("another controller leads", LIMIT, led::get);
            Waiting.until("the other controller is gone", LIMIT, () -> !cluster.isAlive(next));
            cluster.thaw(leader);
        });
    }

    private static String otherThan(ControlScene scene, String leader) {
        return scene.cluster().controllers().stream()
                .map(ClusterController::id)
                .filter(id -> !id.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitOpened(ControlScene scene) {
        Waiting.until("the source serves again", LIMIT, () -> scene.probe().stored() == TopologyState.SERVING);
        scene.load().awaitWrites(20);
    }

    static void tornPromotion(ControlScene scene) {
        scene.load().localCommits(1);
        scene.holdAt(scene.target().value(), "promote/promotion/before", () -> {
            Path data = scene.cluster().dataDirectory(scene.target());
            ByHand.kill(data);
            try {
                Files.deleteIfExists(data.resolve("standby.signal"));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot tear the promotion", e);
            }
        });
    }

    /** Of what nobody has committed past the fork, a checkpoint, the source has to be rewound. */
    static void startedInTheRewind(ControlScene scene) {
        LocalCluster cluster = scene.cluster();
        Path data = cluster.dataDirectory(scene.source());
        String agent = scene.source().value();
        CompletableFuture<ByHand> way = new CompletableFuture<>();
        AtomicBoolean harmed = new AtomicBoolean();
        scene.holdAt(agent, "stop/held/before", () -> {
            way.complete(ByHand.like(cluster.osUser(), data));
            long postmaster = Postmasters.of(data)
                    .orElseThrow(() -> new IllegalStateException("no server runs in " + data + " any more"));
            ProcessTable.signal(postmaster, "CONT");
            scene.signalSource("checkpointer", "CONT");
            Waiting.until(
                    "the old primary has written a checkpoint",
                    LIMIT,
                    () -> cluster.psql(scene.source()).succeeds("postgres", "checkpoint"));
            ProcessTable.signal(postmaster, "STOP");
        });
        scene.holdAt(agent, "rewind/pg_rewind/after", () -> {
            // not earlier: the door is open for the checkpoint
            scene.load().localCommits(2);
            Process started = way.join().start(cluster.directory().resolve("by-hand.log"));
            long goal = scene.load().rogueAcks() + 5;
            Waiting.within(
                    scene.patience(), () -> !started.isAlive() || scene.load().rogueAcks() >= goal);
            ProcessTable.signal(started.pid(), "QUIT");
            Waiting.until("what was started by hand has ended", LIMIT, () -> !started.isAlive());
            harmed.set(scene.load().rogueAcks() >= goal);
        });
        // an old primary that has got rows of its own in its rewind may never follow
        scene.isOverWhen(harmed::get);
    }

    /** The source's node dies when its agent has not heard yet that it has lost its grant. */
    static void restoredSnapshot(ControlScene scene) {
        scene.load().localCommits(2);
        LocalCluster cluster = scene.cluster();
        String zookeeper = cluster.zookeepers().get(0);
        Path data = cluster.dataDirectory(scene.source());
        Path log = cluster.directory().resolve("zookeeper").resolve("version-2");
        Path snapshot = cluster.directory().resolve("older-zookeeper");
        Command.run(List.of("rm", "-rf", snapshot.toString()));
        Command.run(List.of("cp", "-a", log.toString(), snapshot.toString()));
        AtomicBoolean dead = new AtomicBoolean();
        AtomicBoolean over = new AtomicBoolean();
        scene.isOverWhen(over::get);
        scene.waive(Check.K11_LIVENESS, "the move is forgotten with the ZooKeeper that knew of it");
        scene.holdAt(scene.probe().leader(), "row-130/record/after", () -> {
            cluster.kill(scene.source().value());
            ByHand.kill(data);
            dead.set(true);
        });
        scene.meanwhile(() -> {
            Waiting.until("the source's node is dead", LIMIT, dead::get);
            Waiting.until("the target serves", LIMIT, scene::hasMoved);
            scene.load().awaitWrites(20);
            scene.keepChain(Aftermath.chain(cluster));
            cluster.kill(zookeeper);
            Command.run(List.of("rm", "-rf", log.toString()));
            Command.run(List.of("cp", "-a", snapshot.toString(), log.toString()));
            cluster.restart(zookeeper);
            scene.restartAgent(scene.source());
            long goal = scene.load().rogueAcks() + 5;
            Waiting.within(scene.patience(), () -> scene.load().rogueAcks() >= goal);
            over.set(true);
        });
    }
}
