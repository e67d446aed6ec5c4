/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.drover.api.CanaryQuery;
import io.drover.api.DatabaseName;
import io.drover.api.HostName;
import io.drover.api.Json;
import io.drover.api.MoveState;
import io.drover.api.NodePath;
import io.drover.api.SafeText;
import io.drover.api.StandbyNames;
import io.drover.api.agent.Verb;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Every member of every verb, and of its token, with a hostile value: refused over HTTP by the agent of a move that waits, nothing changed. */
final class HostileVerbsTest {
    private static final Set<Integer> REFUSALS = Set.of(400, 404, 405, 413, 414, 422, 431);
    private static final List<Function<String, Object>> MEANT =
            List.of(DatabaseName::new, NodePath::new, HostName::new, CanaryQuery::new, StandbyNames::new);
    private static final byte[] SAMPLE_TOKEN =
            "{\"leaderEpoch\": 1, \"move\": \"0badf00d\", \"step\": 30, \"sequence\": 1, \"timeoutMillis\": 20000}"
                    .getBytes(StandardCharsets.UTF_8);

    private static final List<Place> PLACES = places();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static MiniCluster cluster;
    private static AgentServer server;
    private static JsonNode token;

    /** A member of a command. */
    private record Place(Verb<?> verb, JsonPointer member) {
        /** The command with this value in the member's place. */
        JsonNode with(JsonNode value) {
            ObjectNode body = body(verb);
            JsonNode parent = body.at(member.head());
            String name = member.last().getMatchingProperty();
            if (parent instanceof ObjectNode object) {
                object.set(name, value);
            } else if (parent instanceof ArrayNode array) {
                array.set(Integer.parseInt(name), value);
            }
            return body;
        }

        @Override
        public String toString() {
            return verb.path() + member;
        }
    }

    private static ObjectNode body(Verb<?> verb) {
        ObjectNode body = Json.mapper().createObjectNode();
        body.set("token", token == null ? Json.read(SAMPLE_TOKEN, JsonNode.class) : token.deepCopy());
        body.set("args", Json.mapper().valueToTree(verb));
        return body;
    }

    private static List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (Verb<?> verb : SampleVerbs.all()) {
            ObjectNode body = Json.mapper().createObjectNode();
            body.set("token", Json.read(SAMPLE_TOKEN, JsonNode.class));
            body.set("args", Json.mapper().valueToTree(verb));
            leaves(body, JsonPointer.empty(), verb, places);
        }
        return List.copyOf(places);
    }

    private static void leaves(JsonNode node, JsonPointer at, Verb<?> verb, List<Place> places) {
        if (node instanceof ObjectNode object) {
            object.properties()
                    .forEach(member -> leaves(member.getValue(), at.appendProperty(member.getKey()), verb, places));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                leaves(array.get(i), at.appendIndex(i), verb, places);
            }
        } else {
            places.add(new Place(verb, at));
        }
    }

    @BeforeContainer
    static void waitForApproval() throws IOException {
        cluster = MiniCluster.withShard();
        cluster.start("\"cutover\":\"approve\"");
        cluster.await(
                "READY",
                () -> cluster.control().moves().list(Optional.empty(), Optional.of(MoveState.READY)).stream()
                        .anyMatch(move -> move.waitingFor() != null));
        cluster.await(
                "it has stored what it has seen",
                () -> stored().get("seenEpoch").asLong()
                        == cluster.topology().epoch().value());
        token = stored().get("token");
        server = new AgentServer(cluster.agent(A));
    }

    private static JsonNode stored() {
        FakeStateFiles files = cluster.files.get(A);
        try {
            return Json.mapper().readTree(files.read(cluster.instance() + ".json"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterContainer
    static void close() {
        server.close();
        cluster.close();
    }

    @Provide
    Arbitrary<Place> anyPlace() {
        return Arbitraries.of(PLACES);
    }

    @Provide
    Arbitrary<String> hostile() {
        return HostileText.any();
    }

    @Property(tries = 1500, shrinking = ShrinkingMode.OFF)
    void aHostileTextInAnyMemberIsRefused(@ForAll("anyPlace") Place place, @ForAll("hostile") String value) {
        Assume.that(MEANT.stream().noneMatch(type -> takes(type, value)));

        assertRefused(place, TextNode.valueOf(value));
    }

    private static boolean takes(Function<String, Object> type, String value) {
        try {
            return type.apply(value) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Every member once with each value of a wrong kind. */
    @Example
    void aValueOfAnotherKindIsRefused() {
        for (Place place : PLACES) {
            JsonNode right = body(place.verb()).at(place.member());
            for (String wrong : List.of("{}", "[[]]", "{\"@class\": \"java.io.File\"}", "0.5")) {
                assertRefused(place, Json.read(wrong.getBytes(StandardCharsets.UTF_8), JsonNode.class));
            }
            if (right.isNumber()) {
                assertRefused(place, TextNode.valueOf(""));
                assertRefused(place, TextNode.valueOf("1"));
            } else if (right.isTextual()) {
                assertRefused(place, Json.mapper().getNodeFactory().numberNode(-1));
                assertRefused(place, Json.mapper().getNodeFactory().booleanNode(true));
            }
        }
    }

    private static void assertRefused(Place place, JsonNode value) {
        Map<String, String> before = WorldText.of(cluster);
        String body = escaped(place.with(value));

        HttpResponse<String> answer =
                server.post(cluster.instance().value(), place.verb().path(), AgentServer.BEARER, body);

        assertThat(answer.statusCode()).as("%s: %s", place, answer.body()).isIn(REFUSALS);
        assertThat(WorldText.of(cluster)).as("%s", place).isEqualTo(before);
        assertPlain(answer);
    }

    /** With half a character, too, which UTF-8 has not. */
    private static String escaped(JsonNode body) {
        try {
            return Json.mapper()
                    .writer()
                    .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertPlain(HttpResponse<String> answer) {
        String detail = Json.read(answer.body().getBytes(StandardCharsets.UTF_8), JsonNode.class)
                .path("detail")
                .asText();
        assertThat(SafeText.isPlain(detail)).as("%s", detail).isTrue();
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void aHostileTextInAnAddressIsRefused(@ForAll("hostile") String value) throws Exception {
        Assume.that(!Set.of("", ".", "..").contains(value));
        String text = URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
        String facts = "/v1/node/target-facts?shard=%s&port=%s&sourceHost=%s&sourcePort=%s&tablespaces=%s";
        for (String path : List.of(
                "/v1/instances/" + text,
                "/v1/instances/" + text + "/facts",
                facts.formatted(text, "5433", "node_a", "5433", ""),
                facts.formatted("shard_01", text, "node_a", "5433", ""),
                facts.formatted("shard_01", "5433", text, "5433", ""),
                facts.formatted("shard_01", "5433", "node_a", text, ""),
                facts.formatted("shard_01", "5433", "node_a", "5433", text))) {
            Assume.that(MEANT.stream().noneMatch(type -> takes(type, value)) && !value.contains(","));
            HttpResponse<String> answer = get(path);

            assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isIn(REFUSALS);
        }
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(server.address() + path))
                        .header("Authorization", "Bearer " + AgentServer.BEARER)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
