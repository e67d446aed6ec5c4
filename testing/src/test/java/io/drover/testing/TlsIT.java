/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static io.drover.testing.cluster.LocalCluster.NODE_A;
import static io.drover.testing.cluster.LocalCluster.NODE_B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.api.ShardTopology;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.contract.FaultyProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import nl.altindag.ssl.SSLFactory;
import nl.altindag.ssl.pem.util.PemUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A cluster whose daemons, callers and servers know each other by certificates of a CA of its own. */
class TlsIT {
    private static final String WRONG_HOST = "10.9.8.7";

    private static LocalCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = LocalCluster.start(ClusterOptions.secured("tls"));
        cluster.createShard();
        // whoever comes without TLS is not let in from here on, and copies bring the rule along
        Path rules = cluster.dataDirectory(NODE_A).resolveSibling("conf").resolve("pg_hba.conf");
        Files.writeString(rules, Files.readString(rules).replaceAll("(?m)^host ", "hostssl "));
        cluster.psql(NODE_A).run("postgres", "select pg_reload_conf()");
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @Test
    void aShardMovesAndComesBackOverVerifiedConnectionsWhileCertificatesAreReplaced() throws SQLException {
        try (Scene scene = Scene.on(cluster)) {
            Move baking = scene.awaitRollbackReady(scene.start(NODE_B, ""));

            assertThat(unprotected(NODE_B))
                    .as("sessions without TLS on the new primary")
                    .isEqualTo("0");
            assertThat(cluster.psql(NODE_A).run("postgres", "show primary_conninfo"))
                    .contains(
                            "sslmode='verify-full'",
                            "sslrootcert='" + cluster.certificates().caFile() + "'")
                    .doesNotContain("password");
            assertThat(cluster.psql(NODE_B).run("postgres", "show ssl_cert_file"))
                    .isEqualTo(cluster.certificates().file("node_b.server.crt").toString());

            standbyRefusesAnotherHostsServer(scene);
            for (ClusterNode node : cluster.nodes()) {
                String id = node.id().value();
                cluster.certificates().issue(id, "drover://agent/" + id, node.host());
                cluster.certificates().issue(id + ".server", "drover://agent/" + id, node.host());
            }
            cluster.certificates().issue("c1", "drover://controller/c1", "127.0.0.1");
            cluster.certificates().issue("c2", "drover://controller/c2", "127.0.0.1");
            reloadServer(NODE_B);
            Waiting.until(
                    "the old primary streams again",
                    Scene.WRITING_LIMIT,
                    () -> cluster.psql(NODE_B)
                            .run("postgres", "select count(*) from pg_stat_replication where state = 'streaming'")
                            .equals("1"));

            scene.awaitRollbackReady(baking);
            scene.rest().act(baking.id(), "rollback");
            scene.await(baking, MoveState.ROLLED_BACK);
            assertThat(scene.topology().primary().node()).isEqualTo(NODE_A);
            scene.awaitWrites(50);
        }
    }

    /** The right CA, the right port, and a certificate that names another machine. */
    private static void standbyRefusesAnotherHostsServer(Scene scene) {
        cluster.certificates().issue("node_b.server", "drover://agent/node_b", WRONG_HOST);
        reloadServer(NODE_B);
        cluster.psql(NODE_B).run("postgres", "select pg_terminate_backend(pid) from pg_stat_replication");
        Path log = cluster.dataDirectory(NODE_A).resolveSibling("postgresql.log");
        Waiting.until(
                "the standby refuses it, see " + log,
                Scene.WRITING_LIMIT,
                () -> read(log)
                        .contains("does not match host name \""
                                + cluster.node(NODE_B).host()));
        assertThat(cluster.psql(NODE_B).run("postgres", "select count(*) from pg_stat_replication"))
                .isEqualTo("0");
        assertThat(scene.topology().primary().node()).isEqualTo(NODE_B);
    }

    private static void reloadServer(NodeId node) {
        String loaded = cluster.psql(node).run("postgres", "select pg_conf_load_time()");
        cluster.psql(node).run("postgres", "select pg_reload_conf()");
        Waiting.until(
                "the server has read its files again",
                Scene.WRITING_LIMIT,
                () -> !cluster.psql(node)
                        .run("postgres", "select pg_conf_load_time()")
                        .equals(loaded));
    }

