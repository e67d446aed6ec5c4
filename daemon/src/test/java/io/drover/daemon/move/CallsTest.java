/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.daemon.move.CallDesk.Call;
import io.drover.daemon.move.CallDesk.Outcome;
import io.drover.daemon.move.Scenes.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Makes every call in every place that a move can stand in, through REST, and compares with docs/calls.md. Run it with
 * {@code -Dcalls.write=true} to write the page anew, then read what has changed.
 */
class CallsTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "calls.md");
    private static final String MOVE = "{\"shard\": \"shard_01\", \"target\": \"node_b\"%s}";
    private static final String PUT =
            "{\"node\": \"node_a\", \"dataDir\": \"" + FakeWorld.DATA + "\", \"port\": 5433, \"database\": \"app\"}";
    private static final String WAIVE =
            "\"waive\": [{\"check\": \"P41-standbys\", \"reason\": \"its machine has burnt\"}]";
    private static final List<Call> ORDERS =
            Stream.of(Order.values()).flatMap(CallsTest::ordering).toList();
    private static final List<Call> OTHERS = List.of(
            new Call("GET move", "GET", "/v1/moves/{id}", null, null),
            new Call("GET moves", "GET", "/v1/moves?shard=shard_01", null, null),
            new Call("GET events", "GET", "/v1/moves/{id}/events", null, null),
            new Call("GET shard", "GET", "/v1/shards/shard_01", null, null),
            new Call("GET nodes", "GET", "/v1/nodes", null, null),
            new Call("topology export", "GET", "/v1/topology", null, null),
            new Call("topology rebuild, shown", "POST", "/v1/topology/rebuild", "{}", null),
            new Call("topology rebuild, written", "POST", "/v1/topology/rebuild", "{\"write\": true}", null),
            new Call("POST moves, dryRun", "POST", "/v1/moves", MOVE.formatted(", \"dryRun\": true"), null),
            new Call("POST moves", "POST", "/v1/moves", MOVE.formatted(""), null),
            new Call("POST moves, drill", "POST", "/v1/moves", MOVE.formatted(", \"drill\": true"), null),
            new Call(
                    "POST moves, another shard of its nodes",
                    "POST",
                    "/v1/moves",
                    MOVE.formatted("").replace("shard_01", CallDesk.NEIGHBOUR),
                    null),
            new Call("PUT this shard again", "PUT", "/v1/shards/shard_01", PUT, null),
            new Call("PUT another shard of the instance", "PUT", "/v1/shards/" + CallDesk.SECOND, PUT, null),
            new Call("PUT a standby of the shard", "PUT", "/v1/shards/shard_01", PUT.replace("node_a", "node_c"), null),
            new Call("purge", "POST", "/v1/shards/shard_01/purge", "{\"node\": \"node_b\"}", null),
            new Call("DELETE node", "DELETE", "/v1/nodes/node_b", null, null));

    /** An order, and where a person may waive something of it the same with that. */
    private static Stream<Call> ordering(Order order) {
        String name = order == Order.END_BAKE ? "complete, endBake" : order.word();
        String path = "/v1/moves/{id}/" + order.word();
        String endBake = "\"endBake\": true";
        return switch (order) {
            case ROLLBACK ->
                Stream.of(
                        new Call(name, "POST", path, null, order),
                        new Call(name + ", waive", "POST", path, "{" + WAIVE + "}", order));
            case END_BAKE ->
                Stream.of(
                        new Call(name, "POST", path, "{" + endBake + "}", order),
                        new Call(name + ", waive", "POST", path, "{" + endBake + ", " + WAIVE + "}", order));
            case APPROVE, DRILL, ABORT, COMPLETE, PAUSE, RESUME -> Stream.of(new Call(name, "POST", path, null, order));
        };
    }

    /** One table: the cells of each place, and of each call the reasons with the numbers of the places. */
    private record Seen(List<List<String>> rows, Map<String, Map<String, List<Integer>>> reasons) {}

    @Test
    @Timeout(300)
    void everyCallInEveryStateIsAnsweredAsThePageSaysAndARefusedOneChangesNothing() throws IOException {
        String page;
        try (CallDesk desk = new CallDesk()) {
            page = document(walk(desk, ORDERS), walk(desk, OTHERS), withoutLeader(desk));
        }
        if (Boolean.getBoolean("calls.write")) {
            Files.writeString(DOCUMENT, page);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(page);
    }

    @Test
    void theWalkStandsInEveryStateAndInEveryStanding() {
        List<MoveRecord> records = Scenes.ALL.stream().map(Scene::record).toList();

        assertThat(records).extracting(MoveRecord::state).contains(MoveState.values());
        assertThat(Scenes.ALL)
                .extracting(scene -> Standing.of(scene.record(), scene.rollbackReady(), Instant.now()))
                .contains(Standing.values());
    }

    /** One that names no command leaves a person alone with the refusal. */
    @Test
    void everyRefusalSaysWhyAndWhatCanBeDone() {
        for (Order order : Order.values()) {
            for (Standing standing : Standing.values()) {
                Ruling ruling = OrderRules.of(order, standing);
                if (ruling.refusal() != null) {
                    assertThat(ruling.hint()).as("%s in %s", order, standing).isNotBlank();
                    assertThat(ruling.why() + ruling.hint())
                            .as("%s in %s", order, standing)
                            .contains("bin/drover ");
                }
            }
        }
    }

    private static Seen walk(CallDesk desk, List<Call> calls) {
        Seen seen = new Seen(new ArrayList<>(), new LinkedHashMap<>());
        for (Scene scene : Scenes.ALL) {
            List<String> cells = new ArrayList<>();
            String before = "";
            for (Call call : calls) {
                Outcome outcome = desk.call(call, scene);
                assertHonest(call, scene, outcome);
                cells.add(cell(outcome));
                String reason = outcome.status() < 400
                        ? ""
                        : withoutPlace(desk.shown(outcome.text("message")) + "|" + desk.shown(outcome.text("hint")));
                if (!reason.isEmpty() && !(call.waives() && reason.equals(before))) {
                    seen.reasons()
                            .computeIfAbsent(call.name(), name -> new LinkedHashMap<>())
                            .computeIfAbsent(reason, text -> new ArrayList<>())
                            .add(seen.rows().size() + 1);
                }
                before = reason;
            }
            seen.rows().add(cells);
        }
        return seen;
    }

    /** What is refused, or is a repeat, has written nothing and has told no agent anything. */
    private static void assertHonest(Call call, Scene scene, Outcome outcome) {
        String what = call.name() + " in " + scene.name();
        if (outcome.status() >= 400) {
            assertThat(outcome.changed()).as(what).isEmpty();
            assertThat(outcome.commands()).as(what).isZero();
            for (String member : List.of("code", "message", "hint")) {
                assertThat(outcome.text(member)).as(what + ": " + member).isNotBlank();
            }
        } else if (call.method().equals("GET")
                || call.name().contains("dryRun")
                || call.name().contains("shown")
                || call.name().contains("again")) {
            assertThat(outcome.changed()).as(what).isEmpty();
        }
        Order order = call.order();
        if (order != null) {
            Ruling ruling = OrderRules.of(order, scene.record(), scene.rollbackReady(), Instant.now());
            boolean missed = ruling.equals(Ruling.ACCEPTED) && scene.lacksAStandby() && mindsStandbys(call);
            ErrorCode refusal = missed ? ErrorCode.STANDBYS_MISSING : ruling.refusal();
            assertThat(outcome.status()).as(what).isEqualTo(refusal == null ? 202 : refusal.httpStatus());
            if (refusal != null) {
                assertThat(outcome.text("code")).as(what).isEqualTo(refusal.name());
            }
            if (ruling.equals(Ruling.REPEATED)) {
                assertThat(outcome.changed()).as(what).isEmpty();
            }
        }
    }

    /** Whether it is refused while a standby is missing. */
    private static boolean mindsStandbys(Call call) {
        return !call.waives()
                && (call.order() == Order.ROLLBACK || call.order() == Order.COMPLETE || call.order() == Order.END_BAKE);
    }

    private static String cell(Outcome outcome) {
        if (outcome.status() < 300) {
            return outcome.status() == 202 && outcome.changed().isEmpty() ? "202, as it was" : "" + outcome.status();
        }
        String code = outcome.text("code");
        return outcome.status() + (code.equals("STATE_CONFLICT") ? "" : " `" + code + "`");
    }

    /** State and step stand in the row's name already. */
    private static String withoutPlace(String reason) {
        return reason.replaceFirst("^move ID is in [A-Z_]+ at step [0-9]+: [a-z]+ is refused, ", "")
                .replaceAll("[0-9-]+T[0-9:.]+Z", "TIME")
                .replaceAll("instance [0-9]+", "instance INSTANCE");
    }

    private static String withoutLeader(CallDesk desk) {
        Scene scene = Scenes.ALL.get(0);
        desk.leads(false);
        try {
            return Stream.concat(ORDERS.stream(), OTHERS.stream())
                    .map(call -> desk.call(call, scene))
                    .peek(outcome -> assertThat(outcome.changed()).isEmpty())
                    .map(CallsTest::cell)
                    .distinct()
                    .collect(Collectors.joining(", "));
        } finally {
            desk.leads(true);
        }
    }

    private static String document(Seen orders, Seen others, String withoutLeader) {
        StringBuilder text = new StringBuilder("""
                # Calls and states

                Which call is accepted where. Written by `CallsTest`, which makes every call in every place that a move can stand in, through
                REST, and sees that a refused call has written no znode and sent no command; do not edit. The rules are in `OrderRules`.

                `202` is accepted. `202, as it was` is a repeat, or nothing to do: accepted, and nothing changes. `409` without a code is
                `STATE_CONFLICT`. Each refusal says why in `message` and what can be done in `hint`: below each table, with the numbers of the places.

                Everywhere: a move or a shard that does not exist in the address is 404 `NOT_FOUND`; a body that is not understood 400
                `MALFORMED_REQUEST`; a missing or wrong token 401 `UNAUTHORIZED`; and while no controller leads every call is
                %s, and nothing is recorded.

                ## Orders to a move

                `POST /v1/moves/ID/…`; on the command line `bin/drover approve ID` and so on, `complete ID --end-bake` with `endBake`,
                `--waive P41-standbys=REASON` with `waive`. What is refused with `waive` for the same reason as without is not listed again.
                """.formatted(withoutLeader));
        table(text, ORDERS, orders);
        text.append("""

                ## Other calls

                Of the shard that the move moves. `POST moves` asks for the same move once more; the nodes are held up to the bake and
                during a rollback, the instance up to the end. `GET events` is the stream of a move. `topology rebuild` is asked of a
                ZooKeeper that has lost nothing: what it does after a loss is in [operations](operations.md).
                """);
        table(text, OTHERS, others);
        return text.toString();
    }

    private static void table(StringBuilder text, List<Call> calls, Seen seen) {
        List<Integer> columns = new ArrayList<>();
        List<String> alike = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            int column = i;
            List<String> cells =
                    seen.rows().stream().map(row -> row.get(column)).distinct().toList();
            if (cells.size() > 1) {
                columns.add(i);
            } else {
                alike.add("`" + calls.get(i).name() + "` " + cells.get(0));
            }
        }
        if (!alike.isEmpty()) {
            text.append("\nIn every place alike: ")
                    .append(String.join(", ", alike))
                    .append(".\n");
        }
        text.append("\n| | the move stands in | ")
                .append(columns.stream().map(column -> calls.get(column).name()).collect(Collectors.joining(" | ")))
                .append(" |\n");
        text.append("|---".repeat(columns.size() + 2)).append("|\n");
        for (int i = 0; i < seen.rows().size(); i++) {
            List<String> row = seen.rows().get(i);
            text.append("| %d | %s | %s |%n"
                    .formatted(
                            i + 1,
                            Scenes.ALL.get(i).name(),
                            columns.stream().map(row::get).collect(Collectors.joining(" | "))));
        }
        text.append("\n| refused | where | because | hint |\n|---|---|---|---|\n");
        seen.reasons()
                .forEach((name, reasons) -> reasons.forEach((reason, places) ->
                        text.append("| %s | %s | %s |%n".formatted(name, ranges(places), reason.replace("|", " | ")))));
    }

    /** 1, 2, 3, 5 as 1-3, 5. */
    private static String ranges(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < numbers.size(); i++) {
            int first = numbers.get(i);
            while (i + 1 < numbers.size() && numbers.get(i + 1) == numbers.get(i) + 1) {
                i++;
            }
            text.append(text.isEmpty() ? "" : ", ").append(first);
            if (numbers.get(i) > first) {
                text.append("-").append(numbers.get(i));
            }
        }
        return text.toString();
    }
}
