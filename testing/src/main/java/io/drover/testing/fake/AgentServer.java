/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.AgentRest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;

/** The REST interface of an agent on a free port, as it is shipped. */
public final class AgentServer implements AutoCloseable {
    /** What callers have to show. */
    public static final String BEARER = "open-sesame";

    private static final int LONG = 100_000;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Server server;

    /** Starts it. */
    public AgentServer(Agent agent) {
        DefaultServerFactory factory = new DefaultServerFactory();
        factory.setApplicationConnectors(List.of(onFreePort()));
        factory.setAdminConnectors(List.of(onFreePort()));
        factory.setShutdownGracePeriod(io.dropwizard.util.Duration.milliseconds(0));
        Environment environment = new Environment("drover-agent");
        AgentRest.install(environment, factory, agent, BEARER);
        server = factory.build(environment);
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpConnectorFactory onFreePort() {
        HttpConnectorFactory connector = new HttpConnectorFactory();
        connector.setPort(0);
        return connector;
    }

    /** Sends a command; without a bearer token when that is null. */
    public HttpResponse<String> post(String instance, String verb, @Nullable String bearer, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + ((NetworkConnector) server.getConnectors()[0]).getLocalPort()
                                + "/v1/instances/" + instance + "/" + verb))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(publisher(body));
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A long one without its length: then the server reads it as far as it may, and does not cut the caller off who still sends. */
    private static HttpRequest.BodyPublisher publisher(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return bytes.length < LONG
                ? HttpRequest.BodyPublishers.ofByteArray(bytes)
                : HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
