/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.testing.DropwizardTestSupport;
import io.drover.api.MoveState;
import io.drover.api.ShardId;
import io.drover.daemon.access.BearerToken;
import io.drover.daemon.move.MoveService;
import io.drover.daemon.move.ShardService;
import io.drover.daemon.tls.PeerClients;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A controller's REST interface on a free port, over fakes. */
public final class TestController implements AutoCloseable {
    public static final String TOKEN = "open-sesame";

    public final FakeServices services = new FakeServices();
    public volatile boolean leads = true;
    public volatile @Nullable URI other;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final DropwizardTestSupport<Configuration> support;

    public TestController() {
        this(null, null);
    }

    /** Over other services than the fakes. */
    public TestController(@Nullable MoveService moves, @Nullable ShardService shards) {
        this(moves, shards, Rest.Protection.by(new BearerToken(TOKEN)));
    }

    /** With callers of its own. */
    public TestController(@Nullable MoveService moves, @Nullable ShardService shards, Rest.Protection protection) {
        Leaders leaders = new Leaders() {
            @Override
            public boolean leads() {
                return leads;
            }

            @Override
            public Optional<Leader> other() {
                return Optional.ofNullable(other).map(rest -> new Leader("other", rest));
            }
        };
        Application<Configuration> program = new Application<>() {
            @Override
            public void run(Configuration configuration, Environment environment) {
                Rest.install(
                        environment,
                        configuration.getServerFactory(),
                        moves == null ? services : moves,
                        shards == null ? services : shards,
                        leaders,
                        protection,
                        PeerClients.plain(LeaderForwarding.CONNECT_LIMIT),
                        Duration.ofMillis(400));
            }
        };
        support = new DropwizardTestSupport<>(applicationClass(), onFreePorts()) {
            @Override
            public Application<Configuration> newApplication() {
                return program;
            }
        };
        try {
            support.before();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Configuration onFreePorts() {
        DefaultServerFactory server = new DefaultServerFactory();
        server.setApplicationConnectors(List.of(onFreePort()));
        server.setAdminConnectors(List.of(onFreePort()));
        server.setShutdownGracePeriod(io.dropwizard.util.Duration.milliseconds(0));
        Configuration configuration = new Configuration();
        configuration.setServerFactory(server);
        return configuration;
    }

    private static HttpConnectorFactory onFreePort() {
        HttpConnectorFactory connector = new HttpConnectorFactory();
        connector.setPort(0);
        return connector;
    }

    @SuppressWarnings("unchecked") // a class literal knows no type arguments
    private static Class<Application<Configuration>> applicationClass() {
        return (Class<Application<Configuration>>) (Class<?>) Application.class;
    }

    /** As new: leads, and its services have seen nothing. */
    public void reset() {
        leads = true;
        other = null;
        services.failure = null;
        services.starter = null;
        services.together = List.of(new ShardId("shard_01"));
        services.state = MoveState.COPYING;
        services.calls.clear();
    }

    public URI base() {
        return URI.create("http://127.0.0.1:" + support.getLocalPort());
    }

    /** The admin port. */
    public URI admin() {
        return URI.create("http://127.0.0.1:" + support.getAdminPort());
    }

    public HttpResponse<String> get(String path) {
        return send(request(path).GET());
    }

    public HttpResponse<String> post(String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public HttpRequest.Builder request(String path) {
        return request(path, TOKEN);
    }

    public HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(base().resolve(path))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(20));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<InputStream> stream(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    @Override
    public void close() {
        support.after();
    }
}
