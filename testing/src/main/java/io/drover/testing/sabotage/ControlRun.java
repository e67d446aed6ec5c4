/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Check;
import io.drover.testing.checker.Evidence;
import io.drover.testing.checker.Evidence.Coverage;
import io.drover.testing.checker.Evidence.Ending;
import io.drover.testing.checker.Evidence.Limits;
import io.drover.testing.checker.Evidence.TopologyChange;
import io.drover.testing.checker.RoleSampler;
import io.drover.testing.checker.WalKeeper;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.RogueWriter.Connector;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One move under the load of a control, with its levers pulled or not, and everything that can be known of it afterwards. */
final class ControlRun {
    private static final Logger LOG = LoggerFactory.getLogger(ControlRun.class);
    private static final Duration END_LIMIT = Duration.ofMinutes(8);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final Duration AFTERWARDS = Duration.ofMillis(500);
    private static final Map<String, String> LIMITS = Map.of("connectTimeout", "3", "socketTimeout", "5");

    private final LocalCluster cluster;
    private final Saboteur saboteur;
    private final int run;
    private final Aftermath aftermath;
    private final List<Long> forks = new CopyOnWriteArrayList<>();

    ControlRun(LocalCluster cluster, Saboteur saboteur, int run) {
        this.cluster = cluster;
        this.saboteur = saboteur;
        this.run = run;
        this.aftermath = new Aftermath(cluster, run);
    }

    /** What is known afterwards, which of the replaced methods were called, and whether the cluster is of use to others. */
    record Outcome(Evidence evidence, Set<String> hits, MoveState end, boolean usable, String times) {}

    /** What is known when the writers have stopped. */
    private record Seen(
            Evidence.Builder builder, Move ended, long over, Set<String> hits, List<TopologyChange> chain) {}

    /** Runs. */
    Outcome run(Control control, Set<Lever> levers, long seed) throws SQLException {
        long begun = System.nanoTime();
        cluster.daemons().stream().filter(daemon -> !cluster.isAlive(daemon)).forEach(cluster::restart);
        cluster.waitHealthy();
        NodeId source = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        saboteur.pull(daemons(), levers);
        Seen seen;
        try (ControlScene scene =
                new ControlScene(cluster, saboteur, levers, run, seed, new ControlScene.Ends(source, other(source)))) {
            seen = move(control, scene);
        }
        boolean usable = false;
        ShardTopology last = Aftermath.last(seen.chain());
        if (last.state() == TopologyState.SERVING) {
            aftermath.addRows(
                    seen.builder(), seen.ended(), source, last.primary().node());
            usable = Aftermath.newest(cluster).equals(last) && aftermath.isTidied(seen.ended());
        }
        String times = String.format(
                Locale.ROOT,
                "%.1f s, and %.1f s to look at it",
                (seen.over() - begun) / 1e9,
                (System.nanoTime() - seen.over()) / 1e9);
        return new Outcome(seen.builder().build(), seen.hits(), seen.ended().state(), usable, times);
    }

    private Seen move(Control control, ControlScene scene) throws SQLException {
        NodeId source = scene.source();
        int timeline = aftermath.timeline(source);
        int known = Aftermath.chain(cluster).size();
        Path kept = cluster.directory().resolve("wal-of-run-" + run);
        try (WalKeeper keeper = WalKeeper.watch(cluster.dataDirectory(source), kept);
                RoleSampler roles = RoleSampler.start(
                        Map.of(source.value(), to(source), scene.target().value(), to(scene.target())))) {
            control.script().prepare(scene);
            scene.load().awaitWrites(50);
            scene.when(TopologyState.PROMOTING, () -> forks.add(System.nanoTime()));
            scene.arm();
            Move move = start(scene.target(), scene.request());
            scene.goOn(move.id());
            long begin = System.nanoTime();
            Move ended = awaitEnd(move, scene);
            long over = System.nanoTime();
            List<TopologyChange> chain = scene.keptChain().orElseGet(() -> Aftermath.chain(cluster));
            if (servesElsewhere(chain, source)) {
                Waiting.within(STOP_LIMIT, () -> keeper.newest().isPresent());
            }
            Waiting.pause(AFTERWARDS);
            List<AckLog> logs = scene.stop();
            scene.requireNoFailure();
            Set<String> hits = saboteur.pull(daemons(), Set.of());
            Evidence.Builder builder = Evidence.of(run, logs)
                    .sightings(roles.seen())
                    .limits(new Limits(Duration.ofSeconds(30), Set.of("08", "57")))
                    .ending(new Ending(ended.state(), ended.error() != null, Duration.ofNanos(over - begin), END_LIMIT))
                    .coverage(new Coverage(Map.of(), forks, 20, 0))
                    .waive(Check.K8_FINAL_STATE, "what moves leave is compared in the fault runs");
            scene.waived().forEach(builder::waive);
            List<TopologyChange> own = chain.subList(Math.max(0, known - 1), chain.size());
            aftermath.addOwners(builder, own, timeline, source, keeper);
            keeper.discard();
            return new Seen(builder, ended, over, hits, chain);
        }
    }

    private static boolean servesElsewhere(List<TopologyChange> chain, NodeId source) {
        ShardTopology last = Aftermath.last(chain);
        return last.state() == TopologyState.SERVING && !last.primary().node().equals(source);
    }

    private Move start(NodeId target, String more) {
        String pause = more.contains("maxWritePause") ? "" : ",\"maxWritePause\":\"10s\"";
        return cluster.rest()
                .createMove(
                        "{\"shard\":\"%s\",\"target\":\"%s\",\"drainTimeout\":\"300ms\",\"verify\":{\"level\":\"none\"},\"waive\":[%s]%s%s}"
                                .formatted(
                                        LocalCluster.SHARD,
                                        target,
                                        LocalCluster.WAIVER,
                                        pause,
                                        more.isEmpty() ? "" : "," + more));
    }

    private Move awaitEnd(Move started, ControlScene scene) {
        long begin = System.nanoTime();
        Move move = started;
        while (!scene.isOver()) {
            move = look(move);
            boolean late = System.nanoTime() - begin > END_LIMIT.toNanos();
            boolean baking = move.state() == MoveState.BAKING
                    && (late || move.rollback() != null && move.rollback().ready());
            if (late || baking || move.state().isFinal()) {
                return move;
            }
            Waiting.pause(Duration.ofMillis(100));
        }
        return move;
    }

    /** While nobody leads, what was known last. */
    private Move look(Move known) {
        try {
            return cluster.rest().move(known.id());
        } catch (IllegalStateException | UncheckedIOException e) {
            LOG.debug("nobody answers", e);
            return known;
        }
    }

    private NodeId other(NodeId source) {
        return Stream.of(LocalCluster.NODE_A, LocalCluster.NODE_B)
                .filter(node -> !node.equals(source))
                .findFirst()
                .orElseThrow();
    }

    private List<Long> daemons() {
        return cluster.daemons().stream()
                .filter(daemon -> !daemon.startsWith("z") && cluster.isAlive(daemon))
                .map(cluster::pid)
                .toList();
    }

    private Connector to(NodeId node) {
        Map<String, String> limits = new HashMap<>(LIMITS);
        return () -> cluster.connect(node, limits);
    }
}
