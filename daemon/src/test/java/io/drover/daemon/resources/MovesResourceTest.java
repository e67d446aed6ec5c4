/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.MoveRequest;
import io.drover.api.PreflightReport;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MovesResourceTest {
    private static final String MINIMAL = "{\"shard\": \"shard_01\", \"target\": \"node_b\"}";
    private static TestController controller;

    @BeforeAll
    static void start() {
        controller = new TestController();
    }

    @AfterAll
    static void stop() {
        controller.close();
    }

    @BeforeEach
    void clear() {
        controller.services.failure = null;
        controller.services.calls.clear();
    }

    @Test
    void answersACreatedMoveWithItsLocation() throws Exception {
        HttpResponse<String> answer = controller.send(controller
                .request("/v1/moves")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "k1")
                .POST(HttpRequest.BodyPublishers.ofString(MINIMAL)));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Location"))
                .contains(controller.base() + "/v1/moves/" + FakeServices.ID);
        JsonNode move = Json.mapper().readTree(answer.body());
        assertThat(move.get("id").asText()).isEqualTo(FakeServices.ID.value());
        assertThat(move.get("error").isNull()).isTrue();
        assertThat(move.get("mode").asText()).isEqualTo("sealed");
        assertThat(move.at("/step/since").asText()).isEqualTo("1970-01-01T00:00:00.000Z");
        assertThat(controller.services.calls).containsExactly("create k1");
    }

    @Test
    void understandsEveryFieldOfARequest() {
        controller.post("/v1/moves", """
                {"shard": "shard_01", "target": "node_b", "standbys": [], "cutover": "approve", "mode": "clean-stop",
                 "maxWritePause": "1500ms", "drainTimeout": "200ms", "blockers": "terminate", "deadline": "24h",
                 "bootstrap": {"method": "basebackup", "maxRate": "100MiB", "checkpoint": "spread"},
                 "verify": {"level": "checksums", "canaries": ["select 1"]}, "readShift": [1, 100], "bake": "7d",
                 "waive": [{"check": "P47", "reason": "known"}], "dryRun": false}
                """);

        MoveRequest request = controller.services.lastRequest;
        assertThat(request).isNotNull();
        assertThat(request.mode()).isEqualTo(MoveRequest.Mode.CLEAN_STOP);
        assertThat(request.maxWritePause()).isEqualTo(Duration.ofMillis(1500));
        assertThat(request.readShift()).containsExactly(1, 100);
    }

    @Test
    void answersADryRunWithPlanAndPreflight() throws Exception {
        HttpResponse<String> answer =
                controller.post("/v1/moves", "{\"shard\": \"shard_01\", \"target\": \"node_b\", \"dryRun\": true}");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode plan = Json.mapper().readTree(answer.body());
        assertThat(plan.at("/plan/0/does").asText()).isEqualTo("checks shard_01");
        assertThat(plan.at("/preflight/checks/0/id").asText()).isEqualTo("P1");
        assertThat(controller.services.calls).containsExactly("plan");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"shard\": \"s\", \"target\": \"n\", \"colour\": 1}|colour",
                "{\"shard\": \"s\", \"target\": \"n\", \"verify\": {\"depth\": 1}}|verify.depth",
                "{\"target\": \"n\"}|'shard' is missing",
                "{\"shard\": \"s\"}|'target' is missing",
                "{\"shard\": null, \"target\": \"n\"}|'shard' is missing",
                "{\"shard\": \"s\", \"target\": \"n\", \"maxWritePause\": \"2\"}|maxWritePause",
                "{\"shard\": \"s\", \"target\": \"n\", \"maxWritePause\": 2000}|maxWritePause",
                "{\"shard\": \"s\", \"target\": \"n\", \"bake\": \"1 week\"}|write a number and ms, s, m, h or d",
                "{\"shard\": \"s\", \"target\": \"n\", \"bootstrap\": {\"maxRate\": \"5MB\"}}|bootstrap.maxRate",
                "{\"shard\": \"s\", \"target\": \"n\", \"mode\": \"brutal\"}|auto, sealed, strict, clean-stop",
                "{\"shard\": \"s\", \"target\": \"n\", \"dryRun\": \"yes\"}|true or false",
                "{\"shard\": \"s\", \"target\": \"n\", \"dryRun\": 1}|dryRun",
                "{\"shard\": \"s\", \"target\": \"n\", \"readShift\": \"10\"}|readShift",
                "{\"shard\": \"s\", \"target\": \"n\", \"readShift\": [\"10\"]}|readShift[0]",
                "{\"shard\": \"s\", \"target\": \"n\", \"waive\": [{\"check\": \"P1\"}]}|waive[0].reason",
                "{\"shard\": \"S/..\", \"target\": \"n\"}|not a shard id",
                "{\"shard\": 5, \"target\": \"n\"}|shard",
                "{\"shard\": \"s\", \"shard\": \"s\", \"target\": \"n\"}|Duplicate",
                "{\"shard\": |not JSON",
                "{\"shard\": \"s\", \"target\": \"n\"} 5|goes on",
                "[]|body",
                "null|body",
                "''|body"
            })
    void refusesABodyItDoesNotUnderstandAndNamesTheField(String body, String named) throws Exception {
        HttpResponse<String> answer = controller.post("/v1/moves", body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = Json.mapper().readTree(answer.body());
        assertThat(problem.fieldNames())
                .toIterable()
                .contains("type", "title", "status", "detail", "code", "message", "moveId", "step", "hint");
        assertThat(problem.get("code").asText()).isEqualTo("MALFORMED_REQUEST");
        assertThat(problem.get("detail").asText()).containsIgnoringCase(named);
        assertThat(problem.get("message")).isEqualTo(problem.get("detail"));
        assertThat(controller.services.calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"maxWritePause\": \"0s\"",
                "\"readShift\": [50, 10]",
                "\"readShift\": [101]",
                "\"bootstrap\": {\"maxRate\": \"0MiB\"}",
                "\"bootstrap\": {\"maxRate\": \"31KiB\"}",
                "\"bootstrap\": {\"maxRate\": \"1025MiB\"}"
            })
    void refusesValuesOutOfRange(String member) {
        HttpResponse<String> answer =
                controller.post("/v1/moves", "{\"shard\": \"s\", \"target\": \"n\", " + member + "}");

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("INVALID_VALUE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"32KiB", "1024MiB", "1GiB"})
    void takesTheRatesThatThePostgresProgramTakes(String rate) {
        HttpResponse<String> answer = controller.post(
                "/v1/moves", "{\"shard\": \"s\", \"target\": \"n\", \"bootstrap\": {\"maxRate\": \"" + rate + "\"}}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    @Test
    void namesTheRatesThatAreAllowed() {
        HttpResponse<String> answer = controller.post(
                "/v1/moves", "{\"shard\": \"s\", \"target\": \"n\", \"bootstrap\": {\"maxRate\": \"16KiB\"}}");

        assertThat(answer.body()).contains("from 32KiB to 1GiB");
    }

    @ParameterizedTest
    @CsvSource({
        "SHARD_BUSY, 409",
        "STATE_CONFLICT, 409",
        "UNKNOWN_SHARD, 422",
        "SAME_NODE, 422",
        "NOT_SUPPORTED, 422",
        "IDEMPOTENCY_KEY_REUSED, 422",
        "NO_LEADER, 503",
        "NODE_UNREACHABLE, 503"
    })
    void answersEachErrorWithItsStatus(ErrorCode code, int status) throws Exception {
        controller.services.failure = new DroverException(code, "because", "do this");

        HttpResponse<String> answer = controller.post("/v1/moves", MINIMAL);

        assertThat(answer.statusCode()).isEqualTo(status);
        JsonNode problem = Json.mapper().readTree(answer.body());
        assertThat(problem.get("code").asText()).isEqualTo(code.name());
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("hint").asText()).isEqualTo("do this");
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
    }

    @Test
    void showsTheChecksWhenThePreflightRefuses() throws Exception {
        PreflightReport report = PreflightReport.of(List.of(
                new PreflightReport.Check("P5", PreflightReport.Severity.BLOCK, false, "disk full", "free some")));
        controller.services.failure = DroverException.refusedBy(report, "1 check refuses");

        HttpResponse<String> answer = controller.post("/v1/moves", MINIMAL);

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(Json.mapper()
                        .readTree(answer.body())
                        .at("/preflight/checks/0/remedy")
                        .asText())
                .isEqualTo("free some");
    }

    @Test
    void hidesAnUnexpectedFailureBehindAnIncident() {
        controller.services.failure = new IllegalStateException("secret detail");

        HttpResponse<String> answer = controller.get("/v1/moves/" + FakeServices.ID);

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("INTERNAL").contains("incident").doesNotContain("secret detail");
    }

    @ParameterizedTest
    @CsvSource({"/v1/moves/unknown1, 404", "/v1/moves/UPPER, 404", "/v1/nothing, 404", "/v1/moves?state=LOST, 400"})
    void refusesUnknownPathsAndIds(String path, int status) {
        HttpResponse<String> answer = controller.get(path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).doesNotContain("java.lang");
    }

    @Test
    void refusesAMethodThatAPathDoesNotHave() {
        HttpResponse<String> answer =
                controller.send(controller.request("/v1/moves").DELETE());

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).isPresent();
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        HttpResponse<String> answer = controller.post("/v1/moves", " ".repeat(2 * 1024 * 1024));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("Connection")).contains("close");
    }

    /** The server closes a connection on which part of a request was left unread. */
    @Test
    void saysThatAConnectionEndsWithABodyNobodyRead() {
        HttpResponse<String> refused =
                controller.send(HttpRequest.newBuilder(controller.base().resolve("/v1/moves"))
                        .header("Authorization", "Bearer wrong")
                        .POST(HttpRequest.BodyPublishers.ofString(MINIMAL)));
        HttpResponse<String> read = controller.post("/v1/moves", MINIMAL);

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("Connection")).contains("close");
        assertThat(read.headers().firstValue("Connection")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer wrong", "Basic b3Blbg==", "Bearer ", "open-sesame"})
    void asksForTheToken(String shown) {
        HttpResponse<String> answer = controller.send(
                HttpRequest.newBuilder(controller.base().resolve("/v1/moves")).header("Authorization", shown));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(controller.services.calls).isEmpty();
    }

    @Test
    void showsItsDescriptionWithoutAToken() throws Exception {
        HttpResponse<String> answer =
                controller.send(HttpRequest.newBuilder(controller.base().resolve("/openapi.json")));

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode api = Json.mapper().readTree(answer.body());
        assertThat(api.get("paths").fieldNames())
                .toIterable()
                .contains("/v1/moves", "/v1/moves/{id}/events", "/v1/moves/{id}/drill", "/v1/shards/{id}", "/v1/nodes");
        JsonNode request = api.at("/components/schemas/MoveRequest");
        assertThat(request.at("/properties/maxWritePause/type").asText()).isEqualTo("string");
        assertThat(request.at("/properties/shard/type").asText()).isEqualTo("string");
        assertThat(request.at("/required")).hasSize(2);
        assertThat(request.at("/properties/mode/enum").toString()).contains("clean-stop");
        assertThat(api.at("/components/schemas/Step/properties/since/type").asText())
                .isEqualTo("string");
        assertThat(api.at("/components/schemas/Move/required")).hasSize(19);
        assertThat(api.at("/components/schemas/Blocker/properties/kind/enum").toString())
                .contains("base-backup", "wraparound-vacuum");
        assertThat(api.at("/components/schemas/PausePrediction/required")).hasSize(4);
        assertThat(api.at("/components/schemas/Move/properties/waitingFor/nullable")
                        .asBoolean())
                .isTrue();
        assertThat(api.at("/paths/~1v1~1moves~1{id}/get/responses/200/content/application~1json/schema/$ref")
                        .asText())
                .endsWith("/Move");
        assertThat(api.at("/components/schemas/ShardTopology/properties/epoch/type")
                        .asText())
                .isEqualTo("integer");
    }

    @Test
    void listsByShardAndState() {
        assertThat(controller.get("/v1/moves?shard=shard_01&state=BAKING").body())
                .startsWith("{\"moves\":[{");
        assertThat(controller.services.calls).containsExactly("list shard_01 BAKING");
    }

    @ParameterizedTest
    @ValueSource(strings = {"approve", "drill", "abort", "rollback", "pause", "resume", "complete"})
    void acceptsASteeringCallWithoutABody(String verb) {
        HttpResponse<String> answer = controller.send(controller
                .request("/v1/moves/" + FakeServices.ID + "/" + verb)
                .POST(HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(controller.services.calls.get(0)).startsWith(verb);
    }

    @Test
    void goesBackWithoutAStandbyOnlyWhenThatIsWaived() {
        String path = "/v1/moves/" + FakeServices.ID + "/rollback";
        controller.post(path, "{\"waive\": [{\"check\": \"P41-standbys\", \"reason\": \"it has burnt\"}]}");
        controller.post(path, "{}");
        HttpResponse<String> unknown = controller.post(path, "{\"wave\": []}");

        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(controller.services.calls)
                .containsExactly("rollback waives P41-standbys because it has burnt", "rollback");
    }

    @Test
    void endsTheBakeOnlyWhenAsked() {
        String path = "/v1/moves/" + FakeServices.ID + "/complete";
        controller.post(path, "{\"endBake\": true}");
        controller.post(path, "{}");
        controller.post(path, "{\"endBake\": false}");

        assertThat(controller.services.calls).containsExactly("complete true", "complete false", "complete false");
    }
}
