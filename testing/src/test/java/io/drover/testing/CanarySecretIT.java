/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.InstanceId;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.daemon.access.TokenDigest;
import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.ClusterOptions;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.WorldSnapshot;
import io.drover.topology.CuratorClient;
import io.drover.topology.ZooKeeperClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every secret of a cluster is a text that is nowhere else. After a move with its rollback it is nowhere but in the files that hold it by
 * design; what the hunt would have seen it sees of one that is planted.
 */
class CanarySecretIT {
    private static final Logger LOG = LoggerFactory.getLogger(CanarySecretIT.class);
    private static final List<String> VIEWS = List.of(
            "select * from pg_stat_activity",
            "select name, setting, boot_val, reset_val from pg_settings",
            "select * from pg_file_settings",
            "select * from pg_stat_wal_receiver",
            "select * from pg_stat_replication",
            "select * from pg_db_role_setting",
            "select * from pg_hba_file_rules");

    @Test
    void noSecretIsFoundAfterAMoveAndItsRollback() throws Exception {
        try (Scene scene = Scene.open()) {
            hunt(scene);
        } finally {
            SharedCluster.discard();
        }
    }

    /** Keys of TLS, credentials of ZooKeeper, a caller's token of which the controllers know the hash. */
    @Test
    void neitherIsOneWhereEverythingIsProtected() throws Exception {
        try (LocalCluster cluster =
                LocalCluster.start(ClusterOptions.secured("canaries").withSecuredZooKeeper())) {
            cluster.createShard();
            listCallers(cluster);
            try (Scene scene = Scene.on(cluster)) {
                hunt(scene);
            }
            assertThat(Files.readString(auditLog(cluster))).contains("\"caller\":\"tester\"", "\"result\":\"done\"");
        }
    }

    private static Path auditLog(LocalCluster cluster) {
        return cluster.directory().resolve("tmp/audit.log");
    }

