/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.TlsStage.AGENT;
import static io.drover.testing.fake.TlsStage.CONTROLLER;
import static io.drover.testing.fake.TlsStage.HOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.daemon.remote.HttpAgents;
import io.drover.daemon.tls.PeerClients;
import io.drover.daemon.tls.TlsMaterial;
import io.drover.daemon.tls.TlsWatch;
import io.drover.testing.tls.TestCa;
import io.drover.testing.tls.TlsFolder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Certificates and CAs that are replaced while daemons run. */
@Isolated // reads the log
final class TlsReloadTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private static java.nio.file.Path directory;

    private static MiniCluster cluster;

    private TlsStage stage;
    private TlsFolder agentFiles;
    private TlsMaterial agent;
    private TlsFolder controllerFiles;
    private TlsMaterial controller;

    /** Answers when it is told to. */
    @Path("/slow")
    public static final class Slow {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch told = new CountDownLatch(1);

        @GET
        public String wait30Seconds() throws InterruptedException {
            arrived.countDown();
            return told.await(LIMIT.toSeconds(), TimeUnit.SECONDS) ? "done" : "late";
        }
    }

    @BeforeAll
    static void start() {
        cluster = MiniCluster.withShard();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void issue() {
        stage = new TlsStage(directory);
        agentFiles = stage.folder(AGENT);
        agent = TlsStage.load(agentFiles, AGENT);
        controllerFiles = stage.folder(CONTROLLER);
        controller = TlsStage.load(controllerFiles, CONTROLLER);
    }

    private static CompletableFuture<HttpResponse<String>> call(HttpClient client, String address) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create(address))
                        .header("Authorization", "Bearer " + AgentServer.BEARER)
                        .timeout(LIMIT)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static X509Certificate shown(HttpResponse<String> answer) throws Exception {
        return (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0];
    }

    @Test
    void aNewCertificateIsShownToNewConnectionsAndBreaksNoRunningCall() throws Exception {
        Slow slow = new Slow();
        try (AgentServer server = AgentServer.secured(cluster.agent(A), agent, slow)) {
            HttpClient client = new PeerClients(controller, Duration.ofSeconds(3))
                    .to(AGENT, URI.create(server.address()), PeerClients.Lane.QUESTIONS);
            CompletableFuture<HttpResponse<String>> running = call(client, server.address() + "/slow");
            assertThat(slow.arrived.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            X509Certificate old = agent.certificate();

            agentFiles.put(stage.ca.issue(AGENT.toString(), HOST));
            controllerFiles.put(stage.ca.issue(CONTROLLER.toString(), HOST));
            assertThat(agent.reload()).isTrue();
            assertThat(controller.reload()).isTrue();
            assertThat(agent.reload()).as("once").isFalse();

            HttpResponse<String> fresh =
                    call(client, server.address() + "/v1/node").join();
            assertThat(fresh.statusCode()).isEqualTo(200);
            assertThat(shown(fresh)).isEqualTo(agent.certificate()).isNotEqualTo(old);

            slow.told.countDown();
            HttpResponse<String> late = running.join();
            assertThat(late.body()).isEqualTo("done");
            assertThat(shown(late)).isEqualTo(old);
        }
    }

    @Test
    void aConnectionThatIsKeptIsUsedOnUntilTheCallersOwnCertificateIsAnotherOne() {
        try (AgentServer server = AgentServer.secured(cluster.agent(A), agent)) {
            HttpAgents agents = TlsStage.agents(controller, server.address());
            agents.node(A);
            agentFiles.put(stage.ca.issue(AGENT.toString(), HOST));
            agent.reload();
            agents.node(A);
            assertThat(server.handshakes()).isEqualTo(1);

            controllerFiles.put(stage.ca.issue(CONTROLLER.toString(), HOST));
            controller.reload();
            agents.node(A);
            agents.node(A);
            assertThat(server.handshakes()).isEqualTo(2);
        }
    }

    @Test
    void whoHasACertificateOfTheNewCaIsAnsweredWhenTheOldOneIsGoneWhateverConnectionsHeKept() {
        TestCa next = TestCa.named("Drover CA of next year");
        try (AgentServer server = AgentServer.secured(cluster.agent(A), agent)) {
            HttpAgents agents = TlsStage.agents(controller, server.address());
            agents.node(A);
            agentFiles.put("ca.crt", stage.ca.pem() + next.pem());
            agent.reload();
            controllerFiles.put("ca.crt", stage.ca.pem() + next.pem());
            controllerFiles.put(next.issue(CONTROLLER.toString(), HOST));
            controller.reload();

            agentFiles.put("ca.crt", next.pem());
            agentFiles.put(next.issue(AGENT.toString(), HOST));
            agent.reload();
            assertThat(agents.node(A)).isNotNull();
        }
    }

    @Test
    void aCaIsReplacedWhileBothAreTrustedAndTheOldOneCountsForNothingAfterwards() {
        TestCa next = TestCa.named("Drover CA of next year");
        try (LogLines log = new LogLines("io.drover.daemon");
                AgentServer server = AgentServer.secured(cluster.agent(A), agent)) {
            HttpAgents old = TlsStage.agents(controller, server.address());
            old.node(A);

            agentFiles.put("ca.crt", stage.ca.pem() + next.pem());
            agent.reload();
            TlsFolder nextFiles = stage.folder(CONTROLLER, next.issue(CONTROLLER.toString(), HOST), next);
            nextFiles.put("ca.crt", stage.ca.pem() + next.pem());
            HttpAgents fresh = TlsStage.agents(TlsStage.load(nextFiles, CONTROLLER), server.address());
            fresh.node(A);
            old.node(A);

            agentFiles.put("ca.crt", next.pem());
            agentFiles.put(next.issue(AGENT.toString(), HOST));
            agent.reload();
            fresh.node(A);
            assertThatThrownBy(() -> old.node(A))
                    .isInstanceOf(DroverException.class)
                    .hasMessageContainingAll("drover://controller/c1", "does not count any more", "no CA");
            assertThat(log.warnings()).anyMatch(line -> line.contains("does not count any more"));
        }
    }

    /** A connection that is kept may outlive what was shown on it. */
    @Test
    void aCertificateThatExpiresCountsNoMoreAlthoughItWasChecked() {
        Instant now = Clock.systemUTC().instant();
        TestCa.Issued brief =
                stage.ca.issue(now.minusSeconds(60), now.plusSeconds(5), List.of(CONTROLLER.toString()), HOST);
        X509Certificate[] shown = {
            TlsStage.load(stage.folder(CONTROLLER, brief, stage.ca), CONTROLLER).certificate()
        };
        // on a machine that stands still it is over by now; then nothing was remembered
        agent.outdated(shown);

        cluster.await("it expires", () -> agent.outdated(shown).isPresent());
        assertThat(agent.outdated(shown))
                .hasValueSatisfying(why -> assertThat(why).contains("expired"));
    }

    /** A resumed session is not checked by JSSE again. */
    @Test
    void aNewConnectionDoesNotBringAnOldSessionAlong() {
        TestCa next = TestCa.named("Drover CA of next year");
        Slow slow = new Slow();
        try (AgentServer server = AgentServer.secured(cluster.agent(A), agent, slow)) {
            HttpClient client = new PeerClients(controller, Duration.ofSeconds(3))
                    .to(AGENT, URI.create(server.address()), PeerClients.Lane.QUESTIONS);
            assertThat(call(client, server.address() + "/v1/node").join().statusCode())
                    .isEqualTo(200);
            // keeps the one connection busy
            call(client, server.address() + "/slow");
            controllerFiles.put("ca.crt", stage.ca.pem() + next.pem());

            agentFiles.put("ca.crt", next.pem());
            agentFiles.put(next.issue(AGENT.toString(), HOST));
            agent.reload();
            int status = call(client, server.address() + "/v1/node")
                    .handle((answer, failure) -> answer == null ? 0 : answer.statusCode())
                    .join();

            slow.told.countDown();
            assertThat(status).isIn(0, 401);
        }
    }

    @Test
    void filesThatAreNoGoodAreSaidOnceAndNotUsed() throws Exception {
        TlsWatch watch = new TlsWatch(agent, Clock.systemUTC());
        watch.start();
        try (LogLines log = new LogLines("io.drover.daemon.tls");
                AgentServer server = AgentServer.secured(cluster.agent(A), agent)) {
            assertThat(watch.execute().isHealthy()).as("issued for a day").isFalse();
            TestCa.Issued next = stage.ca.issue(
                    Clock.systemUTC().instant().minusSeconds(60),
                    Clock.systemUTC().instant().plus(Duration.ofDays(30)),
                    List.of(AGENT.toString()),
                    HOST);

            agentFiles.put("own.key", next.key());
            await(() -> String.valueOf(watch.execute().getMessage()).contains("is not that of the certificate"));
            TlsStage.agents(controller, server.address()).node(A);
            assertThat(log.warnings()).hasSize(1);

            agentFiles.put("own.crt", next.certificate());
            await(() -> watch.execute().isHealthy());
            TlsStage.agents(controller, server.address()).node(A);
            assertThat(watch.secondsLeft()).isGreaterThan(Duration.ofDays(29).toSeconds());

            agentFiles.put(stage.ca.issueExpired(AGENT.toString(), HOST));
            await(() -> String.valueOf(watch.execute().getMessage()).contains("it has expired"));
            TlsStage.agents(controller, server.address()).node(A);
        } finally {
            watch.stop();
        }
    }

    private static void await(BooleanSupplier fact) {
        cluster.await("the files are looked at every few seconds", fact);
    }
}
