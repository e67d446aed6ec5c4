/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static java.util.Objects.requireNonNull;

import io.drover.api.NodeInfo;
import io.drover.testing.cluster.ClusterDirectory;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.OsUser;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.fake.AgentServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes whose control plane is measured: ZooKeeper, one controller with the heap that is the goal, the agents of all nodes, and
 * later the clients. {@link #close} leaves nothing of them, and none of them outlives this JVM.
 */
final class ControlPlane implements AutoCloseable {
    /** The controller's heap, in megabytes: the goal. */
    static final int CONTROLLER_HEAP = 512;

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration ORDER_LIMIT = Duration.ofMinutes(2);
    private static final String PREFIX = "drover-bench-control";
    private static final String HOST = "127.0.0.1";

    private final ClusterDirectory files;
    private final Path directory;
    private final Path logs;
    private final ControlOptions options;
    private final List<ChildJvm> children = new ArrayList<>();
    private final List<ChildJvm> clients = new ArrayList<>();
    private final List<Integer> zookeeperPorts = new ArrayList<>();
    private final Thread closer = new Thread(this::removeEverything, "control-plane-close");
    private @Nullable DroverRest rest;
    private @Nullable ChildJvm controller;
    private boolean closed;

    private ControlPlane(ControlOptions options, Path logs) throws IOException {
        this.options = options;
        this.logs = Files.createDirectories(logs);
        ClusterDirectory.removeAbandoned(PREFIX);
        this.files = ClusterDirectory.create(PREFIX, OsUser.forPostgres());
        this.directory = files.path();
        Runtime.getRuntime().addShutdownHook(closer);
    }

    /** Starts all but the clients. */
    static ControlPlane start(ControlOptions options, Path logs) throws IOException {
        ControlPlane plane = new ControlPlane(options, logs);
        try {
            plane.startZooKeeper();
            plane.startDaemons();
            return plane;
        } catch (IOException | RuntimeException e) {
            plane.close();
            throw e;
        }
    }

    private void startZooKeeper() throws IOException {
        int servers = options.ensemble() ? 3 : 1;
        List<Integer> ports = freePorts(servers * 3);
        String peers = "";
        if (servers > 1) {
            StringBuilder text = new StringBuilder("initLimit=20\nsyncLimit=10\n");
            for (int i = 0; i < servers; i++) {
                text.append("server.%s=%s:%s:%s%n"
                        .formatted(i + 1, HOST, ports.get(servers + 2 * i), ports.get(servers + 2 * i + 1)));
            }
            peers = text.toString();
        }
        for (int i = 0; i < servers; i++) {
            Path data = Files.createDirectories(directory.resolve("zookeeper-" + (i + 1)));
            Files.writeString(data.resolve("myid"), (i + 1) + "\n");
            Path file = Files.writeString(
                    directory.resolve("zookeeper-" + (i + 1) + ".cfg"),
                    """
                    tickTime=2000
                    dataDir=%s
                    clientPortAddress=%s
                    clientPort=%s
                    maxClientCnxns=0
                    maxSessionTimeout=60000
                    """.formatted(data, HOST, ports.get(i)) + peers);
            zookeeperPorts.add(ports.get(i));
            children.add(ChildJvm.start(
                    "zookeeper-" + (i + 1), logs, List.of("-Xmx1g"), List.of("zookeeper", file.toString())));
        }
        Waiting.until(
                "ZooKeeper serves, see " + logs,
                START_LIMIT,
                () -> ZooKeeperStat.of(zookeeperPorts).serves());
    }

    private void startDaemons() throws IOException {
        ChildJvm agents = child(
                "agents",
                List.of("-Xmx1g", "-Xss512k"),
                List.of("agents", zookeeper(), Integer.toString(nodes()), Integer.toString(options.copySeconds())));
        List<Integer> ports = freePorts(2);
        Path token = Files.createFile(
                directory.resolve("token"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token, AgentServer.BEARER + "\n");
        Path file = Files.writeString(directory.resolve("controller.yml"), """
                id: c1
                zookeeper: {connect: "%s", sessionTimeout: 10s}
                rest: http://%2$s:%3$s
                tokenFile: %4$s
                postgres: {passwordFile: %4$s}
                server:
                  minThreads: 4
                  maxThreads: 32
                  applicationConnectors:
                    - {type: http, bindHost: %2$s, port: %3$s, acceptorThreads: 1, selectorThreads: 1}
                  adminConnectors:
                    - {type: http, bindHost: %2$s, port: %5$s, acceptorThreads: 1, selectorThreads: 1}
                  requestLog: {appenders: []}
                """.formatted(
                        zookeeper(), HOST, ports.get(0), token, ports.get(1)));
        DroverRest made = new DroverRest(List.of("http://" + HOST + ":" + ports.get(0)), AgentServer.BEARER);
        controller = child(
                "controller",
                // one that is too small ends it, and then the moves: no goal is met by chance
                List.of("-Xmx" + CONTROLLER_HEAP + "m", "-XX:+ExitOnOutOfMemoryError"),
                List.of("controller", file.toString(), agents.ask("address", ORDER_LIMIT)));
        rest = made;
        Waiting.until(
                "the controller leads and sees every agent, see " + logs,
                START_LIMIT,
                () -> made.get("/v1/nodes").status() == 200
                        && made.nodes().stream().filter(NodeInfo::alive).count() == nodes());
    }

    private ChildJvm child(String name, List<String> javaOptions, List<String> arguments) {
        ChildJvm child = ChildJvm.start(name, logs, javaOptions, arguments);
        children.add(child);
        return child.ready();
    }

    /** Starts the clients; returns when each has registered for its shards and seen them. */
    void startClients() {
        int jvms = Math.min(options.clientJvms(), options.clients());
        for (int i = 0; i < jvms; i++) {
            int first = options.clients() * i / jvms;
            int count = options.clients() * (i + 1) / jvms - first;
            // about five threads for each client
            ChildJvm child = ChildJvm.start(
                    "clients-" + (i + 1),
                    logs,
                    List.of("-Xmx512m", "-Xss256k"),
                    List.of(
                            "clients",
                            zookeeper(),
                            Integer.toString(first),
                            Integer.toString(count),
                            Integer.toString(options.shardsPerClient()),
                            Integer.toString(options.shards())));
            children.add(child);
            clients.add(child);
        }
        clients.forEach(ChildJvm::ready);
    }

    /** What the clients have seen since the last call. */
    List<Seen> seen() {
        List<Seen> all = new ArrayList<>();
        for (ChildJvm client : clients) {
            Path file = directory.resolve("seen-" + client.pid());
            client.ask("write " + file, ORDER_LIMIT);
            all.addAll(Seen.read(file));
        }
        return all;
    }

    /** Shards that a client holds and is not registered for right now, over all clients. */
    int missingRegistrations() {
        return clients.stream()
                .mapToInt(client -> Integer.parseInt(client.ask("missing", ORDER_LIMIT)))
                .sum();
    }

    /** Two for each move. */
    int nodes() {
        return Math.max(2, options.moves() * 2);
    }

    String zookeeper() {
        return zookeeperPorts.stream().map(port -> HOST + ":" + port).collect(Collectors.joining(",")) + "/drover";
    }

    ZooKeeperStat zookeeperStat() {
        return ZooKeeperStat.of(zookeeperPorts);
    }

    DroverRest rest() {
        return requireNonNull(rest, "not started");
    }

    long controllerPid() {
        return requireNonNull(controller, "not started").pid();
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    @Override
    public void close() {
        removeEverything();
        try {
            Runtime.getRuntime().removeShutdownHook(closer);
        } catch (IllegalStateException e) {
            LOG.trace("the shutdown has begun already", e);
        }
    }

    private synchronized void removeEverything() {
        if (closed) {
            return;
        }
        closed = true;
        List<ChildJvm> lastFirst = new ArrayList<>(children);
        Collections.reverse(lastFirst);
        lastFirst.forEach(ChildJvm::close);
        files.remove();
    }
}