    /** The one token becomes that of a caller in an access file, on both controllers. */
    private static void listCallers(LocalCluster cluster) throws IOException {
        // controllers run as whoever runs this
        Path access = Files.createFile(
                cluster.directory().resolve("etc/access.yml"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(access, """
                callers:
                  - {name: tester, token: "%s", roles: {operator: ["*"], approver: ["*"], admin: ["*"]}}
                """.formatted(TokenDigest.of(cluster.token())));
        for (ClusterController controller : cluster.controllers()) {
            Path file = cluster.directory().resolve("etc/" + controller.id() + ".yml");
            String before = Files.readString(file);
            cluster.osUser()
                    .secretFile(
                            file, before + "accessFile: " + access + "\naudit: {file: " + auditLog(cluster) + "}\n");
            cluster.restart(controller.id());
        }
        cluster.waitHealthy();
    }

    private static void hunt(Scene scene) throws Exception {
        String planted = "planted-" + UUID.randomUUID();
        Map<String, String> secrets = new HashMap<>(scene.cluster().secrets());
        secrets.put("planted one", planted);
        SecretHunt hunt = new SecretHunt(secrets);
        try (ProcessWatch watch = new ProcessWatch(hunt)) {
            // whatever is said to PostgreSQL stands in its log, and a copy takes the setting along
            scene.cluster().psql(scene.primary()).run("postgres", "alter system set log_statement = 'all'");
            scene.cluster().psql(scene.primary()).run("postgres", "select pg_reload_conf()");
            List<String> views = new ArrayList<>();
            Move move = moveAndRollBack(scene, hunt, views);
            watch.awaitRound();

            assertThat(watch.programs()).contains("java", "postgres", "pg_basebackup", "pg_verifybackup");
            assertThat(watch.environments())
                    .as("environments that were read; not: %s", watch.denied())
                    .contains("java", "postgres", "pg_basebackup", "pg_verifybackup");
            assertThat(watch.found()).isEmpty();
            assertThat(views).isEmpty();
            assertThat(everywhere(scene, hunt, move.id())).isEmpty();
            LOG.info("read {} argument lists and environments of {}", watch.read(), watch.programs());

            plantAndFind(scene, hunt, watch, move.id(), planted);
        }
    }

    private static Move moveAndRollBack(Scene scene, SecretHunt hunt, List<String> views) {
        NodeId source = scene.primary();
        NodeId target = scene.other();
        Move move = scene.awaitRollbackReady(
                scene.start(target, "\"verify\":{\"level\":\"counts\",\"canaries\":[\"select 1\"]}"));
        views.addAll(commandLine(scene.cluster(), hunt));
        for (NodeId node : List.of(source, target)) {
            views.addAll(views(scene, hunt, node));
        }
        scene.rest().act(move.id(), "rollback");
        scene.await(move, MoveState.ROLLED_BACK);
        views.addAll(views(scene, hunt, source));
        return move;
    }

    /** What a person starts, and what it says. */
    private static List<String> commandLine(LocalCluster cluster, SecretHunt hunt) {
        List<String> command = new ArrayList<>(List.of(
                cluster.projectRoot().resolve("bin/drover").toString(),
                "shards",
                "--url",
                cluster.controllers().get(0).rest(),
                "--token-file",
                cluster.tokenFile().toString()));
        if (cluster.hasTls()) {
            command.addAll(List.of("--ca-file", cluster.certificates().caFile().toString()));
        }
        Command.Result result = Command.run(command);
        assertThat(result.exitCode()).as(result.output()).isZero();
        return hunt.in("the command line", result.output());
    }

    private static List<String> views(Scene scene, SecretHunt hunt, NodeId node) {
        List<String> found = new ArrayList<>();
        for (String view : VIEWS) {
            found.addAll(
                    hunt.in(view + " on " + node, scene.cluster().psql(node).run(LocalCluster.DATABASE, view)));
        }
        return found;
    }

    /** What lies or can be asked anywhere after the move. */
    private static List<String> everywhere(Scene scene, SecretHunt hunt, MoveId move) {
        LocalCluster cluster = scene.cluster();
        List<String> found = new ArrayList<>();
        WorldSnapshot.of(cluster).facts().forEach((name, fact) -> {
            if (name.startsWith("znode ")) {
                found.addAll(hunt.in(name, name + fact));
            }
        });
        found.addAll(hunt.below(cluster.directory(), file -> isByDesign(cluster, file)));
        found.addAll(hunt.below(cluster.controlDirectory(), file -> false));
        found.addAll(answers(scene, hunt, move));
        found.addAll(views(scene, hunt, scene.primary()));
        return found;
    }

    /** The files that the configuration names for secrets, and libpq's password file beside each instance. */
    private static boolean isByDesign(LocalCluster cluster, Path file) {
        return file.startsWith(cluster.directory().resolve("secrets"))
                || cluster.hasTls() && file.startsWith(cluster.certificates().directory())
                || cluster.hasSecuredZooKeeper()
                        && file.startsWith(cluster.zookeeperSecurity().directory())
                || file.getFileName().toString().equals("passfile")
                        && file.getParent().getFileName().toString().equals("conf");
    }

    private static List<String> answers(Scene scene, SecretHunt hunt, MoveId move) {
        DroverRest rest = scene.rest();
        InstanceId instance = scene.topology().instance();
        List<String> found = new ArrayList<>();
        for (ClusterController controller : scene.cluster().controllers()) {
            for (String path : List.of(
                    "/v1/moves",
                    "/v1/moves/" + move,
                    "/v1/moves/" + move + "/events",
                    "/v1/moves/no-such-move",
                    "/v1/shards",
                    "/v1/nodes",
                    "/v1/topology",
                    "/openapi.json")) {
                found.addAll(answer(
                        hunt,
                        controller.rest() + path,
                        rest.at(controller.rest()).get(path)));
            }
            DroverRest stranger = rest.at(controller.rest()).withToken("wrong");
            found.addAll(answer(hunt, "an answer to a wrong token", stranger.get("/v1/moves")));
            for (String path : List.of("/metrics", "/healthcheck", "/threads")) {
                found.addAll(answer(
                        hunt,
                        controller.admin() + path,
                        rest.at(controller.admin()).get(path)));
            }
        }
        for (ClusterNode node : scene.cluster().nodes()) {
            for (String path : List.of(
                    "/v1/node",
                    "/v1/node/memory",
                    "/v1/node/acts",
                    "/v1/instances/" + instance,
                    "/v1/instances/" + instance + "/facts",
                    "/v1/instances/" + instance + "/job")) {
                found.addAll(
                        answer(hunt, node.agent() + path, rest.at(node.agent()).get(path)));
            }
        }
        return found;
    }

    private static List<String> answer(SecretHunt hunt, String where, DroverRest.Answer answer) {
        return hunt.in(where, answer.headers() + answer.body());
    }

    /** The negative control: the same hunt, of a secret that is everywhere. */
    private static void plantAndFind(Scene scene, SecretHunt hunt, ProcessWatch watch, MoveId move, String planted)
            throws Exception {
        LocalCluster cluster = scene.cluster();
        Path log = cluster.controlDirectory().resolve("planted.log");
        Files.writeString(log, "a line\n" + planted + "\n", StandardOpenOption.CREATE);
        cluster.psql(scene.primary()).run("postgres", "alter system set cluster_name = '" + planted + "'");
        Process named = start(List.of("/bin/sh", "-c", "sleep 60", planted), Map.of());
        Process environment = start(List.of("/bin/sleep", "60"), Map.of("PGPASSWORD", planted));
        try (ZooKeeperClient client = cluster.connectToZooKeeper()) {
            ZooKeeper zooKeeper = ((CuratorClient) client).handle();
            String znode = "/participants/" + LocalCluster.SHARD + "/planted";
            create(zooKeeper, znode, planted);

            watch.awaitRound();
            List<String> found = everywhere(scene, hunt, move);
            DroverRest.Answer echo = scene.rest().get("/v1/moves?state=" + planted);

            assertThat(watch.found())
                    .contains(
                            "cmdline of process " + named.pid() + " holds the planted one",
                            "environ of process " + environment.pid() + " holds the planted one");
            assertThat(answer(hunt, "an answer", echo)).containsExactly("an answer holds the planted one");
            assertThat(found)
                    .contains(
                            "znode " + znode + " holds the planted one",
                            log + " holds the planted one",
                            "select * from pg_file_settings on " + scene.primary() + " holds the planted one",
                            cluster.dataDirectory(scene.primary()).resolve("postgresql.auto.conf")
                                    + " holds the planted one")
                    .anyMatch(line -> line.contains("postgresql.log holds the planted one"))
                    .allMatch(line -> line.endsWith("holds the planted one"));
            zooKeeper.delete(znode, -1);
        } finally {
            named.destroyForcibly();
            environment.destroyForcibly();
            Files.delete(log);
        }
    }

    private static Process start(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static void create(ZooKeeper zooKeeper, String path, String content)
            throws KeeperException, InterruptedException {
        zooKeeper.create(
                path, content.getBytes(StandardCharsets.UTF_8), ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
    }
}
