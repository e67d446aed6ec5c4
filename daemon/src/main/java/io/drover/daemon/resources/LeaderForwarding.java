/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.resources.Leaders.Leader;
import io.drover.daemon.tls.PeerClients;
import io.drover.daemon.tls.PeerName;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On a controller that does not lead: sends a request under {@code /v1} to the leader and returns its answer. While nobody
 * leads it waits, and then answers 503 {@code NO_LEADER}; then nothing was recorded.
 *
 * <p>A request is sent again only when the leader has certainly not acted on it: no connection, or the addressed controller
 * says that it does not lead.
 */
@PreMatching
@Priority(Priorities.AUTHORIZATION)
public final class LeaderForwarding implements ContainerRequestFilter {
    /** Marks a forwarded request, so that two controllers that each take the other for the leader do not pass it on for ever. */
    public static final String FORWARDED = "Drover-Forwarded";

    /** Marks the answer of a controller that does not lead and has not acted on the request. */
    static final String NOT_LEADING = "Drover-Not-Leading";

    private static final Logger LOG = LoggerFactory.getLogger(LeaderForwarding.class);
    private static final List<String> PASSED = List.of(
            HttpHeaders.AUTHORIZATION,
            HttpHeaders.CONTENT_TYPE,
            HttpHeaders.ACCEPT,
            AuditFilter.REASON,
            "Idempotency-Key",
            "Last-Event-ID");
    private static final List<String> RETURNED =
            List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.WWW_AUTHENTICATE, HttpHeaders.RETRY_AFTER, HttpHeaders.ALLOW);
    /** How long a connection to another controller may take. */
    public static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(5);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Leaders leaders;
    private final EventStreams streams;
    private final Duration patience;
    private final PeerClients peers;

    /**
     * Makes the filter.
     *
     * @param peers how other controllers are reached
     * @param patience how long a request waits for a leader
     */
    public LeaderForwarding(Leaders leaders, EventStreams streams, PeerClients peers, Duration patience) {
        this.leaders = leaders;
        this.streams = streams;
        this.peers = peers;
        this.patience = patience;
    }

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        if (!ApiPaths.isApi(request) || leaders.leads()) {
            return;
        }
        if (request.getHeaderString(FORWARDED) != null) {
            request.abortWith(Response.status(Response.Status.SERVICE_UNAVAILABLE)
                    .header(NOT_LEADING, "1")
                    .build());
            return;
        }
        byte[] body = request.hasEntity() ? request.getEntityStream().readAllBytes() : new byte[0];
        long start = System.nanoTime();
        do {
            // this controller may have become the leader meanwhile
            if (leaders.leads()) {
                request.setEntityStream(new ByteArrayInputStream(body));
                return;
            }
            Optional<Leader> leader = leaders.other();
            if (leader.isPresent()) {
                Optional<Response> answer = forward(request, body, leader.orElseThrow());
                if (answer.isPresent()) {
                    request.abortWith(answer.orElseThrow());
                    return;
                }
            }
            LockSupport.parkNanos(RETRY_NANOS);
        } while (System.nanoTime() - start < patience.toNanos());
        throw new DroverException(
                ErrorCode.NO_LEADER,
                "no controller has led for " + patience.toMillis() + " ms; nothing was recorded",
                "try again; see that a controller runs and reaches ZooKeeper");
    }

    /** The leader's answer, or empty when it certainly has not acted on the request. */
    private Optional<Response> forward(ContainerRequestContext request, byte[] body, Leader other) {
        URI leader = other.rest();
        PeerName peer = PeerName.controller(other.id());
        HttpRequest.Builder copy = HttpRequest.newBuilder(target(request, leader))
                .timeout(ANSWER_LIMIT)
                .header(FORWARDED, "1")
                .method(
                        request.getMethod(),
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (request.getProperty(CallerFilter.CERTIFICATE_PROPERTY) instanceof String certificate) {
            copy.header(CallerFilter.CERTIFICATE, certificate);
        }
        for (String name : PASSED) {
            Optional.ofNullable(request.getHeaderString(name)).ifPresent(value -> copy.header(name, value));
        }
        try {
            HttpResponse<InputStream> answer = peers.to(peer, leader, PeerClients.Lane.QUESTIONS)
                    .send(copy.build(), HttpResponse.BodyHandlers.ofInputStream());
            if (answer.headers().firstValue(NOT_LEADING).isPresent()) {
                answer.body().close();
                return Optional.empty();
            }
            CallNotes.of(request).passedOn();
            return Optional.of(answer(request, answer, leader));
        } catch (ConnectException | HttpConnectTimeoutException e) {
            LOG.debug("leader {} takes no connection", leader, e);
            return Optional.empty();
        } catch (IOException e) {
            peers.explain(peer, e).ifPresent(problem -> {
                throw new DroverException(
                        ErrorCode.NODE_UNREACHABLE,
                        "the leader at " + leader + " was not reached, and has not acted on the request: "
                                + problem.what(),
                        problem.hint(),
                        e);
            });
            throw new DroverException(
                    ErrorCode.LEADERSHIP_LOST,
                    "the leader at " + leader + " did not answer to the end; it may have acted on the request",
                    "look at the moves before you repeat it; with an Idempotency-Key a repeat is safe",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.LEADERSHIP_LOST, "this controller stops", "ask another one", e);
        }
    }

    private Response answer(ContainerRequestContext request, HttpResponse<InputStream> answer, URI leader)
            throws IOException {
        Response.ResponseBuilder copy = Response.status(answer.statusCode());
        for (String name : RETURNED) {
            answer.headers().firstValue(name).ifPresent(value -> copy.header(name, value));
        }
        // addresses of the leader become addresses here, where the caller knows its way
        answer.headers().firstValue(HttpHeaders.LOCATION).ifPresent(value -> {
            String base = leader.toString();
            copy.location(
                    value.startsWith(base)
                            ? request.getUriInfo().getBaseUri().resolve(value.substring(base.length()))
                            : URI.create(value));
        });
        boolean events = answer.headers()
                .firstValue(HttpHeaders.CONTENT_TYPE)
                .filter(type -> type.startsWith(MediaType.SERVER_SENT_EVENTS))
                .isPresent();
        if (events) {
            return copy.entity(streams.relay(answer.body())).build();
        }
        try (InputStream body = answer.body()) {
            byte[] bytes = body.readAllBytes();
            return (bytes.length == 0 ? copy : copy.entity(bytes)).build();
        }
    }

    private static URI target(ContainerRequestContext request, URI leader) {
        URI asked = request.getUriInfo().getRequestUri();
        String query = asked.getRawQuery();
        return URI.create(leader + asked.getRawPath() + (query == null ? "" : "?" + query));
    }
}
