/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.WorldSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every wrong call gets its status with cause and remedy, and changes nothing anywhere. */
class BadInputIT {
    private static final String WAIVED = ",\"waive\":[" + LocalCluster.WAIVER + "]";
    private static final String MOVE = "{\"shard\":\"shard_01\",\"target\":\"%s\"%s}";

    /** What is sent, and what has to come back. */
    private record Wrong(String path, String body, int status, String code) {}

    @Test
    void refusesWrongRequestsAndChangesNothing() throws SQLException {
        try (Scene scene = Scene.open()) {
            String target = scene.other().value();
            List<Wrong> wrongs = List.of(
                    new Wrong("/v1/moves", "{\"shard\":", 400, "MALFORMED_REQUEST"),
                    new Wrong("/v1/moves", "", 400, "MALFORMED_REQUEST"),
                    new Wrong("/v1/moves", "[]", 400, "MALFORMED_REQUEST"),
                    new Wrong("/v1/moves", "{\"shard\":\"shard_01\"}", 400, "MALFORMED_REQUEST"),
                    new Wrong("/v1/moves", MOVE.formatted(target, ",\"fast\":true"), 400, "MALFORMED_REQUEST"),
                    new Wrong(
                            "/v1/moves",
                            MOVE.formatted(target, ",\"bake\":\"7 fortnights\""),
                            400,
                            "MALFORMED_REQUEST"),
                    new Wrong("/v1/moves", MOVE.formatted(target, ",\"bake\":7"), 400, "MALFORMED_REQUEST"),
                    new Wrong(
                            "/v1/moves",
                            MOVE.formatted(target, ",\"bootstrap\":{\"maxRate\":\"5 parsecs\"}"),
                            400,
                            "MALFORMED_REQUEST"),
                    new Wrong("/v1/moves", MOVE.formatted(target, ",\"mode\":\"fast\""), 400, "MALFORMED_REQUEST"),
                    new Wrong(
                            "/v1/moves",
                            MOVE.formatted(target, ",\"bootstrap\":{\"maxRate\":\"0MiB\"}"),
                            422,
                            "INVALID_VALUE"),
                    new Wrong("/v1/moves", MOVE.formatted(target, ",\"deadline\":\"0s\""), 422, "INVALID_VALUE"),
                    new Wrong("/v1/moves", MOVE.formatted("node_x", ""), 422, "UNKNOWN_NODE"),
                    new Wrong(
                            "/v1/moves",
                            MOVE.formatted(target, "").replace("shard_01", "shard_99"),
                            422,
                            "UNKNOWN_SHARD"),
                    new Wrong("/v1/moves", MOVE.formatted(scene.primary(), ""), 422, "SAME_NODE"),
                    new Wrong("/v1/moves", MOVE.formatted(target, ",\"readShift\":[1,100]"), 422, "NOT_SUPPORTED"),
                    new Wrong("/v1/moves", MOVE.formatted(target, ",\"standbys\":[\"node_x\"]"), 422, "UNKNOWN_NODE"),
                    new Wrong(
                            "/v1/moves",
                            MOVE.formatted(target, ",\"standbys\":[\"" + target + "\"]"),
                            422,
                            "SAME_NODE"),
                    new Wrong(
                            "/v1/moves",
                            MOVE.formatted(target, ",\"standbys\":[\"node_c\",\"node_c\"]"),
                            422,
                            "INVALID_VALUE"),
                    new Wrong(
                            "/v1/moves",
                            MOVE.formatted(target, ",\"verify\":{\"level\":\"checksums\"}"),
                            422,
                            "NOT_SUPPORTED"),
                    new Wrong("/v1/moves/nothere-1/abort", "", 404, "NOT_FOUND"),
                    new Wrong("/v1/moves/nothere-1/approve", "", 404, "NOT_FOUND"),
                    new Wrong("/v1/moves/nothere-1/rollback", "", 404, "NOT_FOUND"),
                    new Wrong("/v1/moves/nothere-1/complete", "{\"endBake\":true}", 404, "NOT_FOUND"));
            WorldSnapshot before = snapshot(scene);
            for (Wrong wrong : wrongs) {
                assertRefused(scene.rest().post(wrong.path(), wrong.body()), wrong.status(), wrong.code());
            }
            assertRefused(scene.rest().get("/v1/moves/nothere-1"), 404, "NOT_FOUND");
            assertRefused(scene.rest().get("/v1/moves?state=LOST"), 400, "MALFORMED_REQUEST");
            assertRefused(scene.rest().get("/v1/shards/shard_99"), 404, "NOT_FOUND");
            assertRefused(scene.rest().withToken("wrong").get("/v1/moves"), 401, "UNAUTHORIZED");
            assertRefused(
                    scene.rest().withToken("wrong").post("/v1/moves", MOVE.formatted(target, "")), 401, "UNAUTHORIZED");
            assertUnchanged(before, snapshot(scene));
        }
    }

