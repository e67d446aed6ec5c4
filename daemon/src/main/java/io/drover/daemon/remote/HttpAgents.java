/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.remote;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.LeaderEpoch;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.ActsReport;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.daemon.tls.PeerClients;
import io.drover.daemon.tls.PeerClients.Lane;
import io.drover.daemon.tls.PeerName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Talks to the agents over HTTP. Keeps connections open, so that a call in the pause is one round trip. */
public final class HttpAgents implements Agents {
    /** How long a connection to an agent may take. */
    public static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);

    private static final Duration READ_LIMIT = Duration.ofSeconds(20);
    private static final Duration FOR_THE_BODY = Duration.ofSeconds(1);
    private static final int OK = 200;
    private static final Set<Integer> AWAY = Set.of(502, 503, 504);

    private final PeerClients peers;
    private final Function<NodeId, URI> addresses;
    /** Looked up once and again after a failure: a look-up is a round trip that the pause does not need. */
    private final Map<NodeId, URI> known = new ConcurrentHashMap<>();

    private final String bearer;
    private final Supplier<Optional<LeaderEpoch>> leadership;

    /** Makes a client without TLS, of whoever leads. */
    public HttpAgents(Function<NodeId, URI> addresses, String bearer) {
        this(addresses, bearer, PeerClients.plain(CONNECT_LIMIT), Optional::empty);
    }

    /**
     * Makes a client.
     *
     * @param addresses address of a node's agent; throws a DroverException for an unknown node
     * @param bearer the token that agents ask for
     * @param peers how agents are reached
     * @param leadership under which commands are sent that have no token; empty when this controller does not lead
     */
    public HttpAgents(
            Function<NodeId, URI> addresses,
            String bearer,
            PeerClients peers,
            Supplier<Optional<LeaderEpoch>> leadership) {
        this.leadership = leadership;
        this.addresses = addresses;
        this.bearer = bearer;
        this.peers = peers;
    }

    /** What is not said is left out, so that an agent of an older version, which does not know of it, need not refuse the command. */
    private static final ObjectWriter COMMANDS = Json.mapper()
            .copy()
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL)
            .writer();

    /** An agent of a newer version may tell more than this one asks for. */
    private static final ObjectReader ANSWERS =
            Json.mapper().reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** The body of a verb. */
    private record Command(
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            Token token,

            Verb<?> args) {
        byte[] bytes() {
            try {
                return COMMANDS.writeValueAsBytes(this);
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException("BUG: cannot write " + args.path() + " as JSON", e);
            }
        }
    }

    @Override
    public <R> R call(NodeId node, InstanceId instance, @Nullable Token token, Verb<R> verb, Duration limit) {
        String path = "/v1/instances/" + instance + "/" + verb.path();
        HttpRequest.Builder request = request(node, path, limit)
                .header("Content-Type", "application/json")
                // an agent takes each id once, so that nobody can send what they have seen on the way
                .header("Drover-Request", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofByteArray(new Command(token, verb).bytes()));
        if (token == null) {
            // a token says it by itself
            leadership.get().ifPresent(epoch -> request.header("Drover-Leader", Long.toString(epoch.value())));
        }
        return send(node, Lane.COMMANDS, verb.path(), request.build(), verb.answer());
    }

    @Override
    public NodeReport node(NodeId node) {
        return get(node, "/v1/node", NodeReport.class);
    }

    @Override
    public MemoryReport memory(NodeId node) {
        return get(node, "/v1/node/memory", MemoryReport.class);
    }

    @Override
    public ActsReport acts(NodeId node) {
        return get(node, "/v1/node/acts", ActsReport.class);
    }

    @Override
    public InstanceReport instance(NodeId node, InstanceId instance) {
        return get(node, "/v1/instances/" + instance, InstanceReport.class);
    }

    @Override
    public JobReport job(NodeId node, InstanceId instance) {
        return get(node, "/v1/instances/" + instance + "/job", JobReport.class);
    }

    @Override
    public InstanceFacts facts(NodeId node, InstanceId instance) {
        return get(node, "/v1/instances/" + instance + "/facts", InstanceFacts.class);
    }

    @Override
    public TargetFacts targetFacts(NodeId node, ShardId shard, Endpoint source, List<String> tablespaces) {
        String query = Map.of(
                        "shard", shard.value(),
                        "port", Integer.toString(source.port()),
                        "sourceHost", source.host(),
                        "sourcePort", Integer.toString(source.port()),
                        "tablespaces", String.join(",", tablespaces))
                .entrySet()
                .stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return get(node, "/v1/node/target-facts?" + query, TargetFacts.class);
    }

    private <R> R get(NodeId node, String path, Class<R> type) {
        return send(
                node,
                Lane.QUESTIONS,
                path,
                request(node, path, READ_LIMIT).GET().build(),
                type);
    }

    private HttpRequest.Builder request(NodeId node, String path, Duration limit) {
        return HttpRequest.newBuilder(URI.create(known.computeIfAbsent(node, addresses) + path))
                .timeout(limit)
                .header("Authorization", "Bearer " + bearer);
    }

    private <R> R send(NodeId node, Lane lane, String what, HttpRequest request, Class<R> type) {
        // the request's own limit ends with the headers of the answer
        long limit = request.timeout().orElse(READ_LIMIT).plus(FOR_THE_BODY).toMillis();
        CompletableFuture<HttpResponse<byte[]>> answer =
                client(node, lane, request.uri()).sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            HttpResponse<byte[]> response = answer.get(limit, TimeUnit.MILLISECONDS);
            if (response.statusCode() == OK) {
                return ANSWERS.forType(type).readValue(response.body());
            }
            throw failure(node, what, response);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.INTERNAL,
                    "what the agent of " + node + " answered to " + what + " is not understood: " + e.getMessage(),
                    "see that controllers and agents are of versions that go together: docs/versions.md",
                    e);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw notFinished(node, what, e);
        } catch (ExecutionException e) {
            throw failed(node, what, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new DroverException(
                    ErrorCode.LEADERSHIP_LOST, "stopped while calling " + what + " on " + node, null, e);
        }
    }

    private HttpClient client(NodeId node, Lane lane, URI address) {
        try {
            return peers.to(PeerName.agent(node.value()), address, lane);
        } catch (DroverException e) {
            // the agent may register another address
            known.remove(node);
            throw e;
        }
    }

    private DroverException failed(NodeId node, String what, Throwable e) {
        if (e instanceof HttpTimeoutException && !(e instanceof HttpConnectTimeoutException)) {
            return notFinished(node, what, e);
        }
        if (!(e instanceof IOException)) {
            return new DroverException(
                    ErrorCode.INTERNAL,
                    "BUG: " + what + " could not be sent to the agent of " + node + ": " + e,
                    null,
                    e);
        }
        known.remove(node);
        PeerClients.Problem problem = peers.explain(PeerName.agent(node.value()), e)
                .orElseGet(() -> new PeerClients.Problem(
                        String.valueOf(e), "check that the agent on " + node + " runs and that its address is right"));
        return new DroverException(
                ErrorCode.NODE_UNREACHABLE,
                "the agent of " + node + " cannot be reached for " + what + ": " + problem.what(),
                problem.hint(),
                e);
    }

    private static DroverException notFinished(NodeId node, String what, Throwable e) {
        return new DroverException(
                ErrorCode.TIMEOUT,
                "the agent of " + node + " did not finish " + what + " within its limit",
                "look at the agent's log on " + node,
                e);
    }

    private static DroverException failure(NodeId node, String what, HttpResponse<byte[]> response) {
        try {
            return DroverException.of(ANSWERS.forType(Problem.class).readValue(response.body()));
        } catch (IOException e) {
            // one that is being stopped lets its server answer with a page of its own
            boolean away = AWAY.contains(response.statusCode());
            return new DroverException(
                    away ? ErrorCode.NODE_UNREACHABLE : ErrorCode.INTERNAL,
                    "the agent of " + node + " answered " + what + " with status " + response.statusCode()
                            + " and no problem that can be read",
                    "look at the agent's log on " + node,
                    e);
        }
    }
}
