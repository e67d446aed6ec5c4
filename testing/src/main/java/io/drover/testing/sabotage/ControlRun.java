/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.Lsn;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Check;
import io.drover.testing.checker.Contents;
import io.drover.testing.checker.Evidence;
import io.drover.testing.checker.Evidence.Coverage;
import io.drover.testing.checker.Evidence.Ending;
import io.drover.testing.checker.Evidence.Limits;
import io.drover.testing.checker.Evidence.Reign;
import io.drover.testing.checker.Evidence.TopologyChange;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.Lineage;
import io.drover.testing.checker.RoleSampler;
import io.drover.testing.checker.Rows;
import io.drover.testing.checker.TopologyLog;
import io.drover.testing.checker.WalKeeper;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.RogueWriter.Connector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** One move under the load of a control, with its levers pulled or not, and everything that can be known of it afterwards. */
final class ControlRun {
    private static final Duration END_LIMIT = Duration.ofMinutes(4);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final Duration AFTERWARDS = Duration.ofMillis(500);
    private static final Duration REPLAY_LIMIT = Duration.ofSeconds(5);
    private static final Map<String, String> LIMITS = Map.of("connectTimeout", "3", "socketTimeout", "5");
    private static final String TIMELINE =
            "select ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int";

    private final LocalCluster cluster;
    private final Saboteur saboteur;
    private final int run;
    private final List<Long> forks = new CopyOnWriteArrayList<>();

    ControlRun(LocalCluster cluster, Saboteur saboteur, int run) {
        this.cluster = cluster;
        this.saboteur = saboteur;
        this.run = run;
    }

    /** What is known afterwards, which of the replaced methods were called, and whether the cluster is of use to others. */
    record Outcome(Evidence evidence, Set<String> hits, MoveState end, boolean usable) {}

    /** Runs. */
    Outcome run(Control control, Set<Lever> levers, long seed) throws SQLException {
        cluster.daemons().stream().filter(daemon -> !cluster.isAlive(daemon)).forEach(cluster::restart);
        cluster.waitHealthy();
        NodeId source = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        NodeId target = other(source);
        int timeline = timeline(source);
        int known = chain().size();
        Path data = cluster.dataDirectory(source);
        saboteur.pull(daemons(), levers);
        Set<String> hits;
        Evidence.Builder builder;
        Move ended;
        List<AckLog> logs;
        try (ControlScene scene = new ControlScene(cluster, saboteur, run, seed, source, target);
                WalKeeper keeper = WalKeeper.watch(data, cluster.directory().resolve("wal-of-run-" + run));
                RoleSampler roles = RoleSampler.start(Map.of(source.value(), to(source), target.value(), to(target)))) {
            control.script().prepare(scene);
            scene.awaitWrites(50);
            scene.when(TopologyState.PROMOTING, () -> forks.add(System.nanoTime()));
            scene.arm();
            Move move = start(target, scene.request());
            scene.goOn();
            long begin = System.nanoTime();
            ended = awaitEnd(move.id(), scene);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            boolean moved = !forks.isEmpty();
            if (moved) {
                Waiting.within(STOP_LIMIT, () -> keeper.newest().isPresent());
            }
            Waiting.pause(AFTERWARDS);
            logs = scene.stop();
            hits = saboteur.pull(daemons(), Set.of());
            builder = Evidence.of(run, logs)
                    .sightings(roles.seen())
                    .limits(new Limits(Duration.ofSeconds(30), Set.of("08", "57")))
                    .ending(new Ending(ended.state(), ended.error() != null, took, END_LIMIT))
                    .coverage(new Coverage(Map.of(), forks, 20, 0))
                    .waive(Check.K8_FINAL_STATE, "what moves leave is compared in the fault runs");
            addOwners(builder, known, timeline, source, keeper);
        }
        boolean usable = false;
        if (topology(chain()).state() == TopologyState.SERVING) {
            addRows(builder, ended, source);
            usable = tidy(ended);
        } else if (!control.notServed().isEmpty()) {
            Stream.of(Check.K1_NO_LOST_ACK, Check.K2_NO_INVENTION, Check.K3_AT_MOST_ONCE, Check.K10_EQUALITY)
                    .forEach(check -> builder.waive(check, control.notServed()));
        }
        return new Outcome(builder.build(), hits, ended.state(), usable);
    }

