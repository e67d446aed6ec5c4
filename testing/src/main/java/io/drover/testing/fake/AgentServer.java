/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.request.logging.LogbackAccessRequestLogFactory;
import io.drover.api.NodeId;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.AgentResource;
import io.drover.daemon.agent.AgentRest;
import io.drover.daemon.tls.CertificateFilter;
import io.drover.daemon.tls.PeerRules;
import io.drover.daemon.tls.TlsConnectorFactory;
import io.drover.daemon.tls.TlsMaterial;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.jspecify.annotations.Nullable;

/** The REST interface of an agent on a free port, as it is shipped. */
public final class AgentServer implements AutoCloseable {
    /** What callers have to show. */
    public static final String BEARER = "open-sesame";

    private static final int LONG = 100_000;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Server server;
    private final String scheme;
    private final AtomicInteger handshakes = new AtomicInteger();

    /** Starts it. */
    public AgentServer(Agent agent) {
        this((environment, factory) -> AgentRest.install(environment, factory, agent, BEARER));
    }

    /** Starts one for several agents: each lies below a path of its own, the name of its node. */
    public static AgentServer ofMany(Map<NodeId, Agent> agents, Object... more) {
        Object[] resources = Stream.concat(Stream.of(new AgentsByNode(agents)), Stream.of(more))
                .toArray();
        return new AgentServer((environment, factory) -> AgentRest.install(environment, factory, BEARER, resources));
    }

    /** Starts one with TLS, as an agent with this identity does; callers use their own clients. */
    public static AgentServer secured(Agent agent, TlsMaterial identity, Object... more) {
        return secured(agent, identity, PeerRules::agent, more);
    }

    /** The same with another rule of who may call. */
    public static AgentServer secured(Agent agent, TlsMaterial identity, CertificateFilter.Rule rule, Object... more) {
        TlsConnectorFactory connector = new TlsConnectorFactory();
        connector.setPort(0);
        connector.use(identity);
        return new AgentServer(connector, (environment, factory) -> {
            environment.jersey().register(new CertificateFilter(identity, rule));
            AgentRest.install(environment, factory, agent, BEARER);
            for (Object resource : more) {
                environment.jersey().register(resource);
            }
        });
    }

    private AgentServer(BiConsumer<Environment, DefaultServerFactory> installer) {
        this(onFreePort(), installer);
    }

    private AgentServer(HttpConnectorFactory application, BiConsumer<Environment, DefaultServerFactory> installer) {
        scheme = application instanceof TlsConnectorFactory ? "https" : "http";
        DefaultServerFactory factory = new DefaultServerFactory();
        factory.setApplicationConnectors(List.of(application));
        factory.setAdminConnectors(List.of(onFreePort()));
        LogbackAccessRequestLogFactory silent = new LogbackAccessRequestLogFactory();
        silent.setAppenders(List.of());
        factory.setRequestLogFactory(silent);
        factory.setShutdownGracePeriod(io.dropwizard.util.Duration.milliseconds(0));
        Environment environment = new Environment("drover-agent");
        installer.accept(environment, factory);
        server = factory.build(environment);
        ((ContainerLifeCycle) server.getConnectors()[0]).addBean(new SslHandshakeListener() {
            @Override
            public void handshakeSucceeded(Event event) {
                handshakes.incrementAndGet();
            }
        });
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

    /** Where it listens. */
    public String address() {
        return scheme + "://127.0.0.1:" + ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    }

    /** How many TLS connections were made. */
    public int handshakes() {
        return handshakes.get();
    }

    /** Sends a command; without a bearer token when that is null. */
    public HttpResponse<String> post(String instance, String verb, @Nullable String bearer, String body) {
        return post(instance, verb, bearer, body, null);
    }

    /** The same with the id of the request. */
    public HttpResponse<String> post(
            String instance, String verb, @Nullable String bearer, String body, @Nullable String id) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(address() + "/v1/instances/" + instance + "/" + verb))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(publisher(body));
        if (id != null) {
            request.header(AgentResource.REQUEST, id);
        }
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