    private static String unprotected(NodeId node) {
        return cluster.psql(node).run("postgres", """
                        select count(*) from pg_stat_activity join pg_stat_ssl using (pid)
                         where client_addr is not null and not ssl""");
    }

    @Test
    void aSourceWhoseCertificateIsAnotherHostsIsNotCopied() {
        ClusterNode node = cluster.node(NODE_A);
        ShardTopology before = cluster.rest().shard(LocalCluster.SHARD);
        cluster.certificates().issue("node_a.server", "drover://agent/node_a", WRONG_HOST);
        reloadServer(NODE_A);
        try {
            DroverRest.Answer answer = cluster.rest()
                    .post(
                            "/v1/moves",
                            "{\"shard\":\"shard_01\",\"target\":\"node_b\",\"waive\":[%s]}"
                                    .formatted(LocalCluster.WAIVER));
            Move move = answer.status() == 201
                    ? cluster.rest().await(answer.as(Move.class).id(), MoveState.ABORTED, Scene.MOVE_LIMIT)
                    : null;
            assertThat(move == null ? answer.body() : String.valueOf(move.error()))
                    .contains("could not be verified");
            assertThat(cluster.rest().shard(LocalCluster.SHARD)).isEqualTo(before);
        } finally {
            cluster.certificates().issue("node_a.server", "drover://agent/node_a", node.host());
            reloadServer(NODE_A);
        }
    }

    /**
     * With all that lies on the disk of its original: the grant, and the data. That this is enough to start a second primary is shown
     * on its original's own machine, where nobody refuses it, because it reaches no ZooKeeper.
     */
    @Test
    void aCloneOfAnAgentIsRefusedAndStartsNothing() throws Exception {
        List<NodeInfo> before = cluster.rest().nodes();
        try (ClonedNode clone = ClonedNode.of(cluster, NODE_A)) {
            Command.Result ended = clone.runAgent();

            assertThat(ended.exitCode()).as(ended.output()).isNotIn(0, 124);
            assertThat(ended.output())
                    .contains(
                            "another agent is connected as node node_a",
                            cluster.node(NODE_A).agent(),
                            "a node has one agent");
            assertThat(clone.server())
                    .as("a process in the copy, behind %s: %s", ended.exitCode(), ended.output())
                    .isEmpty();
            assertThat(clone.log())
                    .as("where a server writes as the first thing")
                    .doesNotExist();
            assertThat(cluster.rest().nodes())
                    .usingRecursiveComparison()
                    .ignoringFields("disk")
                    .isEqualTo(before);

            Command.Result alone = clone.runAgentAlone();
            assertThat(alone.exitCode()).as(alone.output()).isNotIn(0, 124);
            assertThat(alone.output()).contains("was refused when it could ask last");
            assertThat(clone.server()).as("as long as ZooKeeper is away").isEmpty();

            clone.forgetRefusal();
            Command.Result elsewhere = clone.runAgentAloneOnAnotherMachine();
            assertThat(elsewhere.exitCode()).as(elsewhere.output()).isNotIn(0, 124);
            assertThat(elsewhere.output()).contains("is another machine's, and ZooKeeper does not answer");
            assertThat(clone.server()).as("a clone that could never ask").isEmpty();
            assertThat(clone.log()).doesNotExist();

            clone.runAgentUntilItHasStartedTheServer();
            assertThat(clone.server()).isPresent();
        }
    }

    /** The original blinks: its session lapses while it serves, and the node is free. It is the original's all the same. */
    @Test
    void aCloneThatWasRefusedTakesNoNodeThatIsFree() throws Exception {
        try (ClonedNode clone = ClonedNode.of(cluster, NODE_A)) {
            assertThat(clone.runAgent().exitCode()).isNotIn(0, 124);
            assertThat(clone.refusal()).exists();
            cluster.kill(NODE_A.value());
            try {
                Waiting.until("the node is free", Scene.WRITING_LIMIT, () -> !isAlive(NODE_A));

                Command.Result ended = clone.runAgent();

                assertThat(ended.exitCode()).as(ended.output()).isNotIn(0, 124);
                assertThat(ended.output())
                        .contains(
                                "does not take the node when that is free",
                                "remove the file refused from the stateDir of the one that is right");
                assertThat(clone.server()).isEmpty();
                assertThat(isAlive(NODE_A)).isFalse();
            } finally {
                cluster.restart(NODE_A.value());
                cluster.waitHealthy();
            }
        }
    }

