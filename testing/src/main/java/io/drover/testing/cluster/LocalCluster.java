/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import static java.util.Objects.requireNonNull;

import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.replication.InstanceMonitors;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Drover installation on this machine: ZooKeeper, two controllers and three agents, each a process of its own, the nodes on
 * loopback addresses of their own, and one shard. {@link #close} leaves no process and no directory under {@code /var/tmp}.
 */
public final class LocalCluster implements AutoCloseable {
    /** What is copied here is small; how full the machine's disk is otherwise is not the cluster's business. */
    public static final String WAIVER_REASON = "a small copy on a disk that is used by others, too";

    /** The same in a request. */
    public static final String WAIVER = "{\"check\":\"P26-reserve\",\"reason\":\"" + WAIVER_REASON + "\"}";

    /** The shard. */
    public static final ShardId SHARD = new ShardId("shard_01");
    /** Its database. */
    public static final String DATABASE = "app";
    /** The role of its applications; owns nothing but may create tables in the database. */
    public static final String USER = "app";
    /** The node that the shard begins on. */
    public static final NodeId NODE_A = new NodeId("node_a");
    /** The second node. */
    public static final NodeId NODE_B = new NodeId("node_b");
    /** The third node. */
    public static final NodeId NODE_C = new NodeId("node_c");

    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    /** A database cluster is made meanwhile: on a busy machine that takes longer than other requests may. */
    private static final Duration SHARD_LIMIT = Duration.ofMinutes(2);

    private static final Duration ZOOKEEPER_SESSION = Duration.ofSeconds(10);
    /** Which word of a daemon's command names its configuration. */
    private static final int CONFIGURATION = 2;

    private final ClusterOptions options;
    private final OsUser user = OsUser.forPostgres();
    private final Secrets secrets = Secrets.random();
    private final ClusterDirectory directory;
    private final @Nullable ClusterNetwork network;
    private final ClusterLayout layout;
    private final @Nullable ClusterCertificates certificates;
    private final @Nullable ZooKeeperSecurity security;
    private final Map<String, DaemonProcess> daemons = new LinkedHashMap<>();
    private final Map<NodeId, NodeInfo.Instance> lastKnown = new ConcurrentHashMap<>();
    private final DroverRest rest;
    private final Thread closer = new Thread(this::removeEverything, "cluster-close");
    private boolean closed;

    private LocalCluster(ClusterOptions options) {
        this.options = options;
        this.directory = ClusterDirectory.create(options.prefix(), user);
        this.network = options.shape().isNamespaced() ? makeNetwork() : null;
        this.layout = network == null
                ? ClusterLayout.choose(directory.path(), options.usualPorts(), options.tls())
                : ClusterLayout.within(
                        network, directory.path(), options.shape().zookeeperIds(), options.tls());
        this.certificates = options.tls() ? new ClusterCertificates(user, directory.path()) : null;
        this.security = options.securedZooKeeper() ? makeSecurity() : null;
        DroverRest plain = new DroverRest(
                layout.controllers().stream().map(ClusterController::rest).toList(), secrets.token());
        this.rest = certificates == null ? plain : plain.trusting(certificates.ca());
        Runtime.getRuntime().addShutdownHook(closer);
    }

    private ZooKeeperSecurity makeSecurity() {
        try {
            return new ZooKeeperSecurity(
                    user,
                    directory.resolve("zookeeper-security"),
                    layout.nodes().stream().map(ClusterNode::id).toList());
        } catch (IllegalStateException e) {
            directory.remove();
            throw e;
        }
    }

    private ClusterNetwork makeNetwork() {
        List<String> members = new ArrayList<>(options.shape().zookeeperIds());
        members.addAll(ClusterLayout.CONTROLLERS);
        members.addAll(ClusterLayout.NODES);
        members.addAll(options.shape().clients());
        try {
            return ClusterNetwork.create(
                    directory.path(), members, options.shape().emulation());
        } catch (IllegalStateException e) {
            directory.remove();
            throw e;
        }
    }

    /** Starts the daemons, without a shard. */
    public static LocalCluster start(ClusterOptions options) {
        ClusterDirectory.removeAbandoned(options.prefix());
        LocalCluster cluster = new LocalCluster(options);
        try {
            cluster.prepareFiles();
            cluster.startDaemons();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** Makes {@link #SHARD} on {@link #NODE_A}, with its database and the application's role. */
    public ShardTopology createShard() {
        String request = "{\"node\":\"%s\",\"port\":%s,\"database\":\"%s\",\"initialize\":true}"
                .formatted(NODE_A, layout.shardPort(), DATABASE);
        ShardTopology topology = rest.within(SHARD_LIMIT)
                .put("/v1/shards/" + SHARD, request)
                .succeeded()
                .as(ShardTopology.class);
        psql(NODE_A).run(DATABASE, """
                        create role %1$s login password '%2$s';
                        grant connect, temporary, create on database %3$s to %1$s;
                        grant usage, create on schema public to %1$s;
                        """.formatted(USER, secrets.application(), DATABASE));
        return topology;
    }

    /** Makes a further shard in an instance of its own on {@link #NODE_A}, which nobody uses. */
    public void createIdleShard(int number) {
        List<String> hosts = nodes().stream().map(ClusterNode::host).toList();
        int port = network == null ? new Ports(false).choose(0, hosts) : layout.shardPort() + number;
        String request = "{\"node\":\"%s\",\"port\":%s,\"database\":\"%s\",\"initialize\":true}"
                .formatted(NODE_A, port, DATABASE);
        rest.within(SHARD_LIMIT).put("/v1/shards/idle_" + number, request).succeeded();
    }

    /** The REST interface of the controllers. */
    public DroverRest rest() {
        return rest;
    }

    /** The nodes in the order of their ids. */
    public List<ClusterNode> nodes() {
        return layout.nodes();
    }

    /** A node. */
    public ClusterNode node(NodeId id) {
        return layout.nodes().stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** The controllers. */
    public List<ClusterController> controllers() {
        return layout.controllers();
    }

    /** The connect string of ZooKeeper with the chroot. */
    public String zookeeper() {
        return layout.zookeeperAddress() + "/drover";
    }

    /** What secures ZooKeeper, where the options ask for it. */
    public ZooKeeperSecurity zookeeperSecurity() {
        return requireNonNull(security, "this cluster's ZooKeeper is open");
    }

    /** The network of the daemons when each has a namespace. */
    public ClusterNetwork network() {
        return requireNonNull(network, "the daemons share this machine's own network");
    }

    /** The ids of the ZooKeeper servers. */
    public List<String> zookeepers() {
        return options.shape().zookeeperIds();
    }

    /** The port of the shard, the same on every node. */
    public int shardPort() {
        return layout.shardPort();
    }

    /** A port of 127.0.0.1 that nobody uses, for a program beside the cluster. */
    public int freePort() {
        return new Ports(false).choose(0, List.of(ClusterController.LOOPBACK));
    }

    /** The CA of a cluster with TLS, and what it has issued. */
    public ClusterCertificates certificates() {
        return requireNonNull(certificates, "the cluster was started without TLS");
    }

    /** Where the project lies. */
    public Path projectRoot() {
        return options.projectRoot();
    }

    /** The password of {@link #USER}. */
    public String password() {
        return secrets.application();
    }

    /** Every secret of the cluster by what it is for, to look for them where they must not be. */
    public Map<String, String> secrets() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("token", secrets.token());
        all.put("password of drover", secrets.drover());
        all.put("password of drover_repl", secrets.replication());
        all.put("password of drover_rewind", secrets.rewind());
        all.put("password of drover_canary", secrets.canary());
        all.put("password of " + USER, secrets.application());
        if (security != null) {
            all.putAll(security.namedSecrets());
        }
        if (certificates != null) {
            all.putAll(PrivateKeys.in(certificates.directory()));
        }
        return all;
    }

    /** Whether daemons, their callers and PostgreSQL know each other by certificates. */
    public boolean hasTls() {
        return certificates != null;
    }

    /** Whether ZooKeeper has TLS and access control. */
    public boolean hasSecuredZooKeeper() {
        return security != null;
    }

    /** Connects to ZooKeeper with every right. */
    public ZooKeeperClient connectToZooKeeper() {
        return security == null
                ? ZooKeeperConnection.connect(zookeeper(), ZOOKEEPER_SESSION)
                : security.connectAsController(zookeeper());
    }

    /** The bearer token of REST and agents. */
    public String token() {
        return secrets.token();
    }

    /** The file that holds it. */
    public Path tokenFile() {
        return directory.resolve("secrets").resolve("token");
    }

    /** The private directory with data, secrets and configuration. */
    public Path directory() {
        return directory.path();
    }

    /** The directory of process ids and logs. */
    public Path controlDirectory() {
        return options.absoluteControlDirectory();
    }

    /** Who PostgreSQL runs as. */
    public OsUser osUser() {
        return user;
    }

    /** The ids of the daemons: {@code zookeeper}, {@code c1}, {@code node_a} and so on. */
    public List<String> daemons() {
        return List.copyOf(daemons.keySet());
    }

    /** The process id of a daemon. */
    public long pid(String daemon) {
        return daemon(daemon).pid();
    }

    /** Whether the daemon lives. */
    public boolean isAlive(String daemon) {
        return daemon(daemon).isAlive();
    }

    /** The command that starts a daemon, to be run in the project's root. */
    public List<String> startCommand(String daemon) {
        return daemon(daemon).command();
    }

    /** Kills a daemon (SIGKILL); PostgreSQL instances of an agent live on. */
    public void kill(String daemon) {
        daemon(daemon).kill();
    }

    /** Freezes a daemon (SIGSTOP). */
    public void freeze(String daemon) {
        daemon(daemon).freeze();
    }

    /** Thaws a frozen daemon (SIGCONT). */
    public void thaw(String daemon) {
        daemon(daemon).thaw();
    }

    /** Starts a daemon again with the same command; use {@link #waitHealthy} to wait for it. */
    public void restart(String daemon) {
        daemon(daemon).kill();
        daemon(daemon).start();
    }

    /**
     * Kills a daemon and starts it again with the jars of another version. Its configuration and what it remembers stay; it is the
     * command from now on.
     *
     * @param jars directory of the jars
     */
    public void restartWith(String daemon, Path jars) {
        DaemonProcess before = daemon(daemon);
        before.kill();
        try {
            Path home = user.directory(Files.createTempDirectory(directory.path(), "of-" + daemon + "-"), "rwxr-xr-x");
            Path configuration = options.projectRoot().resolve(before.command().get(CONFIGURATION));
            user.copyFiles(jars, home.resolve("lib"));
            user.directory(home.resolve("tmp"), "rwxr-xr-x");
            Path copy = user.secretFile(
                    user.directory(home.resolve("etc"), "rwxr-xr-x").resolve(configuration.getFileName()),
                    Files.readString(configuration));
            List<String> command = new ArrayList<>(before.command());
            command.set(CONFIGURATION, copy.toString());
            DaemonProcess next = new DaemonProcess(daemon, command, options.projectRoot(), controlDirectory());
            daemons.put(daemon, next);
            next.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + daemon + " with " + jars, e);
        }
    }

    /** Runs SQL as superuser on the shard's instance at the node. */
    public Psql psql(NodeId node) {
        return new Psql(user, socketDirectory(node), layout.shardPort());
    }

    /** The directory of the Unix socket of the shard's instance at the node. */
    public String socketDirectory(NodeId node) {
        return instance(node).socketDir();
    }

    /** The data directory of the shard's instance at the node. */
    public Path dataDirectory(NodeId node) {
        return Path.of(instance(node).dataDir());
    }

    /** What a controller reads instances with. */
    public InstanceMonitors monitors() {
        return new InstanceMonitors("drover", secrets.drover());
    }

    /** The password of the role that standbys log in with. */
    String replicationPassword() {
        return secrets.replication();
    }

    /** Opens a connection of {@link #USER} to the shard's instance at the node, past the kit. */
    public Connection connect(NodeId node, Map<String, String> properties) throws SQLException {
        Properties all = new Properties();
        all.putAll(properties);
        all.setProperty("user", USER);
        all.setProperty("password", secrets.application());
        return DriverManager.getConnection(jdbcUrl(node), all);
    }

    /** Opens a connection of {@link #USER} to the node that the topology names as primary. */
    public Connection connectToPrimary() throws SQLException {
        return connect(rest.shard(SHARD).primary().node(), Map.of());
    }

    /** The JDBC address of the shard's database at the node. */
    public String jdbcUrl(NodeId node) {
        return "jdbc:postgresql://" + node(node).host() + ":" + layout.shardPort() + "/" + DATABASE;
    }

    /**
     * Waits until ZooKeeper answers, a controller leads and every agent is there.
     *
     * @throws IllegalStateException with the end of the logs when that takes too long
     */
    public void waitHealthy() {
        Health health = new Health(rest, layout);
        if (!Waiting.within(START_LIMIT, health::isHealthy)) {
            throw new IllegalStateException("the cluster does not become healthy: " + health.lastProblem() + state());
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
        directory.endProcesses();
        directory.keepLogs(controlDirectory());
        directory.remove();
        for (String daemon : daemons.keySet()) {
            for (String suffix : List.of(".yml", ".cfg", ".pid")) {
                try {
                    Files.deleteIfExists(controlDirectory().resolve(daemon + suffix));
                } catch (IOException e) {
                    LOG.warn("cannot remove {}{}", daemon, suffix, e);
                }
            }
        }
    }

    private void prepareFiles() {
        Path libraries = options.projectRoot().resolve("daemon/target/dist/lib");
        if (!Files.isDirectory(libraries)) {
            throw new IllegalStateException("the project is not built: " + libraries + " is missing");
        }
        // the checkout may lie where PostgreSQL's user cannot read
        user.copyFiles(libraries, directory.resolve("lib"));
        if (network != null) {
            NamespacedJvm.prepare(options.projectRoot(), directory.path(), user);
            options.shape()
                    .emulation()
                    .ifPresent(emulation -> SlowDisk.prepare(emulation, directory.path(), user, members()));
            int size = options.shape().diskMegabytes();
            layout.nodes().forEach(node -> Mounts.makeDisk(node.dataRoot(), size));
            Mounts.makeDisk(directory.resolve("zookeeper"), size);
        }
        ConfigurationFiles files = new ConfigurationFiles(
                user, directory.path(), layout, secrets, certificates, Optional.ofNullable(security));
        Map<String, Path> written = files.write();
        try {
            Files.createDirectories(controlDirectory());
            try (Stream<Path> old = Files.list(controlDirectory())) {
                for (Path file : old.filter(path -> !Files.isDirectory(path)).toList()) {
                    Files.delete(file);
                }
            }
            for (Map.Entry<String, Path> file : written.entrySet()) {
                Files.createSymbolicLink(
                        options.projectRoot().resolve(link(file.getKey(), file.getValue())), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + controlDirectory(), e);
        }
        options.shape().zookeeperIds().forEach(id -> addDaemon(id, "zookeeper", written));
        layout.controllers().forEach(controller -> addDaemon(controller.id(), "server", written));
        layout.nodes().forEach(node -> addDaemon(node.id().value(), "agent", written));
    }

    private void addDaemon(String id, String role, Map<String, Path> files) {
        Path written = requireNonNull(files.get(id), "no configuration file was written");
        String pidFile = options.controlDirectory().resolve(id + ".pid").toString();
        List<String> command = network == null
                ? List.of("bin/drover", role, link(id, written).toString(), "--pid-file", pidFile)
                : slowed(
                        id,
                        new NamespacedJvm(network, directory.path(), user)
                                .command(
                                        id,
                                        role.equals("agent"),
                                        List.of(),
                                        List.of(options.shape().main().orElseThrow(), id, role, written.toString())));
        daemons.put(id, new DaemonProcess(id, command, options.projectRoot(), controlDirectory()));
    }

    private List<String> members() {
        List<String> members = new ArrayList<>(zookeepers());
        layout.controllers().forEach(controller -> members.add(controller.id()));
        layout.nodes().forEach(node -> members.add(node.id().value()));
        return members;
    }

    private List<String> slowed(String member, List<String> command) {
        return options.shape()
                .emulation()
                .map(emulation -> SlowDisk.command(directory.path(), member, command))
                .orElse(command);
    }

    /** The command so that PostgreSQL's user runs it as a program of the node, on its network and its disk. */
    List<String> onNode(NodeId node, List<String> command) {
        List<String> asUser = user.command(command);
        return slowed(node.value(), network == null ? asUser : network.inside(node.value(), asUser));
    }

    private Path link(String id, Path file) {
        String name = file.getFileName().toString();
        return options.controlDirectory().resolve(id + name.substring(name.lastIndexOf('.')));
    }

    private void startDaemons() {
        zookeepers().forEach(id -> daemon(id).start());
        for (ClusterLayout.Server server : layout.zookeepers()) {
            Waiting.until("ZooKeeper listens, see " + daemon(server.id()).log(), START_LIMIT, () -> listens(server));
        }
        daemons.values().stream().skip(zookeepers().size()).forEach(DaemonProcess::start);
        waitHealthy();
    }

    private String state() {
        List<String> dead = daemons.values().stream()
                .filter(daemon -> !daemon.isAlive())
                .map(DaemonProcess::id)
                .toList();
        return "; dead: " + dead + "; logs in " + controlDirectory();
    }

    private DaemonProcess daemon(String id) {
        DaemonProcess daemon = daemons.get(id);
        if (daemon == null) {
            throw new IllegalArgumentException("no daemon '" + id + "' among " + daemons.keySet());
        }
        return daemon;
    }

    private NodeInfo.Instance instance(NodeId node) {
        Optional<NodeInfo.Instance> found = rest.nodes().stream()
                .filter(info -> info.id().equals(node))
                .flatMap(info -> info.instances().stream())
                .filter(instance -> instance.shards().contains(SHARD))
                .findFirst();
        found.ifPresent(instance -> lastKnown.put(node, instance));
        // an agent that is away cannot be asked, but its instance stays where it was
        return Optional.ofNullable(lastKnown.get(node))
                .orElseThrow(() -> new IllegalStateException(SHARD + " has no instance on " + node));
    }

    private static boolean listens(ClusterLayout.Server server) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(server.host(), server.port()), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
