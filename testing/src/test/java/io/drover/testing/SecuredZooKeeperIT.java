/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.ZooKeeperSecurity;
import io.drover.testing.ledger.Ledger;
import io.drover.testing.ledger.LedgerOptions;
import io.drover.testing.ledger.LedgerSchema;
import io.drover.topology.CuratorClient;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Daemons, a client and a person with TLS and access control in ZooKeeper, and others without. */
class SecuredZooKeeperIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int ROWS = 5_000;
    /** The first byte of a TLS record that begins a handshake; ZooKeeper's own protocol begins with a length. */
    private static final int HANDSHAKE = 0x16;

    private static LocalCluster cluster;
    private static ZooKeeperSecurity security;

    @BeforeAll
    static void start() throws SQLException {
        cluster = LocalCluster.start(ClusterOptions.test("secured-zookeeper").withSecuredZooKeeper());
        security = cluster.zookeeperSecurity();
        cluster.createShard();
        try (Connection connection = cluster.connect(LocalCluster.NODE_A, Map.of())) {
            LedgerSchema.create(connection, ROWS);
        }
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static ShardDataSource kit(String name) {
        return ShardDataSource.open(
                security.client(ShardDataSourceConfig.builder(cluster.zookeeper(), LocalCluster.SHARD)
                                .credentials(LocalCluster.USER, cluster.password())
                                .name(name)
                                .poolSize(4)
                                .allowedHosts(List.of("127.0.0.0/24")))
                        .build());
    }

    @Test
    void aShardMovesAndComesBackWithoutAnErrorAndNoSecretIsInZooKeeper() throws Exception {
        try (ShardDataSource kit = kit("mover")) {
            Duration pause = Duration.ofMillis(2);
            Ledger ledger = Ledger.start(new LedgerOptions(1, 2, 1, ROWS, 1, pause, pause), kit);
            NodeId from = cluster.rest().shard(LocalCluster.SHARD).primary().node();
            NodeId to = cluster.nodes().stream()
                    .map(ClusterNode::id)
                    .filter(node -> !node.equals(from))
                    .findFirst()
                    .orElseThrow();
            Move move = cluster.rest()
                    .createMove("{\"shard\":\"%s\",\"target\":\"%s\",\"waive\":[%s],\"maxWritePause\":\"10s\"}"
                            .formatted(LocalCluster.SHARD, to, LocalCluster.WAIVER));
            cluster.rest().await(move.id(), "ready for a rollback", LIMIT, SecuredZooKeeperIT::isReady, seen -> {});
            Map<String, String> during = znodes();
            cluster.rest().act(move.id(), "rollback");
            cluster.rest().await(move.id(), MoveState.ROLLED_BACK, LIMIT);
            Waiting.pause(Duration.ofSeconds(1));
            ledger.stop();

            assertThat(ledger.errorTexts()).isEmpty();
            assertThat(ledger.acked()).isPositive();
            assertThat(cluster.rest().shard(LocalCluster.SHARD).primary().node())
                    .isEqualTo(from);
            assertNoSecret(during);
            assertNoSecret(znodes());
        }
        assertThat(access("check").exitCode()).as(access("check").output()).isZero();
    }

    private static boolean isReady(Move move) {
        return move.state() == MoveState.BAKING
                && move.rollback() != null
                && move.rollback().ready();
    }

    private static void assertNoSecret(Map<String, String> znodes) {
        List<String> secrets = new ArrayList<>(security.secrets());
        secrets.addAll(List.of(cluster.password(), cluster.token(), "PRIVATE KEY"));
        assertThat(znodes).containsKeys("/topology/shard_01", "/leader-epoch").hasSizeGreaterThan(20);
        znodes.forEach((path, text) -> assertThat(path + " " + text).doesNotContain(secrets));
    }

    /** All of the tree, by path. */
    private static Map<String, String> znodes() throws Exception {
        Map<String, String> found = new TreeMap<>();
        try (ZooKeeperClient client = security.connectAsController(cluster.zookeeper())) {
            collect(((CuratorClient) client).handle(), "/", found);
        }
        return found;
    }

    private static void collect(ZooKeeper handle, String path, Map<String, String> found) throws Exception {
        try {
            byte[] data = handle.getData(path, false, null);
            found.put(path, data == null ? "" : new String(data, StandardCharsets.UTF_8));
            for (String child : handle.getChildren(path, false)) {
                collect(handle, path.equals("/") ? "/" + child : path + "/" + child, found);
            }
        } catch (KeeperException.NoNodeException e) {
            found.remove(path);
        }
    }

    /** By a new CA, whose clients alone the server lets in after it: with its former certificate nobody would come back. */
    @Test
    void certificatesAreRenewedWhileDaemonsAndClientsRun() throws Exception {
        List<NodeId> nodes = cluster.nodes().stream().map(ClusterNode::id).toList();
        try (ShardDataSource kit = kit("renewed")) {
            List<Long> before = List.of(cluster.pid("c1"), cluster.pid("c2"), cluster.pid("node_a"));
            security.makeCa("next-ca");
            security.trustServers(ZooKeeperSecurity.CA, "next-ca");
            security.trust("next-ca");
            cluster.restart("zookeeper");
            Waiting.until("the client is cut off", LIMIT, () -> !kit.stats().connected());
            Waiting.pause(Duration.ofSeconds(2));
            assertThat(kit.stats().connected())
                    .as("with a certificate that is not trusted any more")
                    .isFalse();

            security.issueAll("next-ca", nodes);
            security.trustServers("next-ca");
            cluster.restart("zookeeper");
            Waiting.until("the client is back", LIMIT, () -> kit.stats().connected());
            cluster.waitHealthy();
            assertThat(List.of(cluster.pid("c1"), cluster.pid("c2"), cluster.pid("node_a")))
                    .isEqualTo(before);
        }
    }

    @Test
    void nobodyComesInWithoutACertificateACommonCaAndTheServersName() {
        assertStaysOut(ZooKeeperConnection.connect(cluster.zookeeper(), Duration.ofSeconds(10)));
        // its certificate is for 127.0.0.1
        assertStaysOut(security.connectAsController(cluster.zookeeper().replace("127.0.0.1", "localhost")));
    }

    private static void assertStaysOut(ZooKeeperClient client) {
        try (client) {
            assertThat(client.isConnected()).isFalse();
        }
    }

    @Test
    void whoeverHasACertificateAndACredentialWatches() {
        List<String> command = new ArrayList<>(List.of(
                "timeout",
                "20",
                cluster.projectRoot().resolve("bin/drover").toString(),
                "watch",
                "shard_01",
                "--zookeeper",
                cluster.zookeeper()));
        command.addAll(security.watchOptions());
        assertThat(Command.run(command).output()).contains("shard_01 epoch", "SERVING, primary node_");
    }

    @Test
    void aCertificateAloneReadsAndWritesNothing() throws Exception {
        try (ZooKeeperClient nobody = security.connectAsNobody(cluster.zookeeper())) {
            Waiting.until("it is connected", LIMIT, nobody::isConnected);
            ZooKeeper handle = ((CuratorClient) nobody).handle();
            assertThatThrownBy(() -> handle.getData("/topology/shard_01", false, null))
                    .isInstanceOf(KeeperException.NoAuthException.class);
            assertThatThrownBy(() -> handle.setData("/topology/shard_01", new byte[0], -1))
                    .isInstanceOf(KeeperException.NoAuthException.class);
            assertThatThrownBy(() -> handle.getChildren("/", false))
                    .isInstanceOf(KeeperException.NoAuthException.class);
        }
    }

    /** To a listener that takes anything: a handshake is all that ever comes, however often it is tried. */
    @Test
    void aClientWithTlsSaysNothingInPlainText() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            List<Integer> firsts = Collections.synchronizedList(new ArrayList<>());
            Thread accepting = new Thread(() -> accept(listener, firsts));
            accepting.setDaemon(true);
            accepting.start();
            assertStaysOut(security.connectAsController("127.0.0.1:" + listener.getLocalPort() + "/drover"));
            assertThat(firsts).hasSizeGreaterThan(1).containsOnly(HANDSHAKE);
        }
    }

    private static void accept(ServerSocket listener, List<Integer> firsts) {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept();
                    InputStream in = socket.getInputStream()) {
                int first = in.read();
                if (first >= 0) {
                    firsts.add(first);
                }
            } catch (IOException e) {
                // closed at the end of the test, or by the client
            }
        }
    }

    @Test
    void noControllerLeadsOverATreeThatAnybodyCanWrite() throws Exception {
        ShardTopology before = cluster.rest().shard(LocalCluster.SHARD);
        try (ZooKeeperClient client = security.connectAsController(cluster.zookeeper())) {
            ((CuratorClient) client).handle().setACL("/topology", ZooDefs.Ids.OPEN_ACL_UNSAFE, -1);
        }
        cluster.restart("c1");
        cluster.restart("c2");
        for (ClusterController controller : cluster.controllers()) {
            Waiting.until(
                    controller.id() + " refuses to lead",
                    LIMIT,
                    () -> refusal(controller).contains("/topology is open to anybody: world:anyone cdrwa"));
        }
        assertThat(cluster.rest().get("/v1/shards").status()).isEqualTo(503);
        Command.Result check = access("check");
        assertThat(check.exitCode()).as(check.output()).isEqualTo(3);
        assertThat(check.output()).contains("/topology is open to anybody");

        Command.Result tightened = access("tighten");
        assertThat(tightened.exitCode()).as(tightened.output()).isZero();
        assertThat(tightened.output()).contains("closed /topology");
        cluster.waitHealthy();
        assertThat(cluster.rest().shard(LocalCluster.SHARD)).isEqualTo(before);
    }

    private static String refusal(ClusterController controller) {
        try {
            return cluster.rest().at(controller.admin()).get("/healthcheck").body();
        } catch (UncheckedIOException e) {
            return "not there yet";
        }
    }

    private static Command.Result access(String what) {
        return Command.run(List.of(
                cluster.projectRoot().resolve("bin/drover").toString(),
                "zookeeper-access",
                what,
                cluster.directory().resolve("etc/c1.yml").toString()));
    }
}
