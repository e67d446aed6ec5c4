/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.Problem;
import io.drover.daemon.tls.TlsFault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Talks to the first controller that answers. A call goes on to the next one only when no controller has acted on it. */
final class RestClient {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(10);
    private static final int ERRORS = 400;
    private static final int UNAVAILABLE = 503;
    private static final Set<ErrorCode> NOTHING_DONE = Set.of(ErrorCode.NO_LEADER, ErrorCode.ZOOKEEPER_UNAVAILABLE);

    // an older program understands what a newer controller adds
    private static final ObjectMapper MAPPER =
            Json.mapper().copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .build();
    private final List<URI> controllers;
    private final @Nullable String token;
    private final @Nullable String reason;

    RestClient(List<URI> controllers, @Nullable String token) {
        this(controllers, token, null);
    }

    /**
     * Makes one.
     *
     * @param reason why the caller asks, for the audit log
     */
    RestClient(List<URI> controllers, @Nullable String token, @Nullable String reason) {
        this.controllers = List.copyOf(controllers);
        this.token = token;
        this.reason = reason;
    }

    /** The same over this client, which trusts and shows what the caller has said. */
    RestClient over(HttpClient client) {
        http = client;
        return this;
    }

    /** Sends the body of an answer on. */
    private interface Reading<T> {
        T read(InputStream body) throws IOException;
    }

    JsonNode get(String path) {
        return call("GET", path, null, Map.of());
    }

    JsonNode call(String method, String path, @Nullable Object body, Map<String, String> headers) {
        return send(method, path, body, headers, MAPPER::readTree);
    }

    /** Reads server-sent events until the stream ends or the handler has seen enough. */
    void events(String path, long lastEvent, EventReader.Handler handler) {
        Map<String, String> headers = lastEvent == 0
                ? Map.of("Accept", "text/event-stream")
                : Map.of("Accept", "text/event-stream", "Last-Event-ID", Long.toString(lastEvent));
        send("GET", path, null, headers, body -> {
            EventReader.read(new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)), handler);
            return "";
        });
    }

    /** A part of an answer as a record. */
    static <T> T as(JsonNode node, Class<T> type) {
        try {
            return MAPPER.treeToValue(node, type);
        } catch (JsonProcessingException e) {
            throw new DroverException(
                    ErrorCode.INTERNAL,
                    "the controller's answer is not understood: " + e.getOriginalMessage(),
                    null,
                    e);
        }
    }

    private <T> T send(
            String method, String path, @Nullable Object body, Map<String, String> headers, Reading<T> reading) {
        DroverException last = null;
        for (URI controller : controllers) {
            try {
                return sendTo(controller, method, path, body, headers, reading);
            } catch (DroverException e) {
                if (!NOTHING_DONE.contains(e.code())) {
                    throw e;
                }
                if (last != null) {
                    e.addSuppressed(last);
                }
                last = e;
            }
        }
        throw last == null ? new DroverException(ErrorCode.NO_LEADER, "no address of a controller is given") : last;
    }

    private <T> T sendTo(
            URI controller,
            String method,
            String path,
            @Nullable Object body,
            Map<String, String> headers,
            Reading<T> reading) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(controller + path))
                .timeout(ANSWER_LIMIT)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (reason != null && !method.equals("GET")) {
            // a header holds ASCII only
            request.header(
                    "Drover-Reason",
                    URLEncoder.encode(reason, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        headers.forEach(request::header);
        try {
            HttpResponse<InputStream> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream content = answer.body()) {
                if (answer.statusCode() >= ERRORS) {
                    throw refused(controller, answer.statusCode(), content.readAllBytes());
                }
                return reading.read(content);
            }
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new DroverException(
                    ErrorCode.NO_LEADER,
                    "no controller answers at " + controller,
                    "name the controllers with --url or DROVER_URL; see that one runs",
                    e);
        } catch (SSLHandshakeException e) {
            throw new DroverException(
                    ErrorCode.NO_LEADER,
                    "no TLS connection with the controller at " + controller + ", which has not acted: "
                            + TlsFault.text(e),
                    "name the CA of the controllers with --ca-file or DROVER_CA_FILE; when the other side has refused,"
                            + " see your certificate (--certificate-file) and the controller's log",
                    e);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "the answer of the controller at " + controller + " broke off: " + e.getMessage(),
                    "look at the state before you repeat the command: bin/drover moves",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.TIMEOUT, "interrupted", null, e);
        }
    }

    private static DroverException refused(URI controller, int status, byte[] body) {
        try {
            return DroverException.of(MAPPER.readValue(body, Problem.class));
        } catch (IOException e) {
            return new DroverException(
                    status == UNAVAILABLE ? ErrorCode.NO_LEADER : ErrorCode.INTERNAL,
                    controller + " answers " + status + " without a reason",
                    "see that --url names a Drover controller");
        }
    }
}
