/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.drover.api.CanaryQuery;
import io.drover.api.DatabaseName;
import io.drover.api.Durations;
import io.drover.api.HostName;
import io.drover.api.Json;
import io.drover.api.NodePath;
import io.drover.api.RoleName;
import io.drover.api.SafeText;
import io.drover.daemon.move.CallDesk.Call;
import io.drover.daemon.move.CallDesk.Outcome;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
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
import org.jspecify.annotations.Nullable;

/** Every field of every call of REST with a hostile value in it: refused, and no znode and no agent has noticed. */
final class HostileCallsTest {
    private static final String HOLE = "@@";
    private static final Set<Integer> REFUSALS = Set.of(400, 404, 405, 414, 422, 431);
    private static final List<Function<String, Object>> MEANT =
            List.of(RoleName::new, DatabaseName::new, NodePath::new, HostName::new, CanaryQuery::new, Durations::parse);
    private static final Scenes.Scene OVER =
            Scenes.ALL.stream().filter(Scenes.Scene::over).findFirst().orElseThrow();

    private static final String TOPOLOGY = """
            {"v": 1, "shard": "shard_07", "instance": "7000000000000000007", "epoch": 3, "state": "SERVING", "database": "app",\
             "primary": {"node": "node_a", "host": "10.0.0.1", "port": 5433},\
             "replicas": [{"node": "node_b", "host": "10.0.0.2", "port": 5433, "role": "READ", "readWeight": 1}],\
             "move": null, "fence": null}""";
    private static final String MEMORY = """
            {"node": "node_x", "host": "10.0.0.9", "instances": [{"instance": "7000000000000000009", "shards": ["shard_09"],\
             "database": "app", "port": 5433, "role": "STANDBY", "present": true, "running": true, "grantEpoch": 0,\
             "seenEpoch": 1, "sealedEpoch": null, "leaderEpoch": null}]}""";

    private static CallDesk desk;

