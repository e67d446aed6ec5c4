/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.ShardId;
import io.drover.testing.checker.Check;
import io.drover.testing.checker.Checker;
import io.drover.testing.checker.Contents;
import io.drover.testing.checker.Evidence;
import io.drover.testing.checker.Evidence.Coverage;
import io.drover.testing.checker.Evidence.Ending;
import io.drover.testing.checker.Evidence.FinalRead;
import io.drover.testing.checker.Evidence.Limits;
import io.drover.testing.checker.Evidence.TopologyChange;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.Lineage;
import io.drover.testing.checker.Report;
import io.drover.testing.checker.RoleSampler;
import io.drover.testing.checker.Rows;
import io.drover.testing.checker.TopologyLog;
import io.drover.testing.cluster.DirectoryTree;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.RogueWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Records beside a case, and gathers afterwards what the checker of the fault runs wants to know. */
final class Judgement implements AutoCloseable {
    private static final Duration REPLAY_LIMIT = Duration.ofSeconds(30);

    private final Scene scene;
    private final Path directory;
    private final int firstTimeline;
    private final long zxidBefore;
    private final Map<String, String> settingsBefore;
    private final RoleSampler roles;
    private final KeptWal wals;
    private final Evidence.Builder evidence;
    private List<AckLog> logs = List.of();

    private Judgement(Scene scene, Path directory) throws IOException {
        this.scene = scene;
        this.directory = directory;
        this.firstTimeline = scene.postgres().timeline(scene.source());
        this.settingsBefore = scene.postgres().settings(scene.source());
        this.zxidBefore =
                changes().stream().mapToLong(TopologyChange::zxid).max().orElse(0);
        Map<String, RogueWriter.Connector> nodes = new TreeMap<>();
        for (Host host : scene.installation().hosts(Host.Role.NODE)) {
            nodes.put("node_" + host.name(), () -> scene.postgres().connectQuickly(host.name()));
        }
        this.wals = KeptWal.watch(scene, directory);
        this.roles = RoleSampler.start(nodes);
        this.evidence = Evidence.of(scene.run(), List.of());
    }

    static Judgement begin(Scene scene, Path directory) throws IOException {
        return new Judgement(scene, Files.createDirectories(directory));
    }

    /** The logs of all writers, once they have ended. */
    List<AckLog> logs() {
        return logs;
    }

    /** Compares the primary with its rollback replica; the writers have ended, the move bakes. */
    void compare(String replica) throws SQLException {
        try (Connection one = scene.postgres().connect(scene.watch().last().primary(), Map.of());
                Connection other = scene.postgres().connect(replica, Map.of())) {
            Contents.compare(one, other, REPLAY_LIMIT).ifPresent(evidence::equality);
        }
    }

    /** There is no such replica. */
    void nothingToCompare(String reason) {
        evidence.waive(Check.K10_EQUALITY, reason);
    }

    /** Judges; the writers have ended, and the move too. */
    Report judge(MoveId move, MoveState ended, Duration longestPause, Set<String> errors)
            throws IOException, SQLException {
        close();
        logs = scene.load().logs(directory);
        String primary = scene.watch().last().primary();
        List<TopologyChange> chain = chain();
        List<Evidence.Reign> lineage = lineage(primary, chain);
        wals.tell(lineage, evidence);
        evidence.chain(chain)
                .lineage(lineage)
                .sightings(roles.seen())
                .leftovers(leftovers(primary))
                .limits(new Limits(longestPause, errors))
                // a case that does not come to its end fails before it is judged
                .ending(new Ending(ended, true, Duration.ZERO, Duration.ofSeconds(1)))
                .coverage(new Coverage(scene.faults(), scene.watch().forks(), scene.leastAcked(), 0));
        evidence.read(read(primary, When.FIRST)).read(read(primary, When.AGAIN));
        scene.postgres().crash(primary);
        evidence.read(read(primary, When.AFTER_CRASH));
        scene.figure("commitsPastFork", commitsPastFork(move));
        return Checker.judge(evidence.build().withLogs(logs));
    }

