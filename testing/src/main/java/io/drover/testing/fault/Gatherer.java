/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.Lsn;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Evidence;
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
import io.drover.testing.ledger.RogueWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Records what happens beside a run, and reads at its end what the checker wants to know. */
final class Gatherer implements AutoCloseable {
    private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final String TIMELINE =
            "select ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int";

    private final FaultCluster faults;
    private final LocalCluster cluster;
    private final int run;
    private final int firstTimeline;
    private final long zxidBefore;
    private final RoleSampler roles;
    private final Map<String, WalKeeper> keepers = new TreeMap<>();

    private Gatherer(FaultCluster faults, int run) {
        this.faults = faults;
        this.cluster = faults.cluster();
        this.run = run;
        this.firstTimeline = timeline(faults.watcher().last().primary());
        this.zxidBefore =
                changes().stream().mapToLong(TopologyChange::zxid).max().orElse(0);
        Map<String, RogueWriter.Connector> nodes = new TreeMap<>();
        Path copies = cluster.directory().resolve("wal-" + run);
        for (ClusterNode node : cluster.nodes()) {
            String id = node.id().value();
            nodes.put(id, () -> cluster.connect(node.id(), Map.of("connectTimeout", "2", "socketTimeout", "3")));
            keepers.put(id, WalKeeper.watch(dataDirectory(node.id()), copies.resolve(id)));
        }
        this.roles = RoleSampler.start(nodes);
    }

    /** Begins to record. */
    static Gatherer start(FaultCluster faults, int run) {
        return new Gatherer(faults, run);
    }

    /** Ends the recording; what was recorded stays. */
    @Override
    public void close() {
        roles.close();
        keepers.values().forEach(WalKeeper::close);
    }

    /** Reads what the server that serves holds, kills it, and reads again; the writers have stopped. */
    void gather(Evidence.Builder evidence) {
        NodeId primary = faults.watcher().last().primary();
        int lastTimeline = timeline(primary);
        List<TopologyChange> chain = chain();
        List<Reign> lineage = Lineage.read(dataDirectory(primary), firstTimeline, lastTimeline, chain);
        evidence.chain(chain).lineage(lineage).sightings(roles.seen());
        for (Reign reign : lineage) {
            Lsn end = reign.end();
            WalKeeper keeper = keepers.get(reign.node());
            if (end != null && keeper != null) {
                keeper.commitsPast(PROGRAMS, reign.node(), reign.timeline(), end)
                        .ifPresent(evidence::oldWal);
            }
        }
        evidence.read(read(When.FIRST)).read(read(When.AGAIN));
        crash(primary);
        evidence.read(read(When.AFTER_CRASH));
    }

    /** Deletes the copies of WAL: the disk is the next run's, too. */
    void discardWal() {
        keepers.values().forEach(WalKeeper::discard);
    }

    /** When each new primary was declared. */
    List<Long> forks() {
        List<Long> forks = new ArrayList<>();
        Optional<NodeId> before = Optional.empty();
        for (Watcher.Seen seen : faults.watcher().seen()) {
            if (seen.state() == TopologyState.SERVING) {
                if (before.isPresent() && !before.orElseThrow().equals(seen.primary())) {
                    forks.add(seen.nanos());
                }
                before = Optional.of(seen.primary());
            }
        }
        return forks;
    }

    private Evidence.FinalRead read(When when) {
        try (Connection connection = cluster.connect(faults.watcher().last().primary(), Map.of())) {
            return Rows.read(connection, run, when);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the rows " + when, e);
        }
    }

    /** Its agent starts it again. */
    private void crash(NodeId node) {
        long postmaster = Postmasters.of(dataDirectory(node))
                .orElseThrow(() -> new IllegalStateException("no server runs on " + node));
        List<Long> children = ProcessTable.childrenOf(postmaster);
        ProcessTable.signal(postmaster, "KILL");
        children.forEach(pid -> ProcessTable.signal(pid, "KILL"));
        Waiting.until("the server of " + node + " runs again", START_LIMIT, () -> accepts(node));
    }

    private boolean accepts(NodeId node) {
        try (Connection connection = cluster.connect(node, Map.of("connectTimeout", "2", "socketTimeout", "3"))) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private int timeline(NodeId node) {
        return Integer.parseInt(cluster.psql(node).run(LocalCluster.DATABASE, TIMELINE));
    }

    private List<TopologyChange> chain() {
        List<TopologyChange> all = changes();
        List<TopologyChange> chain = new ArrayList<>();
        all.stream()
                .filter(change -> change.zxid() <= zxidBefore)
                .reduce((first, second) -> second)
                .ifPresent(chain::add);
        all.stream().filter(change -> change.zxid() > zxidBefore).forEach(chain::add);
        return chain;
    }

    private List<TopologyChange> changes() {
        List<Path> directories = cluster.zookeepers().stream()
                .map(id -> cluster.directory().resolve("zookeeper").resolve(id).resolve("version-2"))
                .filter(Files::isDirectory)
                .toList();
        return TopologyLog.read(directories, "/drover", LocalCluster.SHARD);
    }

    private Path dataDirectory(NodeId node) {
        return cluster.node(node).dataRoot().resolve(LocalCluster.SHARD.value()).resolve("data");
    }
}