    @Test
    void aDryRunTellsThePlanAndChangesNothing() throws SQLException {
        try (Scene scene = Scene.open()) {
            WorldSnapshot before = snapshot(scene);
            DroverRest.Answer answer =
                    scene.rest().post("/v1/moves", MOVE.formatted(scene.other(), ",\"dryRun\":true" + WAIVED));
            assertThat(answer.status()).isEqualTo(200);
            JsonNode plan = answer.json();
            assertThat(plan.get("plan"))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(
                            step -> assertThat(step.fieldNames()).toIterable().contains("step", "name", "does"));
            assertThat(plan.get("preflight").get("ok").asBoolean())
                    .as(answer.body())
                    .isTrue();
            assertUnchanged(before, snapshot(scene));
        }
    }

    @Test
    void refusesATargetDirectoryThatIsNotEmpty() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            ClusterNode target = scene.cluster().node(scene.other());
            Path inTheWay = target.dataRoot().resolve("shard_01").resolve("data");
            boolean made = !Files.exists(inTheWay.getParent());
            Files.createDirectories(inTheWay);
            Files.writeString(inTheWay.resolve("precious"), "do not touch");
            try {
                WorldSnapshot before = snapshot(scene);
                assertPreflightRefuses(scene, target.id(), "P58");
                assertUnchanged(before, snapshot(scene));
            } finally {
                Files.delete(inTheWay.resolve("precious"));
                Files.delete(inTheWay);
                if (made) {
                    Files.delete(inTheWay.getParent());
                }
            }
        }
    }

    @Test
    void refusesATargetWithoutRoom() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            // a hole of that size takes no room here, and a copy of it would
            Path hole = scene.cluster().dataDirectory(scene.primary()).resolve("hole");
            try (FileChannel file = FileChannel.open(hole, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(new byte[1]), 4L << 40);
            }
            try {
                WorldSnapshot before = snapshot(scene);
                assertPreflightRefuses(scene, scene.other(), "P26");
                assertUnchanged(before, snapshot(scene));
            } finally {
                Files.delete(hole);
            }
        }
    }

    @Test
    void refusesWhatTheStateOfAMoveDoesNotAllow() throws SQLException {
        try (Scene scene = Scene.open()) {
            Move move = scene.start(scene.other(), "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);
            WorldSnapshot before = snapshot(scene);
            DroverRest.Answer busy = scene.rest().post("/v1/moves", MOVE.formatted("node_c", ""));
            assertRefused(busy, 409, "SHARD_BUSY");
            assertThat(busy.json().get("moveId").asText()).isEqualTo(move.id().value());
            assertRefused(scene.rest().post("/v1/moves/" + move.id() + "/rollback", ""), 409, "STATE_CONFLICT");
            assertRefused(
                    scene.rest().post("/v1/moves/" + move.id() + "/complete", "{\"endBake\":true}"),
                    409,
                    "STATE_CONFLICT");
            assertUnchanged(before, snapshot(scene));

            scene.rest().act(move.id(), "approve");
            scene.awaitRollbackReady(move);
            awaitStoredEpochs(scene);
            WorldSnapshot baking = snapshot(scene);
            assertRefused(scene.rest().post("/v1/moves", MOVE.formatted("node_c", "")), 409, "SHARD_BUSY");
            // a repeat of an order that was accepted
            assertThat(scene.rest()
                            .post("/v1/moves/" + move.id() + "/approve", "")
                            .status())
                    .isEqualTo(202);
            assertRefused(scene.rest().post("/v1/moves/" + move.id() + "/pause", ""), 409, "STATE_CONFLICT");
            DroverRest.Answer abort = scene.rest().post("/v1/moves/" + move.id() + "/abort", "");
            assertRefused(abort, 409, "STATE_CONFLICT");
            assertThat(abort.json().get("hint").asText()).contains("rollback");
            assertRefused(scene.rest().post("/v1/moves/" + move.id() + "/complete", "{}"), 409, "BAKE_NOT_OVER");
            assertUnchanged(baking, snapshot(scene));
            refusesAWayBackThatIsNotOpen(scene, move);
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
        }
    }

    /** What an agent has seen it stores by itself, a moment later. */
    private static void awaitStoredEpochs(Scene scene) {
        ShardTopology topology = scene.topology();
        String record = "agent/" + topology.instance() + ".json";
        long epoch = topology.epoch().value();
        Waiting.until(
                "the agents have stored epoch " + epoch,
                Scene.WRITING_LIMIT,
                () -> scene.cluster().nodes().stream()
                        .map(node -> node.dataRoot().resolve(record))
                        .filter(Files::exists)
                        .allMatch(file -> seenEpoch(file) == epoch));
    }

    private static long seenEpoch(Path record) {
        try {
            return Json.mapper()
                    .readTree(Files.readAllBytes(record))
                    .path("seenEpoch")
                    .asLong();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + record, e);
        }
    }

    private static void refusesAWayBackThatIsNotOpen(Scene scene, Move move) {
        NodeId source = move.source();
        long postmaster = Postmasters.of(scene.cluster().dataDirectory(source)).orElseThrow();
        scene.cluster().kill(source.value());
        ProcessTable.signal(postmaster, "KILL");
        try {
            scene.rest()
                    .await(
                            move.id(),
                            "no way back",
                            Scene.MOVE_LIMIT,
                            seen -> seen.rollback() != null && !seen.rollback().ready(),
                            seen -> {});
            awaitDeath(scene, source);
            WorldSnapshot before = snapshot(scene);
            assertRefused(scene.rest().post("/v1/moves/" + move.id() + "/rollback", ""), 409, "ROLLBACK_NOT_READY");
            assertUnchanged(before, snapshot(scene));
        } finally {
            scene.cluster().restart(source.value());
        }
        scene.awaitRollbackReady(move);
    }

    private static void awaitDeath(Scene scene, NodeId agent) {
        Waiting.until(
                "the agent's death is seen",
                Scene.MOVE_LIMIT,
                () -> scene.rest().nodes().stream().anyMatch(node -> node.id().equals(agent) && !node.alive()));
    }

    @Test
    void refusesATargetWithoutAnAgentOrWithAnotherMajorVersion() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            String agent = scene.other().value();
            scene.cluster().kill(agent);
            try {
                awaitDeath(scene, new NodeId(agent));
                WorldSnapshot before = snapshot(scene);
                DroverRest.Answer answer = scene.rest().post("/v1/moves", MOVE.formatted(agent, ""));
                assertRefused(answer, 503, "NODE_UNREACHABLE");
                assertUnchanged(before, snapshot(scene));
                refusesAnotherMajorVersion(scene, agent);
            } finally {
                scene.cluster().restart(agent);
                scene.cluster().waitHealthy();
            }
        }
    }

    /** Distributions have one major version at a time: a program that says it is another stands for it. */
    private static void refusesAnotherMajorVersion(Scene scene, String agent) throws IOException {
        Path programs = Files.createDirectory(scene.cluster().directory().resolve("programs-of-16"));
        try (Stream<Path> real = Files.list(Path.of("/usr/lib/postgresql/15/bin"))) {
            for (Path program : real.toList()) {
                Files.createSymbolicLink(programs.resolve(program.getFileName()), program);
            }
        }
        Path postgres = programs.resolve("postgres");
        Files.delete(postgres);
        Files.writeString(postgres, "#!/bin/sh\necho 'postgres (PostgreSQL) 16.4'\n");
        assertThat(postgres.toFile().setExecutable(true, false)).isTrue();
        Path configuration = scene.cluster().controlDirectory().resolve(agent + ".yml");
        String before = Files.readString(configuration);
        Files.writeString(configuration, "binDir: " + programs + "\n" + before);
        try {
            scene.cluster().restart(agent);
            scene.cluster().waitHealthy();
            WorldSnapshot world = snapshot(scene);
            assertPreflightRefuses(
                    scene, scene.cluster().node(new NodeId(agent)).id(), "P5");
            assertUnchanged(world, snapshot(scene));
        } finally {
            Files.writeString(configuration, before);
        }
    }

    @Test
    void refusesWrongCredentials() throws SQLException {
        try (Scene scene = Scene.open()) {
            withAnotherPassword(scene, "drover_repl", () -> assertPreflightRefuses(scene, scene.other(), "P38"));
            withAnotherPassword(
                    scene,
                    "drover",
                    () -> assertRefused(
                            scene.rest().post("/v1/moves", MOVE.formatted(scene.other(), "")),
                            503,
                            "POSTGRES_UNREACHABLE"));
        }
    }

    private static void withAnotherPassword(Scene scene, String role, Runnable check) {
        Psql psql = scene.cluster().psql(scene.primary());
        String verifier = psql.run("postgres", "select rolpassword from pg_authid where rolname = '" + role + "'");
        psql.run("postgres", "alter role " + role + " password 'another'");
        try {
            WorldSnapshot before = snapshot(scene);
            check.run();
            assertUnchanged(before, snapshot(scene));
        } finally {
            psql.run("postgres", "alter role " + role + " password '" + verifier + "'");
        }
    }

    @Test
    void refusesWhilePostgresCannotBeReached() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            scene.expectErrors();
            NodeId primary = scene.primary();
            NodeId target = scene.other();
            Path pidFile = scene.cluster().dataDirectory(primary).resolve("postmaster.pid");
            long postmaster;
            try (Stream<String> lines = Files.lines(pidFile)) {
                postmaster = Long.parseLong(lines.findFirst().orElseThrow());
            }
            WorldSnapshot before = snapshot(scene);
            // frozen, not dead: the agent would start a dead one again
            ProcessTable.signal(postmaster, "STOP");
            // from now on there are no others
            List<Long> children = ProcessTable.childrenOf(postmaster);
            children.forEach(pid -> ProcessTable.signal(pid, "STOP"));
            try {
                DroverRest.Answer answer = scene.rest().post("/v1/moves", MOVE.formatted(target, ""));
                assertRefused(answer, 503, "POSTGRES_UNREACHABLE");
            } finally {
                children.forEach(pid -> ProcessTable.signal(pid, "CONT"));
                ProcessTable.signal(postmaster, "CONT");
            }
            assertUnchanged(before, snapshot(scene));
        }
    }

    @Test
    void answersNoLeaderWhenNoControllerCanLead() throws SQLException {
        try (Scene scene = Scene.open()) {
            WorldSnapshot before = snapshot(scene);
            String target = scene.other().value();
            scene.cluster().freeze("zookeeper");
            DroverRest.Answer answer;
            try {
                // until the session of the one that leads has ended for it, too
                Waiting.pause(Duration.ofSeconds(8));
                answer = scene.rest().post("/v1/moves", MOVE.formatted(target, ""));
            } finally {
                scene.cluster().thaw("zookeeper");
            }
            assertThat(answer.status()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers()).containsKey("retry-after");
            assertThat(answer.json().get("code").asText()).isEqualTo("NO_LEADER");
            scene.cluster().waitHealthy();
            scene.awaitWrites(50);
            assertThat(answer.json().get("hint").asText()).isNotBlank();
            // leadership and sessions may be new ones
            assertThat(WorldSnapshot.differences(withoutSessions(before), withoutSessions(snapshot(scene))))
                    .isEmpty();
        }
    }

    private static Map<String, String> withoutSessions(WorldSnapshot snapshot) {
        Map<String, String> facts = new TreeMap<>(snapshot.facts());
        facts.keySet()
                .removeIf(name -> name.startsWith("znode ")
                        && List.of("/moves", "/locks", "/topology", "/idempotency").stream()
                                .noneMatch(kept -> name.startsWith("znode " + kept)));
        return facts;
    }

    private static WorldSnapshot snapshot(Scene scene) {
        return WorldSnapshot.of(scene.cluster());
    }

    private static void assertUnchanged(WorldSnapshot before, WorldSnapshot after) {
        assertThat(WorldSnapshot.differences(before.facts(), after.facts())).isEmpty();
    }

    /** What else a machine may fail, such as a disk that is full of other things, is waived or does not count. */
    private static void assertPreflightRefuses(Scene scene, NodeId target, String id) {
        DroverRest.Answer answer = scene.rest().post("/v1/moves", MOVE.formatted(target, WAIVED));
        assertRefused(answer, 422, "PREFLIGHT_FAILED");
        assertThat(answer.json().get("preflight").get("checks"))
                .as(answer.body())
                .anySatisfy(check -> {
                    assertThat(check.get("id").asText()).isEqualTo(id);
                    assertThat(check.get("severity").asText()).isEqualToIgnoringCase("block");
                    assertThat(check.get("ok").asBoolean()).isFalse();
                    assertThat(check.get("message").asText()).isNotBlank();
                    assertThat(check.get("remedy").asText()).isNotBlank();
                });
    }

    private static void assertRefused(DroverRest.Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        JsonNode problem = answer.json();
        assertThat(problem.get("code").asText()).as(answer.body()).isEqualTo(code);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("message").asText())
                .isEqualTo(problem.get("detail").asText())
                .isNotBlank();
        assertThat(problem.get("hint").asText(""))
                .as(answer.body())
                .isNotBlank()
                .isNotEqualTo("null");
        assertThat(answer.headers().get("content-type").get(0)).startsWith("application/problem+json");
    }
}
