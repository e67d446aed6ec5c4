/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.Lsn;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Check;
import io.drover.testing.checker.Contents;
import io.drover.testing.checker.Evidence;
import io.drover.testing.checker.Evidence.Reign;
import io.drover.testing.checker.Evidence.TopologyChange;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.Lineage;
import io.drover.testing.checker.Rows;
import io.drover.testing.checker.TopologyLog;
import io.drover.testing.checker.WalKeeper;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.Waiting;
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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers after a run: who reigned, what they hold, and what has to be done before another run can begin. */
final class Aftermath {
    private static final Logger LOG = LoggerFactory.getLogger(Aftermath.class);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration REPLAY_LIMIT = Duration.ofSeconds(5);
    private static final Map<String, String> LIMITS = Map.of("connectTimeout", "3", "socketTimeout", "5");
    private static final String TIMELINE =
            "select ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int";

    private final LocalCluster cluster;
    private final int run;

    Aftermath(LocalCluster cluster, int run) {
        this.cluster = cluster;
        this.run = run;
    }

    /** Every topology that ZooKeeper has stored. */
    static List<TopologyChange> chain(LocalCluster cluster) {
        return TopologyLog.read(
                List.of(cluster.directory().resolve("zookeeper").resolve("version-2")), "/drover", LocalCluster.SHARD);
    }

    /** The last one. */
    static ShardTopology last(List<TopologyChange> chain) {
        return chain.get(chain.size() - 1).topology().orElseThrow();
    }

    /** The topology that ZooKeeper holds. */
    static ShardTopology newest(LocalCluster cluster) {
        return last(chain(cluster));
    }

    /** Who reigned, and what the old primary has committed past its end. */
    void addOwners(Evidence.Builder builder, List<TopologyChange> own, int timeline, NodeId source, WalKeeper keeper)
            throws SQLException {
        builder.chain(own);
        if (last(own).state() != TopologyState.SERVING) {
            // nobody serves: the source has reigned, and nobody after it
            builder.lineage(List.of(new Reign(source.value(), timeline, null)));
            return;
        }
        NodeId serving = last(own).primary().node();
        List<Reign> reigns = Lineage.read(cluster.dataDirectory(serving), timeline, timeline(serving), own);
        builder.lineage(reigns);
        for (Reign reign : reigns) {
            Lsn end = reign.end();
            if (end != null && reign.node().equals(source.value())) {
                keeper.commitsPast(programs(serving), reign.node(), reign.timeline(), end)
                        .ifPresent(builder::oldWal);
            }
        }
    }

    /** What the one that serves holds, now and once more when it was killed. */
    void addRows(Evidence.Builder builder, Move ended, NodeId source, NodeId serving) throws SQLException {
        try (Connection primary = cluster.connect(serving, Map.of())) {
            builder.read(Rows.read(primary, run, When.FIRST));
            builder.read(Rows.read(primary, run, When.AGAIN));
            if (ended.state() == MoveState.BAKING || ended.state() == MoveState.REVERSING) {
                compare(builder, primary, source);
            } else {
                builder.waive(Check.K10_EQUALITY, "the move is " + ended.state() + ": it offers no way back");
            }
        }
        Path data = cluster.dataDirectory(serving);
        ByHand way = ByHand.like(cluster.osUser(), data);
        ByHand.kill(data);
        if (!newest(cluster).primary().node().equals(serving)) {
            // its agent does not start it where ZooKeeper was brought back from before it served
            way.start(cluster.directory().resolve("by-hand.log"));
        }
        Waiting.until("the killed primary serves again", LIMIT, () -> answers(serving));
        try (Connection primary = cluster.connect(serving, Map.of())) {
            builder.read(Rows.read(primary, run, When.AFTER_CRASH));
        }
    }

    /** What does not answer is not compared, and the check has to say so. */
    private void compare(Evidence.Builder builder, Connection primary, NodeId old) throws SQLException {
        if (answers(old)) {
            try (Connection replica = cluster.connect(old, LIMITS)) {
                Contents.compare(primary, replica, REPLAY_LIMIT).ifPresent(builder::equality);
            }
        }
    }

    /** Where it cannot be, the cluster is of no use any more. */
    boolean isTidied(Move ended) {
        try {
            return tidy(ended);
        } catch (IllegalStateException | UncheckedIOException e) {
            LOG.warn("the move cannot be closed", e);
            return false;
        }
    }

    /** A move whose way back must not be taken is completed all the same: its old copy is set aside. */
    private boolean tidy(Move ended) {
        boolean closed = ended.state().isFinal();
        if (ended.state() == MoveState.BAKING || ended.state() == MoveState.NEEDS_OPERATOR) {
            cluster.rest().complete(ended.id());
            closed =
                    cluster.rest().await(ended.id(), MoveState.COMPLETED, LIMIT).state() == MoveState.COMPLETED;
        }
        for (ClusterNode node : cluster.nodes()) {
            setAside(node.dataRoot()).forEach(Aftermath::delete);
        }
        return closed;
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

    /** The timeline that a primary writes. */
    int timeline(NodeId node) throws SQLException {
        try (Connection connection = cluster.connect(node, Map.of());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TIMELINE)) {
            row.next();
            return row.getInt(1);
        }
    }
}
