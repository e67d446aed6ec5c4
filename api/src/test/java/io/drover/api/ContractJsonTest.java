/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.MoveRequest.Cutover;
import io.drover.api.MoveRequest.Level;
import io.drover.api.MoveRequest.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms that programs outside the project rely on. */
class ContractJsonTest {
    private static MoveRequest request(String json) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), MoveRequest.class);
    }

    @Test
    void aRequestNeedsOnlyShardAndTarget() {
        MoveRequest request = request("{\"shard\":\"shard_01\",\"target\":\"node_b\"}");

        assertThat(request.cutover()).isEqualTo(Cutover.AUTO);
        assertThat(request.mode()).isEqualTo(Mode.AUTO);
        assertThat(request.maxWritePause()).isEqualTo(Duration.ofSeconds(2));
        assertThat(request.drainTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(request.bake()).isEqualTo(Duration.ofDays(7));
        assertThat(request.verify().level()).isEqualTo(Level.COUNTS);
        assertThat(request.deadline()).isNull();
        assertThat(request.dryRun()).isFalse();
    }

    @Test
    void clientsDrainNoLongerThanTheWritePauseMayTake() {
        MoveRequest brief = request("{\"shard\":\"s\",\"target\":\"n\",\"maxWritePause\":\"300ms\"}");
        MoveRequest asked =
                request("{\"shard\":\"s\",\"target\":\"n\",\"maxWritePause\":\"300ms\",\"drainTimeout\":\"400ms\"}");

        assertThat(brief.drainTimeout()).isEqualTo(Duration.ofMillis(300));
        assertThat(asked.drainTimeout()).as("is refused later, by name").isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void aRequestTakesEveryFieldInTheContractsForm() {
        MoveRequest request = request("""
                {"shard":"s","target":"n","standbys":["x"],"cutover":"approve","mode":"clean-stop","maxWritePause":"750ms",
                 "drainTimeout":"1s","blockers":"terminate","deadline":"24h",
                 "bootstrap":{"method":"basebackup","maxRate":"100MiB","checkpoint":"spread"},
                 "verify":{"level":"checksums","canaries":["select 1"]},"readShift":[1,10],"bake":"1d",
                 "waive":[{"check":"P47","reason":"r"}],"dryRun":true}
                """);

        assertThat(request.mode()).isEqualTo(Mode.CLEAN_STOP);
        assertThat(request.maxWritePause()).isEqualTo(Duration.ofMillis(750));
        assertThat(request.bootstrap().maxRate()).isEqualTo(ByteSize.parse("100MiB"));
        assertThat(request.waive()).extracting(MoveRequest.Waiver::check).containsExactly("P47");
        assertThat(request.dryRun()).isTrue();
        assertThat(Json.read(Json.bytes(request), MoveRequest.class)).isEqualTo(request);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"shard\":\"s\"}",
                "{\"target\":\"n\"}",
                "{\"shard\":\"s\",\"target\":\"n\",\"colour\":1}",
                "{\"shard\":\"s\",\"target\":\"n\",\"bake\":\"2w\"}",
                "{\"shard\":\"s\",\"target\":\"n\",\"bake\":7}",
                "{\"shard\":\"s\",\"target\":\"n\",\"mode\":\"fast\"}",
                "{\"shard\":\"S!\",\"target\":\"n\"}",
                "{\"shard\":\"shard_01\",\"target\":\"node_b\",\"mode\":\"0\"}",
                "{\"shard\":\"shard_01\",\"target\":\"node_b\",\"mode\":\" 1\"}",
                "{\"shard\":\"s\",\"target\":\"n\"} x"
            })
    void aRequestThatIsNotUnderstoodIsRefused(String json) {
        assertThatThrownBy(() -> request(json)).isInstanceOf(java.io.UncheckedIOException.class);
    }

    @Test
    void aTopologyHasTheContractsMembersWithNullsWrittenOut() throws Exception {
        ShardTopology topology = new ShardTopology(
                1,
                new ShardId("shard_01"),
                new InstanceId("7300000000000000001"),
                new FenceEpoch(7),
                TopologyState.SERVING,
                "app",
                new ShardTopology.Endpoint(new NodeId("node_b"), "127.0.0.22", 5433),
                List.of(new ShardTopology.Replica(
                        new NodeId("node_a"), "127.0.0.21", 5433, ShardTopology.ReplicaRole.ROLLBACK, 0)),
                null,
                null);

        JsonNode json = Json.mapper().readTree(Json.bytes(topology));

        assertThat(json.toString())
                .isEqualTo("{\"v\":1,\"shard\":\"shard_01\",\"instance\":\"7300000000000000001\",\"epoch\":7,"
                        + "\"state\":\"SERVING\",\"database\":\"app\","
                        + "\"primary\":{\"node\":\"node_b\",\"host\":\"127.0.0.22\",\"port\":5433},"
                        + "\"replicas\":[{\"node\":\"node_a\",\"host\":\"127.0.0.21\",\"port\":5433,"
                        + "\"role\":\"ROLLBACK\",\"readWeight\":0}],\"move\":null,\"fence\":null}");
        assertThat(Json.read(Json.bytes(topology), ShardTopology.class)).isEqualTo(topology);
    }

    @Test
    void aTopologyOfANewerVersionIsReadAndHoldsWrites() {
        String json =
                "{\"v\":2,\"shard\":\"s\",\"instance\":\"1\",\"epoch\":3,\"state\":\"DRAINING\",\"database\":\"d\","
                        + "\"primary\":{\"node\":\"n\",\"host\":\"h\",\"port\":1,\"zone\":\"z\"},\"replicas\":[],\"move\":null,"
                        + "\"fence\":null,\"novelty\":{}}";

        ShardTopology topology = Json.read(json.getBytes(StandardCharsets.UTF_8), ShardTopology.class);

        assertThat(topology.state()).isEqualTo(TopologyState.UNKNOWN);
    }

    @Test
    void timesAreUtcWithMilliseconds() throws Exception {
        assertThat(Json.mapper().writeValueAsString(Instant.parse("2026-01-01T00:00:00Z")))
                .isEqualTo("\"2026-01-01T00:00:00.000Z\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"90", "\"90\"", "\"\\u000190\"", "\" 2026-01-01T00:00:00Z\"", "\"\"", "\"now\""})
    void nothingElseIsATime(String json) {
        assertThatThrownBy(() -> Json.mapper().readValue(json, Instant.class))
                .hasMessageContaining("not a time such as");
    }

    @Test
    void aProblemNamesWhatRfc9457AndTheContractWant() throws Exception {
        DroverException e =
                new DroverException(ErrorCode.SHARD_BUSY, "shard s is held", "wait").at(new MoveId("abcdefgh"), 20);

        JsonNode json = Json.mapper().readTree(Json.bytes(Problem.of(e)));

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("type", "title", "status", "detail", "code", "message", "moveId", "step", "hint");
        assertThat(json.get("status").asInt()).isEqualTo(409);
        assertThat(json.get("message")).isEqualTo(json.get("detail"));
    }

    static List<Arguments> shapes() {
        Instant now = Instant.EPOCH;
        Move.Phase phase = new Move.Phase(100, "fence", 4.1);
        Move.Cutover cutover = new Move.Cutover(now, now, now, 31.2, List.of(phase), 0, false);
        PausePrediction.Part part = new PausePrediction.Part(100, "fence", 4.1, "rehearsed");
        NodeInfo.Disk disk = new NodeInfo.Disk(1, 2);
        return List.of(
                Arguments.of(new Move.Step(40, "base backup", now), List.of("number", "name", "since")),
                Arguments.of(
                        new Move.Progress(1, 2, 50, 3, 4L),
                        List.of("bytesDone", "bytesTotal", "percent", "bytesPerSecond", "etaSeconds")),
                Arguments.of(new Move.Lag(0, 0), List.of("bytes", "millis")),
                Arguments.of(phase, List.of("step", "name", "millis")),
                Arguments.of(
                        cutover,
                        List.of(
                                "fencedAt",
                                "committedAt",
                                "servingAt",
                                "writePauseMillis",
                                "phases",
                                "commitsPastFork",
                                "rewound")),
                Arguments.of(
                        new Move.Rollback(true, 0L, now, cutover, null),
                        List.of("ready", "lagBytes", "expiresAt", "cutover", "prediction")),
                Arguments.of(
                        new Blocker(Blocker.Kind.DDL, 7, "app", "locks", 1, null, "nothing"),
                        List.of("kind", "pid", "owner", "what", "ageMillis", "delayMillis", "delayFrom")),
                Arguments.of(
                        PausePrediction.of(now, 2000, List.of(part)),
                        List.of("at", "writePauseMillis", "maxWritePauseMillis", "parts")),
                Arguments.of(part, List.of("step", "name", "millis", "from")),
                Arguments.of(
                        new NodeInfo(new NodeId("node_a"), "h", "http://h:1", true, List.of(), disk),
                        List.of("id", "host", "agent", "alive", "instances", "disk")),
                Arguments.of(disk, List.of("free", "total")),
                Arguments.of(
                        new Participant(1, "n", "h", new FenceEpoch(0), false),
                        List.of("v", "name", "host", "ackedEpoch", "targetReady", "group", "trouble")));
    }

    /** All of them, also those without a value: programs need not ask whether a member is there. */
    @ParameterizedTest
    @MethodSource("shapes")
    void hasExactlyTheContractsMembers(Object value, List<String> members) throws IOException {
        JsonNode json = Json.mapper().readTree(Json.bytes(value));

        assertThat(json.fieldNames()).toIterable().containsExactlyElementsOf(members);
    }
}