    private String commitsPastFork(MoveId move) {
        var cutover = scene.rest().move(move).cutover();
        return cutover == null ? "none" : String.valueOf(cutover.commitsPastFork());
    }

    private FinalRead read(String host, When when) throws SQLException {
        try (Connection connection = scene.postgres().connect(host, Map.of())) {
            return Rows.read(connection, scene.run(), when);
        }
    }

    private List<Evidence.Reign> lineage(String primary, List<TopologyChange> chain) throws IOException {
        int last = scene.postgres().timeline(primary);
        String name = String.format(Locale.ROOT, "%08X.history", last);
        Path wal = Files.createDirectories(directory.resolve("pg_wal"));
        if (last > 1) {
            Files.writeString(
                    wal.resolve(name),
                    scene.machine(primary)
                                    .run("cat '%s/pg_wal/%s'".formatted(Installation.dataDirectory(primary), name))
                            + "\n");
        }
        return Lineage.read(directory, firstTimeline, last, chain);
    }

    private List<TopologyChange> chain() throws IOException {
        List<TopologyChange> all = changes();
        Stream<TopologyChange> before =
                all.stream().filter(change -> change.zxid() <= zxidBefore).reduce((first, second) -> second).stream();
        return Stream.concat(before, all.stream().filter(change -> change.zxid() > zxidBefore))
                .toList();
    }

    /** From the transaction logs of all servers of ZooKeeper; the copies of an earlier look are of no use any more. */
    private List<TopologyChange> changes() throws IOException {
        List<Path> directories = new ArrayList<>();
        DirectoryTree.delete(zookeeper());
        for (Host host : scene.installation().hosts(Host.Role.ZOOKEEPER)) {
            Path copy = zookeeper().resolve(host.name());
            scene.machine(host.name()).copyOut("/var/lib/zookeeper/drover/version-2", copy);
            directories.add(copy.resolve("version-2"));
        }
        return TopologyLog.read(directories, "/drover", new ShardId(Installation.SHARD));
    }

    private Path zookeeper() {
        return directory.resolve(OldEvidence.ZOOKEEPER);
    }

    /** The case is fine: nobody will want to read its WAL and its transactions again, and they are large. */
    void discardCopies() throws IOException {
        wals.discard();
        DirectoryTree.delete(zookeeper());
    }

    /** What a move that has ended, and whose way back is closed, should not have left on the node that serves. */
    private List<String> leftovers(String primary) {
        List<String> found = new ArrayList<>();
        var topology = scene.watch().last().topology();
        if (topology.move() != null
                || topology.fence() != null
                || !topology.replicas().isEmpty()) {
            found.add("the topology is " + topology);
        }
        String slots = scene.postgres().asSuperuser(primary, "select slot_name from pg_replication_slots");
        if (!slots.isEmpty()) {
            found.add("slots on " + primary + ": " + slots);
        }
        Map<String, String> settings = scene.postgres().settings(primary);
        settingsBefore.forEach((name, value) -> {
            if (!value.equals(settings.get(name))) {
                found.add(name + " on " + primary + " is " + settings.get(name) + ", it was " + value);
            }
        });
        settings.keySet().stream()
                .filter(name -> !settingsBefore.containsKey(name))
                .forEach(name -> found.add(name + " on " + primary + " is " + settings.get(name) + ", it was not set"));
        for (Host host : scene.installation().hosts(Host.Role.NODE)) {
            String seals =
                    scene.machine(host.name()).run("grep -lE '\"seal\" *: *[{]' -r /var/lib/drover/agent || true");
            if (!seals.isEmpty()) {
                found.add("a seal on " + host.name() + ": " + seals);
            }
            String failed = scene.machine(host.name()).run("systemctl list-units --failed --plain --no-legend");
            if (!failed.isEmpty()) {
                found.add("failed units on " + host.name() + ": " + failed);
            }
        }
        return found;
    }

    /** Ends the recording. */
    @Override
    public void close() {
        roles.close();
        wals.close();
    }
}
