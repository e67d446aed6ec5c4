/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Every verb with everything that can be wrong with a call, over HTTP, at both agents of a move that waits for its approval: refused,
 * logged once, nothing changed.
 */
@Isolated // counts lines of the log
final class VerbRefusalsTest {
    private static final List<String> LOGGERS =
            List.of("io.drover.daemon.agent", "io.drover.daemon.resources.ProblemMapper");

    private static final List<Verb<?>> VERBS = SampleVerbs.all();
    private static MiniCluster cluster;
    private static Map<NodeId, AgentServer> servers;

    @BeforeAll
    static void waitForApproval() {
        cluster = MiniCluster.withShard();
        cluster.start("\"cutover\":\"approve\"");
        cluster.await(
                "READY",
                () -> cluster.control().moves().list(Optional.empty(), Optional.of(MoveState.READY)).stream()
                        .anyMatch(move -> move.waitingFor() != null));
        // which each does by itself, a moment after the move has told it
        cluster.await("both have stored what they have seen", () -> hasStoredItsEpoch(A) && hasStoredItsEpoch(B));
        servers = Map.of(A, new AgentServer(cluster.agent(A)), B, new AgentServer(cluster.agent(B)));
    }

    @AfterAll
    static void close() {
        servers.values().forEach(AgentServer::close);
        cluster.close();
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedLoggedOnceAndChangesNothing(BadCall bad) {
        for (NodeId node : List.of(A, B)) {
            VERBS.stream().filter(bad::concerns).forEach(verb -> refuses(node, bad, verb));
        }
    }

    private static void refuses(NodeId node, BadCall bad, Verb<?> verb) {
        String what = verb.path() + " at " + node;
        Map<String, String> before = world();
        try (Lines lines = new Lines()) {
            HttpResponse<String> answer = server(node)
                    .post(
                            bad.instance(cluster.instance().value()),
                            verb.path(),
                            bad.bearer(AgentServer.BEARER),
                            bad.body(verb, highest(node)));

            assertThat(world()).as(what).isEqualTo(before);
            if (bad.isAnsweredByNothing(verb)) {
                assertThat(answer.statusCode())
                        .as("%s: %s", what, answer.body())
                        .isEqualTo(200);
                assertThat(lines.warnings()).as(what).isEmpty();
            } else {
                assertProblem(answer, bad.status(), bad.code(), what);
                assertThat(lines.warnings()).as(what).hasSize(1);
            }
        }
    }

    @Test
    void anUnknownVerbIsRefusedToo() {
        Map<String, String> before = world();
        try (Lines lines = new Lines()) {
            HttpResponse<String> answer =
                    server(A).post(cluster.instance().value(), "drop-database", AgentServer.BEARER, "{\"args\":{}}");

            assertProblem(answer, 404, ErrorCode.NOT_FOUND, "drop-database");
            assertThat(lines.warnings()).singleElement().asString().contains("drop-database", "NOT_FOUND");
        }
        assertThat(world()).isEqualTo(before);
    }

    /** What is wrong with a bad call is only that: with the right token the same verb is carried out. */
    @Test
    void theSameCommandWithNothingWrongIsCarriedOut() {
        Token highest = highest(A);
        Token next = new Token(
                highest.leaderEpoch(), highest.move(), highest.step(), highest.sequence(), highest.timeoutMillis());
        String body =
                new String(Json.bytes(Map.of("token", next, "args", new Verb.CountRows())), StandardCharsets.UTF_8);

        assertThat(server(A)
                        .post(cluster.instance().value(), "count-rows", AgentServer.BEARER, body)
                        .statusCode())
                .isEqualTo(200);
    }

    /** What was carried out once is refused when the very same request comes again, also of a verb that exists outside of moves. */
    @Test
    void aReplayedRequestIsRefusedLoggedOnceAndChangesNothing() {
        for (Verb<?> each : List.of(new Verb.CountRows(), new Verb.Purge())) {
            boolean outside = each instanceof Verb.Purge;
            String verb = each.path();
            // of an instance that is not here there is nothing to purge
            String instance =
                    outside ? "7000000000000000042" : cluster.instance().value();
            Map<String, @Nullable Object> command = new TreeMap<>();
            command.put("token", outside ? null : highest(A));
            command.put("args", each);
            String body = new String(Json.bytes(command), StandardCharsets.UTF_8);
            String id = UUID.randomUUID().toString();
            assertThat(server(A)
                            .post(instance, verb, AgentServer.BEARER, body, id)
                            .statusCode())
                    .isEqualTo(200);

            Map<String, String> before = world();
            try (Lines lines = new Lines()) {
                HttpResponse<String> replay = server(A).post(instance, verb, AgentServer.BEARER, body, id);

                assertProblem(replay, 409, ErrorCode.REPLAYED, verb);
                assertThat(lines.warnings()).singleElement().asString().contains(verb, "REPLAYED");
            }
            // nor does its id let anything else in
            assertProblem(
                    server(A).post(instance, "checkpoint", AgentServer.BEARER, checkpoint(), id),
                    409,
                    ErrorCode.REPLAYED,
                    "another command with the id of " + verb);
            assertProblem(
                    server(A).post("7000000000000000043", verb, AgentServer.BEARER, body, id),
                    409,
                    ErrorCode.REPLAYED,
                    verb + " for another instance");
            assertThat(world()).isEqualTo(before);
            // a controller that repeats a command gives it another id
            assertThat(server(A)
                            .post(
                                    instance,
                                    verb,
                                    AgentServer.BEARER,
                                    body,
                                    UUID.randomUUID().toString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private static String checkpoint() {
        return new String(
                Json.bytes(Map.of("token", highest(A), "args", new Verb.Checkpoint())), StandardCharsets.UTF_8);
    }

    private static AgentServer server(NodeId node) {
        return requireNonNull(servers.get(node), "no server");
    }

    private static void assertProblem(HttpResponse<String> answer, int status, ErrorCode code, String what) {
        assertThat(answer.statusCode()).as("%s: %s", what, answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).as(what).contains("application/problem+json");
        JsonNode problem;
        try {
            problem = Json.mapper().readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(problem.path("code").asText()).as(what).isEqualTo(code.name());
        for (String member : List.of("message", "hint")) {
            assertThat(problem.path(member).asText(""))
                    .as("%s of %s: %s", member, what, answer.body())
                    .isNotBlank()
                    .isNotEqualTo("null");
        }
    }

    private static boolean hasStoredItsEpoch(NodeId node) {
        return stored(node).get("seenEpoch").asLong()
                == cluster.topology().epoch().value();
    }

    /** The newest token that the agent has stored. */
    private static Token highest(NodeId node) {
        try {
            return Json.mapper().treeToValue(stored(node).get("token"), Token.class);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode stored(NodeId node) {
        try {
            return Json.mapper().readTree(state(node).read(cluster.instance() + ".json"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static FakeStateFiles state(NodeId node) {
        return requireNonNull(cluster.files.get(node), "no files");
    }

    private static Map<String, String> world() {
        return WorldText.of(cluster);
    }

    /** What is logged meanwhile by what may log a refusal. */
    private static final class Lines implements AutoCloseable {
        private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

        Lines() {
            appender.start();
            LOGGERS.forEach(name -> logger(name).addAppender(appender));
        }

        List<String> warnings() {
            return appender.list.stream()
                    .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
        }

        private static Logger logger(String name) {
            return (Logger) LoggerFactory.getLogger(name);
        }

        @Override
        public void close() {
            LOGGERS.forEach(name -> logger(name).detachAppender(appender));
        }
    }
}
