/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropwizard.core.Application;
import io.dropwizard.testing.DropwizardTestSupport;
import io.drover.daemon.access.TokenDigest;
import io.drover.daemon.config.ControllerConfiguration;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.resources.FakeServices;
import io.drover.daemon.tls.TlsMaterial;
import io.drover.replication.Waiting;
import io.drover.topology.LeaderElection;
import io.drover.topology.Leadership;
import io.drover.topology.ZooKeeperClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two controllers from their configuration files, with ZooKeeper, callers with roles and audit logs; behind them no shards. */
@Timeout(120)
class ProtectedControllersTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final List<DropwizardTestSupport<ControllerConfiguration>> RUNNING = new ArrayList<>();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private static Path directory = Path.of("");

    private static TestingServer zooKeeper;
    private static final FakeServices SERVICES = new FakeServices();

    private static final class NoShards implements ControllerWiring {
        @Override
        public Parts assemble(
                ControllerConfiguration configuration,
                ZooKeeperClient client,
                TlsMaterial identity,
                MoveObserver observer) {
            LeaderElection.Listener nothing = new LeaderElection.Listener() {
                @Override
                public void gained(Leadership leadership) {}

                @Override
                public void lost() {}
            };
            return new Parts(SERVICES, SERVICES, nothing, () -> {});
        }
    }

    @BeforeAll
    static void start() throws Exception {
        zooKeeper = new TestingServer(true);
        access("""
                callers:
                  - {name: alice, token: "%s", roles: {operator: ["shard_*"]}}
                  - {name: bob, token: "%s", roles: {viewer: ["*"], approver: ["*"]}}
                """.formatted(TokenDigest.of("token-of-alice"), TokenDigest.of("token-of-bob")));
        Path token = Files.writeString(directory.resolve("token"), "token-of-agents\n");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        for (String id : List.of("c1", "c2")) {
            RUNNING.add(controller(id));
            await(
                    "somebody leads",
                    () -> send("GET", 0, "/v1/moves", "token-of-bob").statusCode() == 200);
        }
    }

    private static void await(String what, BooleanSupplier fact) {
        assertThat(Waiting.until(LIMIT, POLL, fact)).as(what).isTrue();
    }

    private static void access(String text) throws IOException {
        Path file = directory.resolve("access.yml");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    private static DropwizardTestSupport<ControllerConfiguration> controller(String id) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path file = Files.writeString(
                directory.resolve(id + ".yml"), """
                id: %1$s
                rest: http://127.0.0.1:%2$s
                zookeeper: {connect: "%3$s/drover"}
                tokenFile: %4$s/token
                accessFile: %4$s/access.yml
                approvals: second-person
                audit: {file: %4$s/%1$s.log}
                server:
                  shutdownGracePeriod: 0s
                  applicationConnectors: [{type: http, bindHost: 127.0.0.1, port: %2$s}]
                  adminConnectors: [{type: http, port: 0}]
                  requestLog: {appenders: []}
                logging: {level: WARN}
                """.formatted(id, port, zooKeeper.getConnectString(), directory));
        @SuppressWarnings("unchecked") // a class literal knows no type arguments
        Class<Application<ControllerConfiguration>> type =
                (Class<Application<ControllerConfiguration>>) (Class<?>) Application.class;
        DropwizardTestSupport<ControllerConfiguration> support = new DropwizardTestSupport<>(type, file.toString()) {
            @Override
            public Application<ControllerConfiguration> newApplication() {
                return new ControllerApplication(new NoShards());
            }
        };
        support.before();
        return support;
    }

    @AfterAll
    static void stop() throws IOException {
        RUNNING.forEach(DropwizardTestSupport::after);
        zooKeeper.close();
    }

    private static HttpResponse<String> send(String method, int controller, String path, String token) {
        URI address = URI.create("http://127.0.0.1:" + RUNNING.get(controller).getLocalPort() + path);
        return send(HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + token)
                .header("Drover-Reason", "a test")
                .method(method, HttpRequest.BodyPublishers.noBody()));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String health(int controller) {
        return send(HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + RUNNING.get(controller).getAdminPort() + "/healthcheck")))
                .body();
    }

    private static Stream<String> audited() {
        return Stream.of("c1.log", "c2.log").flatMap(name -> {
            try {
                return Files.readAllLines(directory.resolve(name)).stream();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void eachControllerLetsInWhomTheFileNamesAndTheLeaderRecordsThem() {
        String order = "/v1/moves/" + FakeServices.ID;
        for (int controller = 0; controller < 2; controller++) {
            assertThat(send("POST", controller, order + "/pause", "token-of-alice")
                            .statusCode())
                    .isEqualTo(202);
            assertThat(send("POST", controller, order + "/pause", "token-of-bob")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(send("POST", controller, order + "/pause", "token-of-agents")
                            .statusCode())
                    .as("the token of the agents")
                    .isEqualTo(401);
        }

        assertThat(audited().filter(line -> line.contains("\"caller\":\"alice\"") && line.contains("answered")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("\"result\":\"done\"", "\"reason\":\"a test\""));
        assertThat(audited().filter(line -> line.contains("\"caller\":\"bob\"")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("\"result\":\"refused\"", "the role operator"));
        assertThat(audited().filter(line -> line.contains("UNAUTHORIZED"))).hasSize(2);
        // one of the two has passed on what it was asked
        assertThat(SERVICES.calls.stream().filter("pause"::equals)).hasSize(2);
    }

    @Test
    void aBrokenAccessFileIsSeenInTheHealthAndChangesNothing() throws IOException {
        String good = Files.readString(directory.resolve("access.yml"));
        assertThat(health(0)).contains("\"access\":{\"healthy\":true", "\"audit\":{\"healthy\":true");
        try {
            access("callers: [");
            await(
                    "the controller has looked",
                    () -> health(0).contains("\"access\":{\"healthy\":false,\"message\":\"it is not understood"));
            assertThat(send("GET", 0, "/v1/shards", "token-of-alice").statusCode())
                    .isEqualTo(200);
        } finally {
            access(good);
        }
        await("it is mended", () -> health(0).contains("\"access\":{\"healthy\":true"));
    }

    @Test
    void theAdminPortIsOnLoopback() {
        for (DropwizardTestSupport<ControllerConfiguration> controller : RUNNING) {
            assertThat(controller.getEnvironment().getAdminContext().getServer().getConnectors())
                    .allSatisfy(connector ->
                            assertThat(((ServerConnector) connector).getHost()).isEqualTo("127.0.0.1"));
        }
    }
}
