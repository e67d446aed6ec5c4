/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.TlsStage.AGENT;
import static io.drover.testing.fake.TlsStage.CONTROLLER;
import static io.drover.testing.fake.TlsStage.HOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Verb;
import io.drover.daemon.remote.HttpAgents;
import io.drover.daemon.tls.PeerClients;
import io.drover.daemon.tls.PeerName;
import io.drover.daemon.tls.TlsMaterial;
import io.drover.testing.tls.TestCa;
import io.drover.testing.tls.TlsFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Who may send verbs to an agent, and whom a controller takes for the agent of a node, by certificates on real sockets. */
@Isolated // reads the log
final class AgentTlsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final List<Verb<?>> VERBS = SampleVerbs.all();

    @TempDir
    private static Path directory;

    private static MiniCluster cluster;
    private static TlsStage stage;
    private static TlsMaterial controller;

    @BeforeAll
    static void start() {
        cluster = MiniCluster.withShard();
        // which it does by itself, a moment later
        cluster.await(
                "the agent has stored what it has seen",
                () -> world().get(0)
                                .contains("\"seenEpoch\":"
                                        + cluster.topology().epoch().value())
                        && world().get(0)
                                .contains("\"grantEpoch\":"
                                        + cluster.topology().epoch().value()));
        stage = new TlsStage(directory);
        controller = TlsStage.load(stage.folder(CONTROLLER), CONTROLLER);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    private static AgentServer agent(TlsFolder folder) {
        return AgentServer.secured(cluster.agent(A), TlsStage.load(folder, AGENT));
    }

    private static LogLines log() {
        return new LogLines("io.drover.daemon.tls", "io.drover.daemon.agent");
    }

    /** What the agent remembers and what the shard's topology says: all that a verb begins with. */
    private static List<String> world() {
        List<String> world = new ArrayList<>();
        FakeStateFiles files = cluster.files.get(A);
        for (String name : files.names()) {
            try {
                world.add(name + ": " + new String(files.read(name), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        world.add(cluster.topology().toString());
        world.add(cluster.world.running().toString());
        return world;
    }

    @Test
    void theControllerAndTheAgentOfTheNodeUnderstandEachOther() {
        try (AgentServer server = agent(stage.folder(AGENT))) {
            assertThat(TlsStage.agents(controller, server.address()).node(A).id())
                    .isEqualTo(A);
        }
    }

    @Test
    void anotherNodesAgentIsSentNothing() {
        PeerName other = PeerName.agent("node_b");
        TlsFolder folder = stage.folder(other);
        List<String> before = world();
        // who is refused learns of it only when the caller's alert comes before its end, which is a race
        try (LogLines log = log();
                AgentServer server = AgentServer.secured(cluster.agent(A), TlsStage.load(folder, other))) {
            assertRefused(
                    TlsStage.agents(controller, server.address()),
                    "drover://agent/node_b",
                    "it is not that of drover://agent/node_a");
            assertThat(log.warnings())
                    .noneMatch(line -> line.contains("count-rows"))
                    .anyMatch(line -> line.contains("nothing was sent") && line.contains("drover://agent/node_b"));
        }
        assertThat(world()).isEqualTo(before);
    }

    @Test
    void anAgentOfAnotherHostIsSentNothing() {
        TlsFolder folder = stage.folder(AGENT, stage.ca.issue(AGENT.toString(), "10.9.8.7"), stage.ca);
        assertSentNothing(folder, "127.0.0.1");
    }

    @Test
    void anAgentWithAnExpiredCertificateIsSentNothing() {
        TlsFolder folder = stage.folder(AGENT, stage.ca.issueExpired(AGENT.toString(), HOST), stage.ca);
        assertSentNothing(folder, "it has expired");
    }

    @Test
    void anAgentOfAForeignCaIsSentNothing() {
        TestCa foreign = TestCa.named("Somebody else's CA");
        TlsFolder folder = stage.folder(AGENT, foreign.issue(AGENT.toString(), HOST), foreign);
        assertSentNothing(folder, "no CA that is trusted here has issued it");
    }

    /** The controller refuses, says so to its caller and in its log once, and the agent has heard of no command. */
    private static void assertSentNothing(TlsFolder folder, String why) {
        List<String> before = world();
        try (LogLines log = log();
                AgentServer server = agent(folder)) {
            HttpAgents agents = TlsStage.agents(controller, server.address());
            assertRefused(agents, why);
            assertRefused(agents, why);
            assertThat(log.warnings())
                    .filteredOn(line -> line.contains("nothing was sent"))
                    .singleElement()
                    .asString()
                    .contains("is refused", why, AGENT.toString());
            assertThat(log.warnings()).noneMatch(line -> line.contains("count-rows"));
            assertThat(server.handshakes()).isZero();
        }
        assertThat(world()).isEqualTo(before);
    }

    @Test
    void aControllerWithAnExpiredCertificateIsRefused() {
        TlsFolder folder = stage.folder(CONTROLLER, stage.ca.issueExpired(CONTROLLER.toString(), HOST), stage.ca);
        List<String> before = world();
        try (LogLines log = log();
                AgentServer server = agent(stage.folder(AGENT))) {
            HttpAgents agents = TlsStage.agents(TlsStage.load(folder, CONTROLLER), server.address());
            assertRefused(agents, "has refused this side's certificate drover://controller/c1");
            assertSoon(log, "drover://controller/c1", "it has expired");
        }
        assertThat(world()).isEqualTo(before);
    }

    /** Java does not even show a certificate of a CA that the server has not named; another client may. */
    @Test
    void aControllerOfAForeignCaIsRefusedWhetherItShowsItsCertificateOrNot() {
        TestCa foreign = TestCa.named("Somebody else's CA");
        TestCa.Issued issued = foreign.issue(CONTROLLER.toString(), HOST);
        List<String> before = world();
        try (LogLines log = log();
                AgentServer server = agent(stage.folder(AGENT))) {
            TlsFolder folder = stage.folder(CONTROLLER, issued, foreign);
            folder.put("ca.crt", foreign.pem() + stage.ca.pem());
            assertRefused(
                    TlsStage.agents(TlsStage.load(folder, CONTROLLER), server.address()),
                    ErrorCode.UNAUTHORIZED,
                    "no certificate was shown");
            assertThatThrownBy(() -> showing(issued, server.address())).isInstanceOf(IOException.class);
            assertSoon(log, "drover://controller/c1", "no CA that is trusted here has issued it");
        }
        assertThat(world()).isEqualTo(before);
    }

    @Test
    void onlyAControllersCertificateSendsVerbs() {
        List<String> before = world();
        try (AgentServer server = agent(stage.folder(AGENT))) {
            for (PeerName role : List.of(PeerName.agent("node_b"), PeerName.client("alice"))) {
                HttpAgents agents = TlsStage.agents(TlsStage.load(stage.folder(role), role), server.address());
                for (Verb<?> verb : VERBS) {
                    try (LogLines log = log()) {
                        DroverException refusal = catchThrowableOfType(
                                DroverException.class, () -> agents.call(A, cluster.instance(), null, verb, LIMIT));
                        assertThat(refusal.code()).as(verb.path()).isEqualTo(ErrorCode.FORBIDDEN);
                        assertThat(refusal).hasMessageContainingAll(role.toString(), "not that of a controller");
                        assertThat(log.warnings())
                                .singleElement()
                                .asString()
                                .contains(verb.path(), "nothing was done", role.toString());
                    }
                }
            }
        }
        assertThat(world()).isEqualTo(before);
    }

    /** A copy of what has neither could not be told, and what has no token could be a former leader's. */
    @Test
    void aControllersRequestHasAnIdAndWithoutATokenALeadership() throws Exception {
        String leader = Long.toString(
                cluster.control().runner().leaderEpoch().orElseThrow().value());
        List<String> before = world();
        try (AgentServer server = agent(stage.folder(AGENT))) {
            assertThat(purge(server, Map.of("Drover-Leader", leader))).contains("400", "has no id");
            assertThat(purge(server, Map.of("Drover-Request", id())))
                    .contains("400", "under which leadership")
                    .doesNotContain("has no id");
            assertThat(purge(server, Map.of("Drover-Request", id(), "Drover-Leader", "first")))
                    .contains("400", "holds no leader epoch");
            assertThat(purge(server, Map.of("Drover-Request", id(), "Drover-Leader", leader + "0")))
                    .contains("503", "LEADERSHIP_LOST");
            assertThat(world()).isEqualTo(before);

            String request = id();
            assertThat(purge(server, Map.of("Drover-Request", request, "Drover-Leader", leader)))
                    .startsWith("200");
            assertThat(purge(server, Map.of("Drover-Request", request, "Drover-Leader", leader)))
                    .contains("409", "this very request");
            TestCa.Issued another = stage.ca.issue("drover://controller/c2", HOST);
            assertThat(purge(another, server, Map.of("Drover-Request", request, "Drover-Leader", leader)))
                    .contains("409", "with another command, instance or sender");
        }
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    private static String purge(AgentServer server, Map<String, String> headers) throws Exception {
        return purge(stage.ca.issue(CONTROLLER.toString(), HOST), server, headers);
    }

    /** Of an instance that is not here: there is nothing to purge. */
    private static String purge(TestCa.Issued shown, AgentServer server, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(server.address() + "/v1/instances/7000000000000000042/purge"))
                .header("Authorization", "Bearer " + AgentServer.BEARER)
                .header("Content-Type", "application/json")
                .timeout(LIMIT)
                .POST(HttpRequest.BodyPublishers.ofString("{\"token\":null,\"args\":{}}"));
        headers.forEach(request::header);
        HttpResponse<String> answer = stage.client(shown).send(request.build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void aCertificateWithTwoNamesIsNobodys() throws IOException {
        try (AgentServer server = agent(stage.folder(AGENT))) {
            TestCa.Issued both = stage.ca.issue(List.of(CONTROLLER.toString(), "drover://client/alice"), HOST);
            assertThat(statusOf(showing(both, server.address()))).isEqualTo(403);
        }
    }

    @Test
    void aPersonsCertificateReadsAndTheHealthOfAShardNeedsNone() throws Exception {
        PeerName alice = PeerName.client("alice");
        try (AgentServer server = agent(stage.folder(AGENT))) {
            assertThat(TlsStage.agents(TlsStage.load(stage.folder(alice), alice), server.address())
                            .memory(A))
                    .isNotNull();

            HttpClient nobody = stage.client(null);
            assertThat(get(nobody, server.address() + "/primary?shard=shard_01"))
                    .isEqualTo(200);
            assertThat(get(nobody, server.address() + "/v1/node")).isEqualTo(401);
        }
    }

    @Test
    void whoHasTlsTalksToNobodyWithout() {
        try (AgentServer plain = new AgentServer(cluster.agent(A))) {
            assertThatThrownBy(
                            () -> TlsStage.agents(controller, plain.address()).node(A))
                    .isInstanceOf(DroverException.class)
                    .hasMessageContaining("without TLS");
        }
        try (AgentServer server = agent(stage.folder(AGENT))) {
            HttpAgents without = new HttpAgents(
                    node -> URI.create(server.address()),
                    AgentServer.BEARER,
                    PeerClients.plain(HttpAgents.CONNECT_LIMIT),
                    Optional::empty);
            assertThatThrownBy(() -> without.node(A))
                    .isInstanceOf(DroverException.class)
                    .hasMessageContaining("no section tls");
        }
    }

    /** The pause of a cutover must not pay for a handshake, also when somebody asks the agent something at that moment. */
    @Test
    void commandsGoOverOneConnectionThatIsKeptAndThatNoQuestionUses() {
        Verb<?> count = new Verb.CountRows();
        try (AgentServer server = agent(stage.folder(AGENT))) {
            HttpAgents agents = TlsStage.agents(controller, server.address());
            for (int i = 0; i < 50; i++) {
                // refused for want of a token of a move, or carried out: an answer either way
                Throwable refusal = catchThrowable(() -> agents.call(A, cluster.instance(), null, count, LIMIT));
                assertThat(String.valueOf(refusal)).doesNotContain("cannot be reached");
            }
            assertThat(server.handshakes()).isEqualTo(1);
            for (int i = 0; i < 50; i++) {
                agents.node(A);
            }
            assertThat(server.handshakes()).isEqualTo(2);
        }
    }

    @Test
    void aDaemonDoesNotStartWithFilesThatAreNoGood() throws IOException {
        TlsFolder folder = stage.folder(AGENT);
        assertThatThrownBy(() -> TlsStage.load(folder, PeerName.agent("node_b")))
                .hasMessageContainingAll("not that of drover://agent/node_b", "drover://agent/node_a");

        Files.setPosixFilePermissions(folder.key(), PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> TlsStage.load(folder, AGENT)).hasMessageContaining("others than its owner");

        folder.put("own.key", stage.ca.issue(AGENT.toString(), HOST).key());
        assertThatThrownBy(() -> TlsStage.load(folder, AGENT)).hasMessageContaining("is not that of the certificate");

        folder.put("own.key", "nothing");
        assertThatThrownBy(() -> TlsStage.load(folder, AGENT)).hasMessageContaining("no private key");

        TlsFolder foreign = stage.folder(AGENT, stage.ca.issue(AGENT.toString(), HOST), TestCa.named("another"));
        assertThatThrownBy(() -> TlsStage.load(foreign, AGENT)).hasMessageContaining("no CA that is trusted here");
    }

    private static void assertRefused(HttpAgents agents, String... why) {
        assertRefused(agents, ErrorCode.NODE_UNREACHABLE, why);
    }

    private static void assertRefused(HttpAgents agents, ErrorCode code, String... why) {
        DroverException refusal = catchThrowableOfType(
                DroverException.class, () -> agents.call(A, cluster.instance(), null, new Verb.CountRows(), LIMIT));
        assertThat(refusal.code()).as(refusal.getMessage()).isEqualTo(code);
        assertThat(refusal).hasMessageContainingAll(why);
        assertThat(refusal.hint()).isPresent();
    }

    private static void assertSoon(LogLines log, String... parts) {
        cluster.await(
                "the refusing side logs " + List.of(parts),
                () -> log.warnings().stream()
                        .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
    }

    /** Calls as a client that shows this certificate, whoever the server names as its CAs. */
    private static HttpResponse<String> showing(TestCa.Issued issued, String address) throws IOException {
        try {
            return stage.client(issued)
                    .send(
                            HttpRequest.newBuilder(URI.create(address + "/v1/node"))
                                    .header("Authorization", "Bearer " + AgentServer.BEARER)
                                    .timeout(LIMIT)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static int statusOf(HttpResponse<String> answer) {
        return answer.statusCode();
    }

    private static int get(HttpClient client, String address) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create(address))
                                .timeout(LIMIT)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }
}
