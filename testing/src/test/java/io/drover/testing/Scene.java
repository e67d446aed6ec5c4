/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.RowTally;
import io.drover.testing.checker.Rows;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.WorldSnapshot;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.Ledger;
import io.drover.testing.ledger.LedgerOptions;
import io.drover.testing.ledger.LedgerSchema;
import io.drover.testing.ledger.RogueWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One test on the shared cluster, with clients of the kit writing and reading from its begin to its end. Closing it counts
 * their acknowledged rows: none may be lost, doubled or invented, and unless the test said so no client may have seen an error.
 */
final class Scene implements AutoCloseable {
    static final Duration MOVE_LIMIT = Duration.ofMinutes(3);
    /** For whoever only has to connect and write. */
    static final Duration WRITING_LIMIT = Duration.ofMinutes(1);

    private static final int WRITERS = 4;
    private static final int READERS = 2;
    /** Long enough to leave the processors to what is tested, here and in the cluster beside this one. */
    private static final Duration PAUSE = Duration.ofMillis(40);

    private static final Duration SETTLE = Duration.ofMillis(500);
    private static final Pattern FOR_THE_NEXT_COPY =
            Pattern.compile("/shard_01/(conf|socket|postgresql\\.log|job\\.log)");
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final LocalCluster cluster;
    private final ShardDataSource kit;
    private final Ledger ledger;
    private final int run;
    private final List<AckLog> others = new ArrayList<>();
    private final List<RogueWriter> rogues = new ArrayList<>();
    private boolean errorsExpected;

    private Scene(LocalCluster cluster) {
        this.cluster = cluster;
        this.run = RUNS.incrementAndGet();
        ShardDataSourceConfig.Builder config = ShardDataSourceConfig.builder(cluster.zookeeper(), LocalCluster.SHARD)
                .credentials(LocalCluster.USER, cluster.password())
                .name("scene-" + run)
                .poolSize(WRITERS + READERS);
        this.kit = ShardDataSource.open(
                (cluster.hasSecuredZooKeeper() ? cluster.zookeeperSecurity().client(config) : config).build());
        this.ledger =
                Ledger.start(new LedgerOptions(run, WRITERS, READERS, SharedCluster.ROWS, run, PAUSE, PAUSE), kit);
    }

    static Scene open() throws SQLException {
        Scene scene = new Scene(SharedCluster.get());
        scene.awaitWrites(50);
        return scene;
    }

    /** On a cluster of the test's own, whose shard has just been made. */
    static Scene on(LocalCluster cluster) throws SQLException {
        try (Connection connection = cluster.connectToPrimary()) {
            LedgerSchema.create(connection, SharedCluster.ROWS);
        }
        Scene scene = new Scene(cluster);
        scene.awaitWrites(50);
        return scene;
    }

    LocalCluster cluster() {
        return cluster;
    }

    DroverRest rest() {
        return cluster.rest();
    }

    ShardDataSource kit() {
        return kit;
    }

    Ledger ledger() {
        return ledger;
    }

    int run() {
        return run;
    }

    ShardTopology topology() {
        return cluster.rest().shard(LocalCluster.SHARD);
    }

    NodeId primary() {
        return topology().primary().node();
    }

    /** A node that the shard is not on. */
    NodeId other() {
        NodeId primary = primary();
        return cluster.nodes().stream()
                .map(ClusterNode::id)
                .filter(node -> !node.equals(primary))
                .findFirst()
                .orElseThrow();
    }

    /** Starts a move to another node. No test but one about the budget shall fail because a machine is busy. */
    Move start(NodeId target, String more) {
        String budget = more.contains("maxWritePause") ? "" : ",\"maxWritePause\":\"10s\"";
        return rest().createMove("{\"shard\":\"%s\",\"target\":\"%s\",\"waive\":[%s]%s%s}"
                .formatted(LocalCluster.SHARD, target, LocalCluster.WAIVER, budget, more.isEmpty() ? "" : "," + more));
    }

    /**
     * Starts a move, and does something while its fence is up: until then a connection that is out holds the drain up. Otherwise a
     * pause of milliseconds may be over before anybody has seen it.
     */
    Move startAndAtTheFence(NodeId target, String more, TopologyProbe probe, Runnable action) throws SQLException {
        CountDownLatch done = new CountDownLatch(1);
        probe.onNext(TopologyState.FENCED, () -> {
            action.run();
            done.countDown();
        });
        try (Connection inFlight = kit.getConnection()) {
            assertThat(inFlight.isValid(0)).isTrue();
            Move move = start(target, more);
            Waiting.until("it is done at the fence", MOVE_LIMIT, () -> done.getCount() == 0);
            return move;
        }
    }

