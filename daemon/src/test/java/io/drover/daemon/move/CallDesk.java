/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.ShardId;
import io.drover.daemon.resources.TestController;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.MoveLock;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The production services behind the production REST interface, with one move that stands where a test wants it. */
final class CallDesk implements AutoCloseable {
    static final String SECOND = "shard_02";
    /** Of another instance on the same node. */
    static final String NEIGHBOUR = "shard_09";

    private final MoveStage stage = new MoveStage();
    private final MoveDesk desk = stage.desk(new HeldDrivers());
    private final ZkTree tree = new ZkTree(stage.client());
    private final TestController rest = new TestController(desk.moves, desk.shards);
    private final Map<String, String> fresh;
    private final AtomicInteger commands = new AtomicInteger();
    private MoveId move = MoveId.random();
    private Scenes.@Nullable Scene present;
    private Map<String, String> before = Map.of();

    CallDesk() {
        desk.addNeighbour(new ShardId(NEIGHBOUR));
        desk.world.addStandbyOnC();
        fresh = tree.read();
        desk.world.hook = (verb, moment) -> commands.incrementAndGet();
    }

    /**
     * What a call has brought.
     *
     * @param body the answer
     * @param changed the znodes that are not as before
     * @param commands how many commands agents got
     */
    record Outcome(int status, JsonNode body, Map<String, String> changed, int commands) {
        String text(String member) {
            return body.path(member).asText();
        }
    }

    void leads(boolean leads) {
        rest.leads = leads;
    }

    /** Makes a call while a move stands at a place. */
    Outcome call(Call call, Scenes.Scene scene) {
        if (!scene.equals(present)) {
            clear();
            stand(scene);
            before = tree.read();
            present = scene;
        }
        commands.set(0);
        Outcome outcome;
        try {
            Answer answer = send(call);
            Map<String, String> changed = tree.read();
            Set<String> left = Set.copyOf(changed.keySet());
            changed.entrySet().removeAll(before.entrySet());
            before.keySet().stream().filter(path -> !left.contains(path)).forEach(path -> changed.put(path, "deleted"));
            // what the server refuses before it comes to REST is no JSON
            JsonNode body = answer.body().startsWith("{")
                    ? Json.mapper().readTree(answer.body())
                    : Json.mapper().createObjectNode();
            outcome = new Outcome(answer.status(), body, changed, commands.get());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        // what has changed nothing leaves the place as it was for the next call
        present = outcome.changed().isEmpty() ? scene : null;
        return outcome;
    }

    String shown(String text) {
        return text.replace(move.value(), "ID");
    }

    private record Answer(int status, String body) {}

    private Answer send(Call call) throws IOException {
        HttpRequest.Builder request = rest.request(call.path().replace("{id}", move.value()));
        String body = call.body();
        HttpRequest.Builder full = body == null
                ? request.method(call.method(), HttpRequest.BodyPublishers.noBody())
                : request.header("Content-Type", "application/json")
                        .method(call.method(), HttpRequest.BodyPublishers.ofString(body));
        try {
            HttpResponse<InputStream> answer = rest.stream(full);
            // a stream of events has no end while its move has none
            boolean endless =
                    answer.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
            try (InputStream content = answer.body()) {
                return new Answer(
                        answer.statusCode(), endless ? "" : new String(content.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void stand(Scenes.Scene scene) {
        MoveRecord record = scene.record();
        move = record.identity().id();
        LeaderTransaction transaction =
                stage.leadership().transaction().create(ZkLayout.move(move, MoveRecord.class), record);
        if (!scene.over()) {
            transaction.create(ZkLayout.instanceLock(Moved.INSTANCE), new MoveLock(move));
        }
        if (scene.holdsNodes()) {
            List.of(Moved.A, Moved.B).forEach(node -> transaction.create(ZkLayout.nodeLock(node), new MoveLock(move)));
        }
        transaction.commit();
        Versioned<MoveRecord> stored = desk.services
                .documents()
                .read(ZkLayout.move(move, MoveRecord.class))
                .orElseThrow();
        desk.runner
                .start(stored, stage.leadership())
                .live()
                .rollback(scene.rollbackReady(), scene.rollbackReady() ? 0L : null);
    }

    private void clear() {
        Map<String, String> now = tree.read();
        now.keySet().stream()
                .filter(path -> !fresh.containsKey(path))
                .sorted(Comparator.comparing(String::length).reversed())
                .forEach(tree::delete);
        fresh.forEach((path, content) -> {
            if (!content.equals(now.get(path))) {
                tree.putBack(path, content);
            }
        });
    }

    /**
     * A call.
     *
     * @param name the column of docs/calls.md
     * @param order what it orders of the move, or null when it is none of the orders
     */
    record Call(
            String name,
            String method,
            String path,
            @Nullable String body,
            @Nullable Order order) {
        /** Whether a person takes it upon themselves that the shard has fewer standbys. */
        boolean waives() {
            return body != null && body.contains("waive");
        }
    }

    @Override
    public void close() throws IOException {
        rest.close();
        desk.close();
        stage.close();
    }
}
