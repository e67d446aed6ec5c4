/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the clone of a machine brings along of a node: the agent's configuration and records, and the data, at a port of its own. */
final class ClonedNode implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final LocalCluster cluster;
    private final Path root;
    private final Path configuration;

    private ClonedNode(LocalCluster cluster, Path root, Path configuration) {
        this.cluster = cluster;
        this.root = root;
        this.configuration = configuration;
    }

    /** Copies a node whose server runs, as a snapshot of its disk does. */
    static ClonedNode of(LocalCluster cluster, NodeId node) throws IOException {
        ClusterNode original = cluster.node(node);
        Path root = cluster.directory().resolve("clone");
        int port = cluster.rest().shard(LocalCluster.SHARD).primary().port();
        int own = cluster.freePort();
        cluster.psql(node).run("postgres", "checkpoint");
        Command.run(List.of("cp", "-a", original.dataRoot().toString(), root.toString()));
        ClonedNode clone = new ClonedNode(cluster, root, cluster.directory().resolve("etc/clone.yml"));
        // on another machine no process has its number
        Files.delete(clone.instance().resolve("data/postmaster.pid"));
        Files.deleteIfExists(clone.log());
        try (Stream<Path> records = Files.list(root.resolve("agent"));
                Stream<Path> settings = Files.list(clone.instance().resolve("conf"))) {
            for (Path file : Stream.concat(records, settings)
                    .filter(Files::isRegularFile)
                    .toList()) {
                clone.rewrite(
                        file,
                        Files.readString(file)
                                .replace(original.dataRoot().toString(), root.toString())
                                .replaceAll("(\"port\"\\s*:\\s*|(?m)^port\\s*=\\s*'?)" + port + "\\b", "$1" + own));
            }
        }
        Path etc = cluster.directory().resolve("etc/" + node + ".yml");
        cluster.osUser()
                .secretFile(
                        clone.configuration,
                        Files.readString(etc)
                                .replace(original.dataRoot().toString(), root.toString())
                                .replace(original.agent(), "https://" + original.host() + ":" + cluster.freePort())
                                .replaceAll("port: [0-9]+", "port: 0"));
        return clone;
    }

    private void rewrite(Path file, String content) throws IOException {
        cluster.osUser().secretFile(file, content);
    }

    private Path instance() {
        return root.resolve(LocalCluster.SHARD.value());
    }

    /** The log of its server; there is none as long as nothing has started it. */
    Path log() {
        return instance().resolve("postgresql.log");
    }

    /** The process that works in its data directory. */
    Optional<ProcessHandle> server() {
        Path data = instance().resolve("data");
        return ProcessHandle.allProcesses()
                .filter(process -> worksIn(process, data))
                .findFirst();
    }

    private static boolean worksIn(ProcessHandle process, Path directory) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"))
                    .equals(directory);
        } catch (IOException e) {
            // it has ended, or is another's, who cannot work here
            return false;
        }
    }

    private List<String> agent(Path file) {
        return List.of(cluster.projectRoot().resolve("bin/drover").toString(), "agent", file.toString());
    }

    /** Runs its agent until that ends by itself. */
    Command.Result runAgent() {
        return Command.run(Stream.concat(Stream.of("timeout", "120"), agent(configuration).stream())
                .toList());
    }

    /** Runs it until it ends by itself, where it reaches no ZooKeeper. */
    Command.Result runAgentAlone() throws IOException {
        return Command.run(Stream.concat(Stream.of("timeout", "120"), agent(alone()).stream())
                .toList());
    }

    /** From now on it is as one that was never refused. */
    void forgetRefusal() throws IOException {
        Files.delete(root.resolve("agent/refused"));
    }

    /** Runs it as {@link #runAgentAlone()} does; what it has brought along was its original's, which is a machine with another id. */
    Command.Result runAgentAloneOnAnotherMachine() throws IOException {
        Path machine = root.resolve("agent/machine");
        String own = Files.readString(machine);
        ObjectNode original = Json.read(own.getBytes(StandardCharsets.UTF_8), ObjectNode.class);
        rewrite(machine, original.put("id", "of the original").toString());
        try {
            return runAgentAlone();
        } finally {
            rewrite(machine, own);
        }
    }

    /** Runs it without a ZooKeeper that could refuse it, on the machine that it has its grant from: then the grant counts (rule R8). */
    void runAgentUntilItHasStartedTheServer() throws IOException, InterruptedException {
        Path output = configuration.resolveSibling("clone.log");
        Process agent = new ProcessBuilder(agent(alone()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            Waiting.until("the clone has started its server, see " + output, LIMIT, () -> server().isPresent());
        } finally {
            agent.destroyForcibly().waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private Path alone() throws IOException {
        Path alone = configuration.resolveSibling("clone-alone.yml");
        cluster.osUser()
                .secretFile(
                        alone,
                        Files.readString(configuration)
                                .replaceAll(
                                        "(?m)^zookeeper: .*$",
                                        "zookeeper: 127.0.0.1:" + cluster.freePort() + "/drover"));
        return alone;
    }

    /** What it remembers of a refusal that is for good. */
    Path refusal() {
        return root.resolve("agent/refused");
    }

    /** Runs its agent, which reaches ZooKeeper at a port of this machine only; whoever runs it ends it. */
    Process beginAgentThrough(int port, Path output) throws IOException {
        Path later = configuration.resolveSibling("clone-later.yml");
        cluster.osUser()
                .secretFile(
                        later,
                        Files.readString(configuration)
                                .replaceAll("(?m)^zookeeper: .*$", "zookeeper: 127.0.0.1:" + port + "/drover"));
        return new ProcessBuilder(agent(later))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    @Override
    public void close() throws IOException {
        Path pid = instance().resolve("data/postmaster.pid");
        if (Files.exists(pid, LinkOption.NOFOLLOW_LINKS)) {
            Command.run(List.of("kill", "-QUIT", Files.readAllLines(pid).get(0).strip()));
        }
        Waiting.until("the server of the clone is gone", LIMIT, () -> server().isEmpty());
        Command.run(List.of("rm", "-rf", root.toString()));
    }
}