    /** Nobody could refuse it, and it has started what it found (rule R8). When ZooKeeper is there it takes that back. */
    @Test
    void aCloneThatBeganWithoutZooKeeperStopsItsServerAndEndsWhenItIsRefused() throws Exception {
        List<NodeInfo> before = cluster.rest().nodes();
        int port = cluster.freePort();
        Path output = cluster.directory().resolve("clone-later.log");
        try (ClonedNode clone = ClonedNode.of(cluster, NODE_A)) {
            Process agent = clone.beginAgentThrough(port, output);
            try {
                Waiting.until(
                        "a second primary, see " + output,
                        Scene.MOVE_LIMIT,
                        () -> clone.server().isPresent());
                int server = Integer.parseInt(cluster.zookeeper().replaceAll(".*:([0-9]+)/.*", "$1"));
                try (FaultyProxy open = new FaultyProxy(port, server)) {
                    assertThat(agent.waitFor(Scene.MOVE_LIMIT.toSeconds(), TimeUnit.SECONDS))
                            .as("it ends, see %s %s", output, open)
                            .isTrue();
                }
            } finally {
                agent.destroyForcibly().waitFor();
            }
            assertThat(agent.exitValue()).isEqualTo(1);
            assertThat(clone.server()).as("see %s", output).isEmpty();
            assertThat(clone.refusal()).exists();
            assertThat(Files.readString(output))
                    .contains("this agent began while ZooKeeper was away, and is refused now");
        }
        assertThat(cluster.rest().nodes())
                .usingRecursiveComparison()
                .ignoringFields("disk")
                .isEqualTo(before);
    }

    private static boolean isAlive(NodeId node) {
        return cluster.rest().nodes().stream().anyMatch(known -> known.id().equals(node) && known.alive());
    }

    @Test
    void callersTrustTheCaOfTheInstallationAndNobodyComesPastTls() throws Exception {
        assertThat(drover("--ca-file", cluster.certificates().caFile().toString())
                        .exitCode())
                .isZero();
        Command.Result without = drover();
        assertThat(without.exitCode()).isNotZero();
        assertThat(without.output()).contains("no TLS connection with the controller", "--ca-file or DROVER_CA_FILE");

        String controller = cluster.controllers().get(0).rest();
        assertThat(status(controller.replace("https:", "http:") + "/v1/moves")).isNotEqualTo(200);
        String agent = cluster.node(NODE_A).agent();
        assertThat(status(agent + "/v1/node")).as("no certificate").isEqualTo(401);
        assertThat(status(agent + "/primary?shard=shard_01"))
                .as("a load balancer")
                .isIn(200, 503);
    }

    private static Command.Result drover(String... more) {
        List<String> command = new ArrayList<>(List.of(
                cluster.projectRoot().resolve("bin/drover").toString(),
                "shards",
                "--url",
                String.join(
                        ",",
                        cluster.controllers().stream()
                                .map(controller -> controller.rest())
                                .toList()),
                "--token-file",
                cluster.tokenFile().toString()));
        command.addAll(List.of(more));
        return Command.run(command);
    }

    /** 0 when the server does not even answer. */
    private static int status(String address) throws InterruptedException {
        SSLFactory trust = SSLFactory.builder()
                .withTrustMaterial(
                        PemUtils.parseTrustMaterial(cluster.certificates().ca()))
                .build();
        try {
            return HttpClient.newBuilder()
                    .sslContext(trust.getSslContext())
                    .build()
                    .send(
                            HttpRequest.newBuilder(URI.create(address))
                                    .header("Authorization", "Bearer " + cluster.token())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
