/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.topology.CuratorClient;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * Everything that a move can change, as text by name: all znodes with content and versions; on every node the directories, the
 * configuration files of PostgreSQL and the agent's records with their content; the settings, hba rules and slots of the
 * running instance; the postmasters and the tools that run.
 */
public final class WorldSnapshot {
    private final Map<String, String> facts = new TreeMap<>();

    private WorldSnapshot() {}

    /** Takes it. */
    public static WorldSnapshot of(LocalCluster cluster) {
        WorldSnapshot snapshot = new WorldSnapshot();
        snapshot.addZnodes(cluster.zookeeper());
        cluster.nodes().forEach(node -> snapshot.addFiles(node));
        cluster.rest().nodes().stream()
                .filter(WorldSnapshot::runsTheShard)
                .forEach(node -> snapshot.addInstance(cluster, node.id()));
        snapshot.addProcesses(cluster.directory());
        return snapshot;
    }

    private static boolean runsTheShard(NodeInfo node) {
        return node.instances().stream()
                .anyMatch(instance -> instance.running() && instance.shards().contains(LocalCluster.SHARD));
    }

    /** Every fact by its name. */
    public Map<String, String> facts() {
        return facts;
    }

    /** What is there, gone or other in the second map, as one line each. */
    public static List<String> differences(Map<String, String> before, Map<String, String> after) {
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(before.get(name), after.get(name)))
                .map(name -> name + ": " + before.getOrDefault(name, "(absent)") + " -> "
                        + after.getOrDefault(name, "(absent)"))
                .toList();
    }

    private void addZnodes(String connect) {
        try (ZooKeeperClient client = ZooKeeperConnection.connect(connect, Duration.ofSeconds(10))) {
            addZnode(((CuratorClient) client).handle(), "/");
        } catch (KeeperException e) {
            throw new IllegalStateException("cannot read " + connect, e);
        }
    }

    private void addZnode(ZooKeeper zooKeeper, String path) {
        try {
            Stat stat = new Stat();
            byte[] data = zooKeeper.getData(path, false, stat);
            facts.put(
                    "znode " + path,
                    "version " + stat.getVersion() + ", children's version " + stat.getCversion() + ", made by "
                            + stat.getCzxid() + ": " + (data == null ? "" : new String(data, StandardCharsets.UTF_8)));
            for (String child : zooKeeper.getChildren(path, false)) {
                addZnode(zooKeeper, path.equals("/") ? "/" + child : path + "/" + child);
            }
        } catch (KeeperException.NoNodeException e) {
            // it has gone since it was listed
            facts.remove("znode " + path);
        } catch (KeeperException e) {
            throw new IllegalStateException("cannot read " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading " + path, e);
        }
    }

    private void addFiles(ClusterNode node) {
        Path root = node.dataRoot();
        // that a request has come is remembered, also of one that is refused and changes nothing
        Path requests = root.resolve("agent").resolve("requests");
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    facts.put("directory " + directory, "");
                    // what lies deeper in a data directory is PostgreSQL's own
                    return Files.exists(directory.resolve("PG_VERSION")) ? addConfiguration(directory) : keepOn();
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (!file.equals(requests)) {
                        addFile(file, attributes);
                    }
                    return keepOn();
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (failure instanceof NoSuchFileException) {
                        return keepOn();
                    }
                    throw failure;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot walk through " + root, e);
        }
    }

    private static FileVisitResult keepOn() {
        return FileVisitResult.CONTINUE;
    }

    private FileVisitResult addConfiguration(Path dataDirectory) {
        try (var files = Files.list(dataDirectory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".conf") || name.endsWith(".signal")) {
                    addFile(file, Files.readAttributes(file, BasicFileAttributes.class));
                } else if (!name.equals("postmaster.pid")) {
                    facts.put("in a data directory " + file, "");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + dataDirectory, e);
        }
        return FileVisitResult.SKIP_SUBTREE;
    }

    private void addFile(Path file, BasicFileAttributes attributes) throws IOException {
        boolean text =
                attributes.isRegularFile() && !file.getFileName().toString().endsWith(".log");
        try {
            facts.put("file " + file, text ? Files.readString(file, StandardCharsets.ISO_8859_1) : "");
        } catch (NoSuchFileException e) {
            // a draft that has got its name since it was listed
        }
    }

    private void addInstance(LocalCluster cluster, NodeId node) {
        for (String query : new String[] {
            "select name, setting, source, sourcefile, pending_restart from pg_settings order by name",
            "select * from pg_file_settings",
            "select * from pg_hba_file_rules",
            "select slot_name, slot_type, restart_lsn is null from pg_replication_slots",
            "select rolname, rolcanlogin, rolreplication, rolsuper from pg_roles order by 1"
        }) {
            facts.put("on " + node + ": " + query, cluster.psql(node).run(LocalCluster.DATABASE, query));
        }
    }

    /** A child that was begun just now has its parent's title until it gets its own, or becomes another program. */
    private static boolean isCopyOfItsParent(long pid, String command) {
        OptionalLong parent = ProcessTable.parent(pid);
        return parent.isPresent()
                && ProcessTable.commandLine(parent.orElseThrow()).equals(command);
    }

    private void addProcesses(Path directory) {
        for (long pid : ProcessTable.belongingTo(directory)) {
            String command = ProcessTable.commandLine(pid);
            // PostgreSQL's children come and go; what has no command line any more is ending
            if (!command.isEmpty() && !command.startsWith("postgres:") && !isCopyOfItsParent(pid, command)) {
                facts.put("process " + pid, command);
            }
        }
    }
}
