/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.EventStream;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.WorldSnapshot;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.RogueWays;
import io.drover.testing.ledger.RogueWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A move under load from its begin to its ends, and what callers of REST see of it. */
class MoveIT {
    private static final int SEVERAL_HOSTS = 200;

    @Test
    void movesAShardUnderLoadAndBackAndThereAgain() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            long epoch = scene.topology().epoch().value();
            Map<String, String> before = ofRoles(scene);
            RogueWriter knowing = startWithSeveralHosts(scene);

            Move baking = scene.awaitRollbackReady(scene.start(target, ""));
            assertThat(baking.source()).isEqualTo(source);
            assertCleanCutover(baking.cutover());
            assertServes(scene, target, epoch + 2);
            assertThat(scene.topology().replicas())
                    .extracting(ShardTopology.Replica::node, ShardTopology.Replica::role)
                    .containsExactly(tuple(source, ShardTopology.ReplicaRole.ROLLBACK));
            awaitHealth(scene, source, "replica", 200);
            awaitHealth(scene, source, "primary", 503);
            scene.awaitWrites(100);
            assertThat(baking.history())
                    .as("clients had their connections to the target before they needed them")
                    .noneMatch(line -> line.event().contains("without a warm pool"));
            assertThat(lastError(knowing))
                    .as("of a session that ended with the source")
                    .isNotEmpty();
            assertReadsFollowTheWeight(scene, source);

            scene.rest().act(baking.id(), "rollback");
            Move rolledBack = scene.await(baking, MoveState.ROLLED_BACK);
            assertThat(rolledBack.source()).isEqualTo(source);
            assertThat(rolledBack.rollback()).isNotNull();
            assertCleanCutover(rolledBack.rollback().cutover());
            assertServes(scene, source, epoch + 4);
            assertThat(WorldSnapshot.differences(before, ofRoles(scene))).isEmpty();
            assertThat(setAside(scene, target, rolledBack)).isDirectory();
            scene.awaitWrites(100);

