/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Reads the server-sent events of a move as a browser would (WHATWG HTML, "Server-sent events"). */
public final class EventStream {
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> done;
    private String id = "";
    private String name = "";
    private final StringBuilder data = new StringBuilder();

    private EventStream(String address, String token, MoveId move, String lastEventId) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + "/v1/moves/" + move + "/events"))
                .header("Authorization", "Bearer " + token)
                .header("Accept", "text/event-stream");
        if (!lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        done = HttpClient.newHttpClient()
                .sendAsync(request.build(), HttpResponse.BodyHandlers.ofLines())
                .thenAccept(response -> response.body().forEach(this::line));
    }

    /** One event; the id is empty on those that are not stored. */
    public record Event(String id, String name, JsonNode data) {}

    /** Begins to listen, after the event with the given id when there is one. */
    public static EventStream open(LocalCluster cluster, String address, MoveId move, String lastEventId) {
        return new EventStream(address, cluster.token(), move, lastEventId);
    }

    /** What has come so far. */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /** The states and steps, which are stored and carry an id of their own. */
    public List<Event> stored() {
        // the end repeats the number of the last state
        return events.stream()
                .filter(event -> event.name().equals("state") || event.name().equals("step"))
                .toList();
    }

    /** Whether the server has ended the stream. */
    public boolean hasEnded() {
        return done.isDone();
    }

    /** Waits for an event of this name. */
    public void awaitEvent(String wanted, Duration limit) {
        Waiting.until(
                "event " + wanted + " after " + events,
                limit,
                () -> events.stream().anyMatch(event -> event.name().equals(wanted)));
    }

    private void line(String line) {
        if (line.isEmpty()) {
            if (data.length() > 0) {
                byte[] bytes = data.toString().getBytes(StandardCharsets.UTF_8);
                events.add(new Event(id, name, Json.read(bytes, JsonNode.class)));
            }
            id = "";
            name = "";
            data.setLength(0);
        } else if (line.startsWith("id:")) {
            id = line.substring(3).strip();
        } else if (line.startsWith("event:")) {
            name = line.substring(6).strip();
        } else if (line.startsWith("data:")) {
            data.append(line.substring(5).strip());
        }
    }
}