    /**
     * A place for a value.
     *
     * @param right a value with which the call is accepted; null where that depends on more
     */
    private record Place(
            String method,
            String path,
            @Nullable String body,
            @Nullable String right) {
        Call with(String value) {
            return new Call(
                    toString(),
                    method,
                    path.replace(
                            HOLE,
                            URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20")),
                    body == null ? null : body.replace('"' + HOLE + '"', quoted(value)),
                    null);
        }

        boolean inTheAddress() {
            return path.contains(HOLE);
        }

        private static String quoted(String value) {
            try {
                // half a character, too, which UTF-8 has not
                return Json.mapper()
                        .writer()
                        .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                        .writeValueAsString(value);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final List<Place> PLACES = places();

    private static List<Place> places() {
        List<Place> places = new ArrayList<>();
        String move = "{\"shard\": \"shard_01\", \"target\": \"node_b\", \"dryRun\": true, %s}";
        for (String member : List.of(
                "\"standbys\": [\"@@\"]",
                "\"cutover\": \"@@\"",
                "\"mode\": \"@@\"",
                "\"maxWritePause\": \"@@\"",
                "\"drainTimeout\": \"@@\"",
                "\"blockers\": \"@@\"",
                "\"deadline\": \"@@\"",
                "\"bootstrap\": {\"method\": \"@@\"}",
                "\"bootstrap\": {\"maxRate\": \"@@\"}",
                "\"bootstrap\": {\"checkpoint\": \"@@\"}",
                "\"verify\": {\"level\": \"@@\"}",
                "\"verify\": {\"canaries\": [\"@@\"]}",
                "\"readShift\": [\"@@\"]",
                "\"bake\": \"@@\"",
                "\"waive\": [{\"check\": \"@@\", \"reason\": \"r\"}]",
                "\"drill\": \"@@\"",
                "\"@@\": true")) {
            places.add(new Place("POST", "/v1/moves", move.formatted(member), null));
        }
        places.add(new Place("POST", "/v1/moves", "{\"shard\": \"@@\", \"target\": \"node_b\"}", "shard_01"));
        places.add(new Place("POST", "/v1/moves", "{\"shard\": \"shard_01\", \"target\": \"@@\"}", "node_b"));
        places.add(new Place(
                "POST", "/v1/moves", "{\"shard\": \"shard_01\", \"target\": \"node_b\", \"dryRun\": \"@@\"}", null));
        String put = "{\"node\": \"node_a\", \"dataDir\": \"/data\", \"port\": 5433, \"database\": \"app\"}";
        for (String member : List.of("\"node_a\"", "\"/data\"", "\"app\"")) {
            places.add(
                    new Place("PUT", "/v1/shards/shard_02", put.replace(member, "\"@@\""), member.replace("\"", "")));
        }
        places.add(new Place("PUT", "/v1/shards/shard_02", put.replace("5433", "\"@@\""), null));
        places.add(new Place("PUT", "/v1/shards/shard_02", put.replace("}", ", \"initialize\": \"@@\"}"), null));
        places.add(new Place("PUT", "/v1/shards/@@", put, "shard_02"));
        places.add(new Place("GET", "/v1/shards/@@", null, "shard_01"));
        places.add(new Place("POST", "/v1/shards/@@/purge", "{\"node\": \"node_b\"}", "shard_01"));
        places.add(new Place("POST", "/v1/shards/shard_01/purge", "{\"node\": \"@@\"}", "node_b"));
        places.add(new Place("DELETE", "/v1/nodes/@@", null, "node_c"));
        places.add(new Place("GET", "/v1/moves?shard=@@", null, "shard_01"));
        places.add(new Place("GET", "/v1/moves?state=@@", null, "BAKING"));
        places.add(new Place("GET", "/v1/moves/@@", null, null));
        places.add(new Place("GET", "/v1/moves/@@/events", null, null));
        for (Order order : Order.values()) {
            places.add(new Place("POST", "/v1/moves/@@/" + order.word(), null, null));
        }
        places.add(new Place("POST", "/v1/moves/{id}/complete", "{\"endBake\": \"@@\"}", null));
        for (String order : List.of("complete", "rollback")) {
            String waive = "{\"waive\": [{\"check\": \"@@\", \"reason\": \"r\"}]}";
            places.add(new Place("POST", "/v1/moves/{id}/" + order, waive, null));
        }
        places.add(new Place("POST", "/v1/topology/rebuild", "{\"write\": \"@@\"}", null));
        places.add(new Place("POST", "/v1/topology/rebuild", "{\"@@\": false}", null));
        String without = "{\"without\": [{\"node\": \"@@\", \"reason\": \"it has burnt\"}]}";
        places.add(new Place("POST", "/v1/topology/rebuild", without, "node_c"));
        String export =
                "{\"export\": {\"v\": 1, \"at\": \"2026-01-01T00:00:00.000Z\", \"leaderEpoch\": 1, \"shards\": [%s]}}"
                        .formatted(TOPOLOGY);
        for (String member : List.of(
                "\"shard_07\"",
                "\"7000000000000000007\"",
                "\"app\"",
                "\"node_a\"",
                "\"10.0.0.1\"",
                "\"node_b\"",
                "\"10.0.0.2\"",
                "\"READ\"",
                "\"2026-01-01T00:00:00.000Z\"")) {
            places.add(new Place(
                    "POST", "/v1/topology/rebuild", export.replace(member, "\"@@\""), member.replace("\"", "")));
        }
        String reports = "{\"reports\": [" + MEMORY + "]}";
        for (String member : List.of(
                "\"node_x\"", "\"10.0.0.9\"", "\"7000000000000000009\"", "\"shard_09\"", "\"app\"", "\"STANDBY\"")) {
            places.add(new Place(
                    "POST", "/v1/topology/rebuild", reports.replace(member, "\"@@\""), member.replace("\"", "")));
        }
        return List.copyOf(places);
    }

    @BeforeContainer
    static void open() {
        desk = new CallDesk();
        desk.leads(true);
    }

    @AfterContainer
    static void close() throws IOException {
        desk.close();
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
    void isRefusedAndChangesNothing(@ForAll("anyPlace") Place place, @ForAll("hostile") String value) {
        // an address without it, or one of another place
        Assume.that(!place.inTheAddress() || !Set.of("", ".", "..").contains(value));
        // a hostile text is none of the values; these few are
        Assume.that(!isMeant(place, value));

        Outcome outcome = desk.call(place.with(value), OVER);

        assertThat(outcome.status()).as("%s: %s", place, outcome.body()).isIn(REFUSALS);
        assertThat(outcome.changed()).as("%s: %s", place, outcome.body()).isEmpty();
        assertThat(outcome.commands()).as("%s", place).isZero();
        String detail = outcome.text("detail");
        assertThat(detail.isEmpty() || SafeText.isPlain(detail))
                .as("%s", detail)
                .isTrue();
        assertThat(detail).hasSizeLessThan(3000);
    }

    /** Drawn by chance: a right name of something, or no database of an instance without shards. */
    private static boolean isMeant(Place place, String value) {
        return MEANT.stream().anyMatch(type -> takes(type, value))
                || value.isEmpty() && place.body() != null && place.body().contains("reports");
    }

    private static boolean takes(Function<String, Object> type, String value) {
        try {
            return type.apply(value) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What is refused above is refused for the value: with the right one the same call is not. */
    @Example
    void theSameCallsWithTheRightValueAreAccepted() {
        List<Place> known =
                PLACES.stream().filter(place -> place.right() != null).toList();

        assertThat(known).hasSizeGreaterThan(15);
        for (Place place : known) {
            Outcome outcome = desk.call(place.with(String.valueOf(place.right())), OVER);

            assertThat(outcome.status()).as("%s: %s", place, outcome.body()).isIn(200, 201);
        }
    }

    /** Numbers that no port, no percentage and no epoch has. */
    @Example
    void numbersOutOfRangeAreRefused() {
        for (String number : List.of(
                "-1",
                "0",
                "65536",
                "2147483648",
                "9223372036854775808",
                "1e400",
                "-0.5",
                "5433.5",
                "NaN",
                "0x1f",
                "1".repeat(500))) {
            Stream.of(
                            new Call(
                                    "port",
                                    "PUT",
                                    "/v1/shards/shard_02",
                                    "{\"node\": \"node_a\", \"dataDir\": \"/data\", \"port\": " + number
                                            + ", \"database\": \"app\"}",
                                    null),
                            new Call(
                                    "readShift",
                                    "POST",
                                    "/v1/moves",
                                    "{\"shard\": \"shard_01\", \"target\": \"node_b\", \"readShift\": [" + number
                                            + "]}",
                                    null),
                            new Call(
                                    "no text",
                                    "POST",
                                    "/v1/moves",
                                    "{\"shard\": " + number + ", \"target\": \"node_b\"}",
                                    null))
                    .forEach(call -> {
                        Outcome outcome = desk.call(call, OVER);

                        assertThat(outcome.status())
                                .as("%s %s: %s", call, number, outcome.body())
                                .isIn(400, 422);
                        assertThat(outcome.changed()).isEmpty();
                        assertThat(outcome.commands()).isZero();
                    });
        }
    }

    /** Deep, wide and long bodies. */
    @Example
    void bodiesThatWouldFillTheHeapOrTheStackAreRefused() {
        for (String body : List.of(
                "[".repeat(100_000),
                "{\"a\":".repeat(50_000),
                "{\"shard\": " + "[".repeat(1000) + "]".repeat(1000) + "}",
                "{\"shard\": \"shard_01\", \"shard\": \"shard_02\", \"target\": \"node_b\"}",
                "{\"shard\": \"" + "x".repeat(900_000) + "\"}",
                "{\"" + "x".repeat(900_000) + "\": 1}")) {
            Outcome outcome = desk.call(new Call("body", "POST", "/v1/moves", body, null), OVER);

            assertThat(outcome.status()).as("%s", outcome.body()).isEqualTo(400);
            assertThat(outcome.changed()).isEmpty();
            assertThat(outcome.text("detail")).hasSizeLessThan(3000);
        }
    }
}