    private void addOwners(Evidence.Builder builder, int known, int timeline, NodeId source, WalKeeper keeper)
            throws SQLException {
        List<TopologyChange> chain = chain();
        List<TopologyChange> own = chain.subList(Math.max(0, known - 1), chain.size());
        builder.chain(own);
        if (topology(own).state() != TopologyState.SERVING) {
            // nobody serves: the source has reigned, and nobody after it
            builder.lineage(List.of(new Reign(source.value(), timeline, null)));
            return;
        }
        NodeId serving = topology(own).primary().node();
        List<Reign> reigns = Lineage.read(cluster.dataDirectory(serving), timeline, timeline(serving), own);
        builder.lineage(reigns);
        for (Reign reign : reigns) {
            Lsn end = reign.end();
            if (end != null && reign.node().equals(source.value())) {
                keeper.newest()
                        .ifPresent(copy -> builder.oldWal(
                                copy.commitsPast(programs(serving), reign.node(), reign.timeline(), end)));
            }
        }
    }

    private void addRows(Evidence.Builder builder, Move ended, NodeId source) throws SQLException {
        try (Connection primary = cluster.connectToPrimary()) {
            builder.read(Rows.read(primary, run, When.FIRST));
            builder.read(Rows.read(primary, run, When.AGAIN));
            if (ended.state() == MoveState.BAKING || ended.state() == MoveState.REVERSING) {
                try (Connection replica = cluster.connect(source, LIMITS)) {
                    Contents.compare(primary, replica, REPLAY_LIMIT).ifPresent(builder::equality);
                }
            } else {
                builder.waive(Check.K10_EQUALITY, "the move is " + ended.state() + ": it offers no way back");
            }
        }
        NodeId serving = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        ProcessTable.signal(Postmasters.of(cluster.dataDirectory(serving)).orElseThrow(), "KILL");
        Waiting.until("the killed primary serves again", END_LIMIT, () -> answers(serving));
        try (Connection primary = cluster.connect(serving, Map.of())) {
            builder.read(Rows.read(primary, run, When.AFTER_CRASH));
        }
    }

    /** A move whose way back must not be taken is completed all the same: its old copy is set aside. */
    private boolean tidy(Move ended) {
        if (ended.state() == MoveState.BAKING || ended.state() == MoveState.NEEDS_OPERATOR) {
            cluster.rest().complete(ended.id());
            cluster.rest().await(ended.id(), MoveState.COMPLETED, END_LIMIT);
        }
        for (ClusterNode node : cluster.nodes()) {
            setAside(node.dataRoot()).forEach(ControlRun::delete);
        }
        return ended.state() == MoveState.BAKING || ended.state().isFinal();
    }

    /** Nobody wants them, and twenty of them would fill a small disk. */
    private static List<Path> setAside(Path dataRoot) {
        try (Stream<Path> files = Files.walk(dataRoot, 2)) {
            return files.filter(file -> file.getFileName().toString().contains(".set-aside-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look through " + dataRoot, e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        }
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

    private Move awaitEnd(MoveId id, ControlScene scene) {
        long begin = System.nanoTime();
        while (true) {
            Move move = cluster.rest().move(id);
            boolean late = System.nanoTime() - begin > END_LIMIT.toNanos();
            boolean baking = move.state() == MoveState.BAKING
                    && (late || move.rollback() != null && move.rollback().ready());
            if (late || baking || move.state().isFinal() || scene.isOver()) {
                return move;
            }
            Waiting.pause(Duration.ofMillis(100));
        }
    }

    private List<TopologyChange> chain() {
        return TopologyLog.read(
                List.of(cluster.directory().resolve("zookeeper").resolve("version-2")), "/drover", LocalCluster.SHARD);
    }

    private static ShardTopology topology(List<TopologyChange> chain) {
        return chain.get(chain.size() - 1).topology().orElseThrow();
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

    private boolean answers(NodeId node) {
        try (Connection connection = cluster.connect(node, LIMITS)) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Where the programs of the running server are. */
    private Path programs(NodeId node) {
        return Postmasters.of(cluster.dataDirectory(node))
                .flatMap(ProcessHandle::of)
                .flatMap(process -> process.info().command())
                .map(command -> Path.of(command).resolveSibling("."))
                .orElseThrow(() -> new IllegalStateException("no server runs on " + node));
    }

    private int timeline(NodeId node) throws SQLException {
        try (Connection connection = cluster.connect(node, Map.of());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TIMELINE)) {
            row.next();
            return row.getInt(1);
        }
    }
}