    /**
     * Starts a move, and does something between its seal and its point of no return: the agent of the target is frozen from the
     * fence on until it is done, and without its answer nobody is promoted.
     */
    Move startAndBehindTheSeal(NodeId target, TopologyProbe probe, Runnable action) throws SQLException {
        String agent = target.value();
        String pause = "\"maxWritePause\":\"30s\",\"drainTimeout\":\"5s\"";
        Move move = startAndAtTheFence(target, pause, probe, () -> cluster.freeze(agent));
        try {
            Waiting.until(
                    "the target is asked how far it has replayed",
                    MOVE_LIMIT,
                    () -> String.valueOf(rest().move(move.id()).waitingFor()).contains("await-replayed"));
            action.run();
        } finally {
            cluster.thaw(agent);
        }
        return move;
    }

    Move await(Move move, MoveState state) {
        return rest().await(move.id(), state, MOVE_LIMIT);
    }

    /** Waits until the way back is open and the old primary was audited. */
    Move awaitRollbackReady(Move move) {
        return rest().await(move.id(), "ready for a rollback", MOVE_LIMIT, Scene::isRollbackReady, seen -> {});
    }

    /** Waits until the way back is open or everything is undone: a fault in the pause may lead to either. */
    Move awaitRollbackReadyOrUndone(Move move) {
        return rest().await(
                        move.id(),
                        "ready for a rollback, or undone",
                        MOVE_LIMIT,
                        seen -> seen.state() == MoveState.ABORTED || isRollbackReady(seen),
                        seen -> {});
    }

    private static boolean isRollbackReady(Move move) {
        return move.state() == MoveState.BAKING
                && move.rollback() != null
                && move.rollback().ready();
    }

    /** Moves to the node and completes. */
    Move moveTo(NodeId target) {
        Move move = awaitRollbackReady(start(target, ""));
        rest().complete(move.id());
        return await(move, MoveState.COMPLETED);
    }

    /** Waits until so many further writes were acknowledged: proof that clients are served. */
    void awaitWrites(int count) {
        long goal = ledger.acked() + count;
        Waiting.until(
                count + " further writes, errors " + ledger.errorTexts(), MOVE_LIMIT, () -> ledger.acked() >= goal);
    }

    /** What others have written for this run, to be counted with the scene's own. */
    void count(AckLog log) {
        others.add(log);
    }

    /** A writer that the test runs itself: ended before the rows are counted, and counted with the others. */
    RogueWriter count(RogueWriter rogue) {
        rogues.add(rogue);
        others.add(rogue.log());
        return rogue;
    }

    /** What a move that is undone or rolled back has to bring back: all but its own record, its tokens and what it set aside. */
    Map<String, String> traces() {
        Map<String, String> facts = new TreeMap<>(WorldSnapshot.of(cluster).facts());
        facts.keySet().removeIf(name -> name.startsWith("znode ") && !name.contains("/locks/"));
        facts.keySet().removeIf(name -> name.contains("/agent/") || name.contains("data.set-aside-"));
        facts.keySet().removeIf(name -> name.startsWith("directory ") && name.endsWith("/shard_01"));
        // what a target keeps for the next copy: its own configuration, the place of its socket, its logs
        String ofSource = cluster.node(primary()).dataRoot() + "/";
        facts.keySet().removeIf(name -> FOR_THE_NEXT_COPY.matcher(name).find() && !name.contains(ofSource));
        return facts;
    }

    /** The test does something that clients cannot be spared. */
    void expectErrors() {
        errorsExpected = true;
    }

    @Override
    public void close() throws SQLException {
        try (kit) {
            awaitWritesWhileHealthy();
            ledger.stop();
            // what is acknowledged while the rows are being counted would look lost
            rogues.forEach(RogueWriter::close);
            try (Connection connection = cluster.connectToPrimary()) {
                RowTally check = RowTally.of(
                        Stream.concat(ledger.logs().stream(), others.stream()).toList(),
                        Rows.read(connection, run, When.FIRST));
                assertThat(check.isClean()).as(check.toString()).isTrue();
                assertThat(check.acked()).as("acknowledged writes").isPositive();
            }
            if (!errorsExpected) {
                assertThat(ledger.errorTexts()).as("errors of clients").isEmpty();
            }
        } finally {
            ledger.stop();
        }
    }

    private void awaitWritesWhileHealthy() {
        // a moment of writes after the last act, so that a late loss would show
        Waiting.pause(SETTLE);
    }
}