            Move again = scene.moveTo(target);
            assertCleanCutover(again.cutover());
            assertServes(scene, target, epoch + 6);
            assertThat(slots(scene, target)).isEmpty();
            assertThat(setAside(scene, source, again)).isDirectory();
            assertHasTheContractsMembers(scene, again);
            assertThat(scene.topology().replicas()).isEmpty();
            assertThat(scene.topology().move()).isNull();
            assertMeasured(scene);
        }
    }

    /** Connects without Drover, as its documentation tells: by a list of hosts, of which the driver takes the primary. */
    private static RogueWriter startWithSeveralHosts(Scene scene) {
        LocalCluster cluster = scene.cluster();
        String hosts = cluster.nodes().stream()
                .map(node -> node.host() + ":" + cluster.shardPort())
                .collect(Collectors.joining(","));
        String url = "jdbc:postgresql://" + hosts + "/" + LocalCluster.DATABASE
                + "?targetServerType=primary&loginTimeout=2&hostRecheckSeconds=0";
        AckLog log = new AckLog(SEVERAL_HOSTS);
        RogueWriter writer = RogueWriter.start(
                "several-hosts",
                log,
                () -> DriverManager.getConnection(url, LocalCluster.USER, cluster.password()),
                new RogueWays(scene.run()).autocommit(log),
                Duration.ofMillis(40));
        Waiting.until("it writes", Scene.WRITING_LIMIT, () -> log.count(AckLog.Outcome.ACKED) > 0);
        return scene.count(writer);
    }

    /** It goes on at the new primary, once its session has ended. */
    private static String lastError(RogueWriter writer) {
        long acked = writer.log().count(AckLog.Outcome.ACKED);
        Waiting.until(
                "it writes again: " + writer.lastError(),
                Scene.WRITING_LIMIT,
                () -> writer.log().count(AckLog.Outcome.ACKED) > acked + 10);
        return writer.lastError();
    }

    /** Reads are the primary's until a replica has a weight; then they are the replica's. */
    private static void assertReadsFollowTheWeight(Scene scene, NodeId replica) throws SQLException {
        assertThat(readsFromAStandby(scene)).isFalse();
        try (TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            probe.setReadWeight(replica, 1);
            Waiting.until("reads go to the replica", Scene.WRITING_LIMIT, () -> readsFromAStandby(scene));
            probe.setReadWeight(replica, 0);
            Waiting.until("reads go to the primary", Scene.WRITING_LIMIT, () -> !readsFromAStandby(scene));
        }
    }

    private static boolean readsFromAStandby(Scene scene) {
        try (Connection connection = scene.kit().readers().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw new IllegalStateException("no read", e);
        }
    }

    /** The admin port of whoever led tells of the pauses and steps; every daemon's says that it is well. */
    private static void assertMeasured(Scene scene) {
        List<ClusterController> controllers = scene.cluster().controllers();
        controllers.forEach(controller -> awaitWell(scene, controller.admin()));
        Waiting.until("one controller leads", Scene.WRITING_LIMIT, () -> leaders(scene) == 1);
        // the lead may have gone over since the moves: each tells of what it did itself
        String metrics = controllers.stream()
                .map(controller -> metrics(scene, controller))
                .collect(Collectors.joining("\n"));
        assertThat(metrics)
                .containsPattern("\ndrover_pause_millis_count ([1-9][0-9]*)\n")
                .containsPattern("\ndrover_step_count\\{step=\"110\"} [1-9]")
                .containsPattern("\ndrover_copied_bytes(_total)? [1-9]");
        scene.cluster().nodes().forEach(node -> awaitWell(scene, node.admin()));
    }

    private static long leaders(Scene scene) {
        return scene.cluster().controllers().stream()
                .filter(controller -> metrics(scene, controller).contains("\ndrover_leader 1.0\n"))
                .count();
    }

    private static String metrics(Scene scene, ClusterController controller) {
        DroverRest.Answer metrics = scene.rest().at(controller.admin()).get("/metrics");
        assertThat(metrics.status()).as(metrics.body()).isEqualTo(200);
        assertThat(metrics.headers().get("content-type").get(0)).startsWith("text/plain");
        return metrics.body();
    }

    private static void awaitWell(Scene scene, String admin) {
        DroverRest daemon = scene.rest().at(admin);
        Waiting.until(
                admin + " is well",
                Scene.WRITING_LIMIT,
                () -> daemon.get("/healthcheck").status() == 200);
    }

    @Test
    void tellsEveryControllersListenersTheSameStoredEvents() throws SQLException {
        try (Scene scene = Scene.open()) {
            LocalCluster cluster = scene.cluster();
            Move move = scene.start(scene.other(), "\"bootstrap\":{\"maxRate\":\"8MiB\"}");
            List<EventStream> streams = cluster.controllers().stream()
                    .map(controller -> EventStream.open(cluster, controller.rest(), move.id(), ""))
                    .toList();
            scene.awaitRollbackReady(move);
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
            streams.forEach(stream -> stream.awaitEvent("end", Scene.WRITING_LIMIT));

            List<String> ids =
                    streams.get(0).stored().stream().map(EventStream.Event::id).toList();
            assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
            assertThat(streams.get(1).stored().stream().map(EventStream.Event::id))
                    .containsExactlyElementsOf(ids);
            assertThat(streams.get(0).events())
                    .extracting(EventStream.Event::name)
                    .contains("state", "step", "progress", "lag", "end")
                    .isSubsetOf("state", "step", "progress", "lag", "end");
            assertThat(streams.get(0).events()).allMatch(event -> event.data().has("at"));
            assertThat(streams.get(0).events())
                    .filteredOn(event -> event.name().equals("progress"))
                    .anyMatch(event -> event.data().at("/progress/bytesDone").asLong() > 0);
            assertThat(streams.get(0).events())
                    .filteredOn(event -> event.name().equals("lag"))
                    .allMatch(event -> event.data().at("/lag/bytes").isNumber());

            String middle = ids.get(ids.size() / 2);
            EventStream resumed =
                    EventStream.open(cluster, cluster.controllers().get(1).rest(), move.id(), middle);
            resumed.awaitEvent("end", Scene.WRITING_LIMIT);
            assertThat(resumed.stored().stream().map(EventStream.Event::id))
                    .containsExactlyElementsOf(ids.subList(ids.indexOf(middle) + 1, ids.size()));
        }
    }

    @Test
    void makesOneMoveOfARepeatedRequestWithTheSameKey() throws SQLException {
        try (Scene scene = Scene.open()) {
            String key = UUID.randomUUID().toString();
            String body = "{\"shard\":\"%s\",\"target\":\"%s\",\"cutover\":\"approve\",\"waive\":[%s]}"
                    .formatted(LocalCluster.SHARD, scene.other(), LocalCluster.WAIVER);
            DroverRest.Answer first = post(scene, body, key);
            assertThat(first.status()).as("%s", first.json()).isEqualTo(201);
            Move move = first.as(Move.class);
            assertThat(first.headers().get("location").get(0)).endsWith("/v1/moves/" + move.id());

            DroverRest.Answer repeated = post(scene, body, key);
            assertThat(repeated.status()).isEqualTo(201);
            assertThat(repeated.as(Move.class).id()).isEqualTo(move.id());

            DroverRest.Answer other = post(scene, body.replace("approve", "auto"), key);
            assertThat(other.status()).isEqualTo(422);
            assertThat(other.json().get("code").asText()).isEqualTo("IDEMPOTENCY_KEY_REUSED");

            DroverRest.Answer busy = post(scene, body, UUID.randomUUID().toString());
            assertThat(busy.status()).isEqualTo(409);
            assertThat(busy.json().get("moveId").asText()).isEqualTo(move.id().value());

            scene.await(move, MoveState.READY);
            scene.rest().act(move.id(), "abort");
            scene.await(move, MoveState.ABORTED);
        }
    }

    private static DroverRest.Answer post(Scene scene, String body, String key) {
        return scene.rest().post("/v1/moves", body, Map.of("Idempotency-Key", key));
    }

    private static void assertServes(Scene scene, NodeId node, long epoch) {
        ShardTopology topology = scene.topology();
        assertThat(topology.state()).isEqualTo(TopologyState.SERVING);
        assertThat(topology.primary().node()).isEqualTo(node);
        assertThat(topology.epoch().value()).isEqualTo(epoch);
        assertThat(scene.cluster().psql(node).run(LocalCluster.DATABASE, "show data_checksums"))
                .isEqualTo("on");
        awaitHealth(scene, node, "primary", 200);
        awaitHealth(scene, node, "replica", 503);
        assertThat(scene.cluster().psql(node).run(LocalCluster.DATABASE, "select pg_is_in_recovery()"))
                .isEqualTo("f");
    }

    /** What the agent tells a load balancer, as soon as it has heard of the change itself. */
    private static void awaitHealth(Scene scene, NodeId node, String role, int status) {
        DroverRest agent = scene.rest().at(scene.cluster().node(node).agent());
        Waiting.until(
                node + " says " + status + " as " + role,
                Scene.WRITING_LIMIT,
                () -> agent.get("/" + role + "?shard=" + LocalCluster.SHARD).status() == status);
    }

    private static void assertCleanCutover(Move.Cutover cutover) {
        assertThat(cutover).isNotNull();
        assertThat(cutover.commitsPastFork()).isZero();
        assertThat(cutover.rewound()).as("rewound without need").isNotEqualTo(true);
        assertThat(cutover.writePauseMillis()).isNotNull().isPositive();
        double sum = cutover.phases().stream().mapToDouble(Move.Phase::millis).sum();
        assertThat(sum).isCloseTo(cutover.writePauseMillis(), within(1.0));
    }

    /** What a rollback has to bring back; the server was a standby meanwhile, so that processes and what it follows are new. */
    private static Map<String, String> ofRoles(Scene scene) {
        Map<String, String> traces = new TreeMap<>(scene.traces());
        traces.keySet()
                .removeIf(name -> Stream.of(
                                "process ", "/socket/", "postgresql.auto.conf", "pg_settings", "pg_file_settings")
                        .anyMatch(name::contains));
        traces.put(
                "settings of the primary",
                scene.cluster()
                        .psql(scene.primary())
                        .run(
                                LocalCluster.DATABASE,
                                "select name, setting, source, pending_restart from pg_settings where name not in"
                                        + " ('primary_conninfo', 'primary_slot_name', 'recovery_target_timeline')"
                                        + " and name not in ('transaction_deferrable', 'transaction_isolation', 'transaction_read_only')"
                                        + " order by name"));
        return traces;
    }

    /** What the move has left behind on the node that it has left. */
    private static Path setAside(Scene scene, NodeId node, Move move) {
        return scene.cluster()
                .node(node)
                .dataRoot()
                .resolve(LocalCluster.SHARD.value())
                .resolve("data.set-aside-" + move.id().shortId());
    }

    private static void assertHasTheContractsMembers(Scene scene, Move move) {
        JsonNode json = scene.rest().get("/v1/moves/" + move.id()).json();
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "shard",
                        "shards",
                        "source",
                        "target",
                        "state",
                        "paused",
                        "mode",
                        "step",
                        "progress",
                        "lag",
                        "prediction",
                        "cutover",
                        "rollback",
                        "blockers",
                        "waitingFor",
                        "error",
                        "drill",
                        "history");
        assertThat(json.at("/history/0").fieldNames())
                .toIterable()
                .containsExactly("number", "at", "step", "event", "state");
    }

    private static String slots(Scene scene, NodeId node) {
        return scene.cluster().psql(node).run(LocalCluster.DATABASE, "select slot_name from pg_replication_slots");
    }
}
