/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.ShardId;
import io.drover.daemon.access.AccessFile;
import io.drover.daemon.audit.AuditLog;
import io.drover.replication.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the audit log holds of requests, over HTTP. */
@Timeout(60)
class AuditTest {
    private static final String MOVE = "/v1/moves/" + FakeServices.ID;
    private static final String START = "{\"shard\": \"shard_01\", \"target\": \"node_b\", \"cutover\": \"approve\","
            + " \"verify\": {\"level\": \"counts\", \"canaries\": [\"select 'canary of a customer'\"]}}";

    @TempDir
    private Path directory = Path.of("");

    private AuditLog log = AuditLog.none();
    private AccessFile callers;
    private TestController controller;

    @BeforeEach
    void start() throws IOException {
        callers = CallersOfTests.file(directory);
        log = AuditLog.in(file(), "c1", Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
        controller = new TestController(null, null, new Rest.Protection(callers, log, false, FenceLimit.none()));
    }

    @AfterEach
    void stop() {
        controller.close();
        log.close();
    }

    private Path file() {
        return directory.resolve("audit.log");
    }

    private List<JsonNode> lines() throws IOException {
        return Files.readAllLines(file()).stream()
                .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), JsonNode.class))
                .toList();
    }

    private HttpResponse<String> post(String path, String caller, String body, String... headers) {
        HttpRequest.Builder request =
                controller.request(path, CallersOfTests.token(caller)).header("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return controller.send(request.POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void holdsCallerReasonAndResultBeforeAndAfter() throws IOException {
        post("/v1/moves", "operator", START, "Drover-Reason", "node_a l%C3%A4uft+voll 95%25", "Idempotency-Key", "k");

        assertThat(lines()).hasSize(2);
        JsonNode asked = lines().get(0);
        JsonNode answered = lines().get(1);
        assertThat(asked.toString())
                .contains(
                        "\"at\":\"1970-01-01T00:00:00.000Z\",\"event\":\"asked\"",
                        "\"controller\":\"c1\",\"caller\":\"operator\",\"address\":\"127.0.0.1\"",
                        "\"method\":\"POST\",\"path\":\"v1/moves\"",
                        "\"reason\":\"node_a läuft+voll 95%\"");
        assertThat(asked.toString())
                .as("what was about to be done, when the controller dies before it answers")
                .contains(
                        "\"shards\":[\"shard_01\"]",
                        "\"what\":{\"shard\":\"shard_01\",\"target\":\"node_b\",\"cutover\":\"approve\"");
        assertThat(asked.has("result")).isFalse();
        assertThat(answered.get("request")).isEqualTo(asked.get("request"));
        assertThat(answered.toString())
                .contains(
                        "\"event\":\"answered\"",
                        "\"shards\":[\"shard_01\"],\"move\":\"" + FakeServices.ID + "\"",
                        "\"what\":{\"shard\":\"shard_01\",\"target\":\"node_b\",\"cutover\":\"approve\"",
                        "\"result\":\"done\",\"status\":201");
    }

    /** The move has no id yet when it is asked for; its two lines are tied together by that of the request. */
    @Test
    void theAnswerNamesTheMoveThatCameOfTheRequest() throws IOException {
        HttpResponse<String> created = post("/v1/moves", "operator", START);
        post("/v1/moves", "operator", START.replace("\"cutover\"", "\"dryRun\": true, \"cutover\""));

        assertThat(lines()).hasSize(4);
        assertThat(lines().get(0).has("move")).isFalse();
        assertThat(created.headers().firstValue("Location").orElseThrow())
                .endsWith("/v1/moves/" + lines().get(1).path("move").asText());
        assertThat(lines().get(1).path("move").asText()).isEqualTo(FakeServices.ID.value());
        assertThat(lines().get(1).path("request")).isEqualTo(lines().get(0).path("request"));
        assertThat(lines().subList(2, 4)).as("of a dry run none came").noneMatch(line -> line.has("move"));
    }

    /** Each call that changes something: its line says what it concerns, and is there before anything is done. */
    @Test
    void whatIsAboutToBeDoneIsOnDiskBeforeItIsDone() throws IOException {
        controller.services.together = List.of(new ShardId("shard_01"), new ShardId("shard_02"));
        for (Callbook call : Callbook.ALL) {
            if (call.method().equals("GET")) {
                continue;
            }
            List<JsonNode> before = lines();
            AtomicReference<List<JsonNode>> atTheOrder = new AtomicReference<>(List.of());
            controller.services.onOrder = () -> atTheOrder.compareAndSet(List.of(), newLines(before.size()));

            HttpResponse<String> answer = controller.send(controller
                    .request(call.path(), CallersOfTests.token("everything"))
                    .header("Content-Type", "application/json")
                    .header("Drover-Reason", "because")
                    .method(call.method(), HttpRequest.BodyPublishers.ofString(call.body())));

            assertThat(answer.statusCode()).as("%s: %s", call, answer.body()).isBetween(200, 299);
            assertThat(atTheOrder.get()).as("%s", call).hasSize(1);
            JsonNode asked = atTheOrder.get().get(0);
            assertThat(asked.path("event").asText()).isEqualTo("asked");
            assertThat(asked.path("reason").asText()).isEqualTo("because");
            if (!call.isForEverything()) {
                assertThat(asked.path("shards").toString()).as("%s", call).isEqualTo("[\"shard_01\",\"shard_02\"]");
            }
            if (call.body().contains("node_")) {
                assertThat(asked.path("what").toString()).as("%s", call).containsPattern("\"(node|target)\":\"node_");
            }
            if (call.path().contains(FakeServices.ID.value())) {
                assertThat(asked.path("move").asText()).isEqualTo(FakeServices.ID.value());
            }
            assertThat(lines()).as("%s", call).hasSize(before.size() + 2);
        }
    }

    private List<JsonNode> newLines(int before) {
        try {
            return lines().subList(before, lines().size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that was not understood was never about to be done. */
    @Test
    void whatIsRefusedBeforeItIsUnderstoodHasOneLine() throws IOException {
        post("/v1/moves", "operator", "{\"shard\": \"shard_01\"}");
        post("/v1/shards/shard_01/purge", "admin", "{}");

        assertThat(lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.toString()).contains("\"event\":\"answered\"", "\"status\":400"));
    }

    @Test
    void holdsTasksOfTheAdminPort() throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = controller.stream(HttpRequest.newBuilder(
                        controller.admin().resolve("/tasks/log-level?logger=io.drover.none&level=DEBUG&token=secret"))
                .header("Drover-Reason", "to look closer")
                .POST(HttpRequest.BodyPublishers.noBody()));
        answer.body().close();

        assertThat(answer.statusCode()).isEqualTo(200);
        // the answer is on its way before what became of the task is written
        assertThat(Waiting.until(
                        Duration.ofSeconds(20),
                        Duration.ofMillis(20),
                        () -> newLines(0).size() == 2))
                .isTrue();
        assertThat(lines().get(0).toString())
                .contains(
                        "\"event\":\"asked\"",
                        "\"path\":\"/tasks/log-level\"",
                        "io.drover.none",
                        "DEBUG",
                        "\"reason\":\"to look closer\"")
                .doesNotContain("secret", "\"caller\"");
        assertThat(lines().get(1).toString()).contains("\"result\":\"done\",\"status\":200");
        controller.stream(HttpRequest.newBuilder(controller.admin().resolve("/ping")))
                .body()
                .close();
        assertThat(lines()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "approve, approver, refused, 409, STATE_CONFLICT",
        "approve, operator, refused, 403, FORBIDDEN",
        "abort, stranger, refused, 403, FORBIDDEN",
        "abort, nobody, refused, 401, UNAUTHORIZED",
        "abort, operator, failed, 503, NODE_UNREACHABLE"
    })
    void holdsWhatWasRefusedOrFailed(String verb, String caller, String result, int status, String code)
            throws IOException {
        controller.services.failure = switch (code) {
            case "STATE_CONFLICT" -> new DroverException(ErrorCode.STATE_CONFLICT, "the move is COPYING");
            case "NODE_UNREACHABLE" -> new DroverException(ErrorCode.NODE_UNREACHABLE, "node_a is away");
            default -> null;
        };

        post(MOVE + "/" + verb, caller, "");

        JsonNode last = lines().get(lines().size() - 1);
        assertThat(last.path("result").asText()).isEqualTo(result);
        assertThat(last.path("status").asInt()).isEqualTo(status);
        assertThat(last.path("code").asText()).isEqualTo(code);
        assertThat(last.path("detail").asText()).isNotEmpty();
        assertThat(last.path("path").asText()).isEqualTo("v1/moves/" + FakeServices.ID + "/" + verb);
        assertThat(last.has("caller")).isEqualTo(!caller.equals("nobody"));
    }

    @Test
    void holdsNothingOfLooks() throws IOException {
        controller.send(controller.request("/v1/moves", CallersOfTests.token("viewer")));
        controller.send(controller.request("/v1/topology", CallersOfTests.token("stranger")));

        assertThat(lines()).isEmpty();
    }

    @Test
    void holdsNoSecret() throws IOException {
        post(
                "/v1/moves?token=secret-in-query",
                "operator",
                START,
                "Idempotency-Key",
                "secret-key",
                "Cookie",
                "secret-c");
        post(MOVE + "/abort", "wrong-secret", "{\"password\": \"secret-in-body\"}");
        post(MOVE + "/complete", "operator", "{\"password\": \"secret-in-body\"}");
        post("/v1/moves", "operator", "{\"shard\": \"secret-in a field\", \"target\": \"node_b\"}");

        assertThat(Files.readString(file()))
                .contains("\"status\":400")
                .doesNotContain("secret-in", "secret-key", "secret-c", "token-of-", "canary of a customer");
        assertThat(Files.getPosixFilePermissions(file())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aReasonStaysOnItsLine() throws IOException {
        post(MOVE + "/abort", "operator", "", "Drover-Reason", "x%0A{\"caller\":\"bob\"}" + "y".repeat(2000));

        assertThat(lines()).hasSize(2);
        assertThat(lines().get(0).path("reason").asText()).startsWith("x\n{").hasSize(1001);
    }

    @Test
    void isOnlyAppendedToAndGoesOnInANewFileWhenItWasRenamed() throws IOException {
        post(MOVE + "/abort", "operator", "");
        String first = Files.readString(file());
        Files.move(file(), directory.resolve("audit.log.1"));

        post(MOVE + "/pause", "operator", "");

        assertThat(Files.readString(directory.resolve("audit.log.1"))).isEqualTo(first);
        assertThat(lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.toString()).contains("/pause"));

        AuditLog again = AuditLog.in(file(), "c2", Clock.systemUTC());
        again.close();
        assertThat(lines()).as("after a restart").hasSize(2);
    }

    @Test
    void whatCannotBeRecordedIsNotDone() throws IOException, InterruptedException {
        AuditLog full = AuditLog.in(Path.of("/dev/full"), "full", Clock.systemUTC());
        try (TestController blind =
                new TestController(null, null, new Rest.Protection(callers, full, false, FenceLimit.none()))) {
            HttpResponse<String> answer = blind.send(blind.request(MOVE + "/abort", CallersOfTests.token("operator"))
                    .POST(HttpRequest.BodyPublishers.noBody()));

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("AUDIT_FAILED", "nothing was done", "No space left");
            assertThat(blind.services.calls).noneMatch(call -> call.startsWith("abort"));
            HttpResponse<InputStream> task =
                    blind.stream(HttpRequest.newBuilder(blind.admin().resolve("/tasks/gc"))
                            .POST(HttpRequest.BodyPublishers.noBody()));
            assertThat(new String(task.body().readAllBytes(), StandardCharsets.UTF_8))
                    .doesNotContain("Running GC");
            assertThat(task.statusCode()).isEqualTo(503);
            assertThat(full.failure()).isPresent();
            assertThat(blind.send(blind.request("/v1/moves", CallersOfTests.token("viewer")))
                            .statusCode())
                    .isEqualTo(200);
        }
        full.close();

        assertThatThrownBy(() -> AuditLog.in(directory.resolve("none/audit.log"), "c3", Clock.systemUTC()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none/audit.log");
    }

    /** The caller's token comes along; the controller in between leaves the line to the leader. */
    @Test
    void whoAskedAnotherControllerIsKnownToTheLeader() throws IOException {
        Path between = directory.resolve("between.log");
        AuditLog second = AuditLog.in(between, "c2", Clock.systemUTC());
        try (TestController follower =
                new TestController(null, null, new Rest.Protection(callers, second, false, FenceLimit.none()))) {
            follower.leads = false;
            follower.other = controller.base();

            HttpResponse<String> answer = follower.send(follower.request(MOVE + "/abort", CallersOfTests.token("bob"))
                    .header("Drover-Reason", "why")
                    .POST(HttpRequest.BodyPublishers.noBody()));

            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line.toString())
                            .contains("\"caller\":\"bob\"", "\"reason\":\"why\"", "\"controller\":\"c1\""));
            assertThat(between).isEmptyFile();

            follower.send(follower.request(MOVE + "/abort", CallersOfTests.token("nobody"))
                    .POST(HttpRequest.BodyPublishers.noBody()));
            assertThat(Files.readString(between)).contains("UNAUTHORIZED");
            assertThat(lines()).hasSize(2);
        } finally {
            second.close();
        }
    }
}
