/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeInfo;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import nl.altindag.ssl.SSLFactory;
import nl.altindag.ssl.pem.util.PemUtils;

/** Speaks to the controllers as any program would: HTTP and the bearer token, the next controller when one is away. */
public final class DroverRest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    /** Whoever waits beside a write pause must not take the processors from it. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final HttpClient client;
    private final List<String> addresses;
    private final String token;
    private final Duration timeout;

    /**
     * Speaks to these controllers.
     *
     * @param addresses base addresses, without a slash at the end
     * @param token what they ask for
     */
    public DroverRest(List<String> addresses, String token) {
        this(builderOfClients().build(), addresses, token, TIMEOUT);
    }

    private DroverRest(HttpClient client, List<String> addresses, String token, Duration timeout) {
        this.client = client;
        this.addresses = List.copyOf(addresses);
        this.token = token;
        this.timeout = timeout;
    }

    /** An answer. */
    public record Answer(int status, String body, Map<String, List<String>> headers) {
        /** The body as a tree. */
        public JsonNode json() {
            return Json.read(body.getBytes(StandardCharsets.UTF_8), JsonNode.class);
        }

        /** The body as a record. */
        public <T> T as(Class<T> type) {
            return Json.read(body.getBytes(StandardCharsets.UTF_8), type);
        }

        /** The answer itself when it is a success. */
        public Answer succeeded() {
            if (status / 100 != 2) {
                throw new IllegalStateException("status " + status + ": " + body);
            }
            return this;
        }
    }

    private static HttpClient.Builder builderOfClients() {
        return HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
    }

    /** The same controllers, when a CA in PEM has issued their certificates. */
    public DroverRest trusting(String ca) {
        SSLFactory trust = SSLFactory.builder()
                .withTrustMaterial(PemUtils.parseTrustMaterial(ca))
                .build();
        return new DroverRest(
                builderOfClients().sslContext(trust.getSslContext()).build(), addresses, token, timeout);
    }

    /** The same controllers with another token. */
    public DroverRest withToken(String other) {
        return new DroverRest(client, addresses, other, timeout);
    }

    /** The same controllers, waited for no longer than so long each. */
    public DroverRest within(Duration limit) {
        return new DroverRest(client, addresses, token, limit);
    }

    /** The same token at another address only. */
    public DroverRest at(String address) {
        return new DroverRest(client, List.of(address), token, timeout);
    }

    /** Asks for a path such as {@code /v1/moves}. */
    public Answer get(String path) {
        return send(builder().GET(), path);
    }

    /** Sends JSON text. */
    public Answer post(String path, String json) {
        return post(path, json, Map.of());
    }

    /** Sends JSON text with further headers. */
    public Answer post(String path, String json, Map<String, String> headers) {
        HttpRequest.Builder request =
                builder().header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json));
        headers.forEach(request::header);
        return send(request, path);
    }

    /** Sends JSON text. */
    public Answer put(String path, String json) {
        return send(
                builder().header("Content-Type", "application/json").PUT(HttpRequest.BodyPublishers.ofString(json)),
                path);
    }

    /** Creates a move from the JSON text of a request. */
    public Move createMove(String json) {
        return post("/v1/moves", json).succeeded().as(Move.class);
    }

    /** A move. */
    public Move move(MoveId id) {
        return get("/v1/moves/" + id).succeeded().as(Move.class);
    }

    /** Does one of approve, abort, rollback, complete, pause and resume, which has to be accepted. */
    public Move act(MoveId id, String action) {
        return post("/v1/moves/" + id + "/" + action, "{}").succeeded().as(Move.class);
    }

    /** Completes a move before its bake is over. */
    public Move complete(MoveId id) {
        return post("/v1/moves/" + id + "/complete", "{\"endBake\": true}")
                .succeeded()
                .as(Move.class);
    }

    /** Who serves a shard. */
    public ShardTopology shard(ShardId shard) {
        return get("/v1/shards/" + shard).succeeded().as(ShardTopology.class);
    }

    /** The nodes. */
    public List<NodeInfo> nodes() {
        return Json.mapper()
                .convertValue(get("/v1/nodes").succeeded().json().get("nodes"), new TypeReference<List<NodeInfo>>() {});
    }

    /**
     * Waits until the move satisfies the condition.
     *
     * @param seen called with each answer, for progress
     * @throws IllegalStateException with the move when it ends otherwise or the limit is reached
     */
    public Move await(MoveId id, String what, Duration limit, Predicate<Move> condition, Consumer<Move> seen) {
        long start = System.nanoTime();
        while (true) {
            Move move = moveWhileLeadershipChanges(id, start, limit);
            seen.accept(move);
            if (condition.test(move)) {
                return move;
            }
            boolean late = System.nanoTime() - start > limit.toNanos();
            if (late || move.state().isFinal()) {
                throw new IllegalStateException((late ? "not within " + limit + ": " : "never: ") + what + ": "
                        + new String(Json.bytes(move), StandardCharsets.UTF_8));
            }
            Waiting.pause(LOOK_AGAIN);
        }
    }

    /** Waits until the move is in the state. */
    public Move await(MoveId id, MoveState state, Duration limit) {
        return await(id, "move is " + state, limit, move -> move.state() == state, move -> {});
    }

    private Move moveWhileLeadershipChanges(MoveId id, long start, Duration limit) {
        while (true) {
            try {
                Answer answer = get("/v1/moves/" + id);
                if (answer.status() < 500 || System.nanoTime() - start > limit.toNanos()) {
                    return answer.succeeded().as(Move.class);
                }
            } catch (UncheckedIOException e) {
                if (System.nanoTime() - start > limit.toNanos()) {
                    throw e;
                }
            }
            Waiting.pause(Duration.ofMillis(100));
        }
    }

    private HttpRequest.Builder builder() {
        return HttpRequest.newBuilder().timeout(timeout).header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest.Builder request, String path) {
        UncheckedIOException failure = null;
        for (String address : addresses) {
            try {
                HttpResponse<String> response = client.send(
                        request.uri(URI.create(address + path)).build(), HttpResponse.BodyHandlers.ofString());
                return new Answer(
                        response.statusCode(),
                        response.body(),
                        response.headers().map());
            } catch (IOException e) {
                failure = new UncheckedIOException("no answer from " + address, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + address, e);
            }
        }
        throw failure == null ? new UncheckedIOException(new IOException("no address")) : failure;
    }
}
