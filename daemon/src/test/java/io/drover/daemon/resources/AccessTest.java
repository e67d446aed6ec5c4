/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.ShardId;
import io.drover.daemon.access.Role;
import io.drover.daemon.audit.AuditLog;
import jakarta.ws.rs.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may make which call, over HTTP. */
@Timeout(60)
class AccessTest {
    private static final String MOVE = "/v1/moves/" + FakeServices.ID;
    private static final List<Class<?>> RESOURCES =
            List.of(MovesResource.class, ShardsResource.class, NodesResource.class, TopologyResource.class);
    private static final List<String> LOOKS = List.of("list", "get", "listen", "shards", "shard", "nodes", "plan");
    private static TestController controller;
    private static TestController strict;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        controller = new TestController(
                null,
                null,
                new Rest.Protection(CallersOfTests.file(directory), AuditLog.none(), false, FenceLimit.none()));
        strict = new TestController(
                null,
                null,
                new Rest.Protection(CallersOfTests.file(directory), AuditLog.none(), true, FenceLimit.none()));
    }

    @AfterAll
    static void stop() {
        controller.close();
        strict.close();
    }

    @BeforeEach
    void clear() {
        controller.reset();
        strict.reset();
    }

    private static int status(Callbook call, String caller) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = controller.stream(request(controller, call, caller));
        // a stream of events does not end by itself
        answer.body().close();
        return answer.statusCode();
    }

    private static HttpRequest.Builder request(TestController to, Callbook call, String caller) {
        return to.request(call.path(), CallersOfTests.token(caller))
                .header("Content-Type", "application/json")
                .method(call.method(), HttpRequest.BodyPublishers.ofString(call.body()));
    }

    private static HttpResponse<String> send(Callbook call, String caller) {
        return controller.send(request(controller, call, caller));
    }

    /** Whether the services were asked to change something. */
    private static boolean hasChanged(TestController of) {
        return of.services.calls.stream().anyMatch(call -> !LOOKS.contains(call.split(" ", 2)[0]));
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void eachCallNeedsItsRole(Role held) throws Exception {
        for (Callbook call : Callbook.ALL) {
            controller.reset();
            boolean may = call.role() == held || call.role() == Role.VIEWER;
            if (may) {
                assertThat(status(call, held.text())).as("%s as %s", call, held).isBetween(200, 299);
            } else {
                HttpResponse<String> answer = send(call, held.text());
                assertThat(answer.statusCode()).as("%s as %s", call, held).isEqualTo(403);
                assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
                assertThat(answer.body())
                        .contains("\"code\":\"FORBIDDEN\"")
                        .contains("caller " + held.text() + " needs the role "
                                + call.role().text() + " and has " + held.text() + " for [*]; nothing was done");
                assertThat(hasChanged(controller)).as("%s as %s", call, held).isFalse();
            }
        }
    }

    @Test
    void aTokenOfAnotherShardIsRefusedAndSeesNothing() {
        for (Callbook call : Callbook.ALL) {
            controller.reset();
            HttpResponse<String> answer = send(call, "stranger");
            if (call.isList()) {
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).as(call.path()).doesNotContain("shard_01");
            } else {
                assertThat(answer.statusCode())
                        .as("%s: %s", call, answer.body())
                        .isEqualTo(403);
                assertThat(answer.body())
                        .contains(
                                "caller stranger needs the role " + call.role().text() + " for ");
            }
            assertThat(hasChanged(controller)).as("%s", call).isFalse();
        }
    }

    @Test
    void anOrderNeedsTheRoleForEveryShardOfTheInstance() {
        controller.services.together = List.of(new ShardId("shard_01"), new ShardId("shard_02"));
        for (Callbook call : Callbook.ALL) {
            if (call.role() == Role.VIEWER || call.isForEverything()) {
                continue;
            }
            controller.services.calls.clear();
            HttpResponse<String> refused = send(call, "first");
            assertThat(refused.statusCode()).as("%s: %s", call, refused.body()).isEqualTo(403);
            assertThat(refused.body()).contains("for [shard_01, shard_02]");
            assertThat(hasChanged(controller)).isFalse();

            assertThat(send(call, "tenant").statusCode()).as("%s", call).isBetween(200, 299);
        }
        assertThat(send(Callbook.ALL.get(0), "first").body()).contains(FakeServices.ID.value());
        assertThat(controller
                        .send(controller.request("/v1/shards", CallersOfTests.token("first")))
                        .body())
                .contains("shard_01")
                .doesNotContain("\"shard\":\"shard_02\"");
    }

    @Test
    void whatConcernsEveryShardNeedsTheRoleForEveryShard() {
        for (Callbook call : Callbook.ALL) {
            if (call.isForEverything()) {
                assertThat(send(call, "tenant").statusCode()).as("%s", call).isEqualTo(403);
            }
        }
    }

    /** Also not the token that the agents ask for, which was everybody's before there was an access file. */
    @ParameterizedTest
    @ValueSource(strings = {"token-of-nobody", TestController.TOKEN, ""})
    void anUnknownTokenIsRefused(String token) {
        for (Callbook call : Callbook.ALL) {
            HttpResponse<String> answer = controller.send(controller
                    .request(call.path(), token)
                    .method(call.method(), HttpRequest.BodyPublishers.ofString(call.body())));
            assertThat(answer.statusCode()).as("%s", call).isEqualTo(401);
        }
        assertThat(controller.services.calls).isEmpty();
    }

    @Test
    void withoutATokenNobodyIsLetIn() {
        for (Callbook call : Callbook.ALL) {
            HttpResponse<String> answer =
                    controller.send(HttpRequest.newBuilder(controller.base().resolve(call.path()))
                            .method(call.method(), HttpRequest.BodyPublishers.ofString(call.body())));
            assertThat(answer.statusCode()).as("%s", call).isEqualTo(401);
        }
        assertThat(controller.services.calls).isEmpty();
    }

    @Test
    void nobodyNamesACallerWithoutBeingAController() {
        HttpResponse<String> answer = controller.send(controller
                .request(MOVE + "/abort", CallersOfTests.token("operator"))
                .header(CallerFilter.CERTIFICATE, "alice")
                .POST(HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("only a controller may do that");
        assertThat(controller.services.calls).isEmpty();
    }

    @Test
    void oneCallersIdempotencyKeysAreNotAnothers() {
        for (String caller : List.of("alice", "bob", "alice")) {
            controller.send(request(controller, Callbook.ALL.get(7), caller).header("Idempotency-Key", "k1"));
        }

        assertThat(controller.services.calls)
                .filteredOn(call -> call.startsWith("create"))
                .containsExactly("create alice\nk1", "create bob\nk1", "create alice\nk1");
    }

    @Test
    void theOneTokenMayDoEverything() throws Exception {
        try (TestController open = new TestController()) {
            for (Callbook call : Callbook.ALL) {
                HttpResponse<InputStream> answer = open.stream(open.request(call.path())
                        .header("Content-Type", "application/json")
                        .method(call.method(), HttpRequest.BodyPublishers.ofString(call.body())));
                answer.body().close();
                assertThat(answer.statusCode()).as("%s", call).isBetween(200, 299);
            }
        }
    }

    @Test
    void aSecondPersonApproves() {
        strict.services.starter = "alice";
        Callbook approve = Callbook.ALL.get(9);

        HttpResponse<String> own = strict.send(request(strict, approve, "alice"));
        assertThat(own.statusCode()).isEqualTo(403);
        assertThat(own.body()).contains("alice has started move " + FakeServices.ID + " and cannot approve it, too");
        assertThat(hasChanged(strict)).isFalse();

        assertThat(strict.send(request(strict, approve, "bob")).statusCode()).isEqualTo(202);

        strict.services.starter = null;
        assertThat(strict.send(request(strict, approve, "bob")).body()).contains("it is not known who has started");
    }

    @Test
    void whereASecondPersonApprovesEachMoveWaits() {
        String move = "{\"shard\": \"shard_01\", \"target\": \"node_b\", \"cutover\": \"%s\", \"drill\": %s}";
        Callbook auto = new Callbook("POST", "/v1/moves", move.formatted("auto", false), Role.OPERATOR);
        Callbook waiting = new Callbook("POST", "/v1/moves", move.formatted("approve", false), Role.OPERATOR);
        Callbook drill = new Callbook("POST", "/v1/moves", move.formatted("auto", true), Role.OPERATOR);

        HttpResponse<String> refused = strict.send(request(strict, auto, "alice"));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("APPROVAL_NEEDED", "--cutover approve");
        assertThat(hasChanged(strict)).isFalse();

        assertThat(strict.send(request(strict, waiting, "alice")).statusCode()).isEqualTo(201);
        assertThat(strict.services.starter).isEqualTo("alice");
        assertThat(strict.send(request(strict, drill, "alice")).statusCode()).isEqualTo(201);
    }

    @Test
    void everyCallIsInTheBookAndInTheDocumentationWithItsRole() throws IOException {
        List<String> known = Callbook.ALL.stream()
                .map(call -> call.written() + " " + call.role())
                .distinct()
                .sorted()
                .toList();

        assertThat(RESOURCES.stream().flatMap(AccessTest::calls).sorted()).isEqualTo(known);

        String page = Files.readString(Path.of("../docs/security.md"));
        assertThat(Callbook.ALL)
                .allSatisfy(call -> assertThat(page.lines())
                        .filteredOn(line -> line.startsWith("| " + call.role().text() + " |"))
                        .anyMatch(line -> line.contains("`" + call.written() + "`")));
    }

    @Test
    void theDescriptionNamesTheRoleOfEachCall() throws IOException {
        JsonNode paths =
                Json.mapper().readTree(controller.get("/openapi.json").body()).get("paths");
        for (Callbook call : Callbook.ALL) {
            String[] written = call.written().split(" ", 2);
            JsonNode operation = paths.path(written[1]).path(written[0].toLowerCase(Locale.ROOT));
            assertThat(operation.path(OpenApiAccess.ROLE).asText())
                    .as("%s", call)
                    .isEqualTo(call.role().text());
            assertThat(operation.path("responses").has("403")).isTrue();
            assertThat(operation.path("parameters").toString().contains("Drover-Reason"))
                    .as("%s", call)
                    .isEqualTo(!call.method().equals("GET"));
        }
    }

    private static Stream<String> calls(Class<?> resource) {
        String base = resource.getAnnotation(jakarta.ws.rs.Path.class).value();
        return Stream.of(resource.getDeclaredMethods())
                .flatMap(method -> verb(method)
                        .map(verb -> verb + " " + base + path(method) + " "
                                + (method.isAnnotationPresent(Needs.class)
                                        ? method.getAnnotation(Needs.class).value()
                                        : "nobody")));
    }

    private static Stream<String> verb(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(Objects::nonNull)
                .map(HttpMethod::value);
    }

    private static String path(Method method) {
        jakarta.ws.rs.Path path = method.getAnnotation(jakarta.ws.rs.Path.class);
        return path == null ? "" : path.value();
    }
}
