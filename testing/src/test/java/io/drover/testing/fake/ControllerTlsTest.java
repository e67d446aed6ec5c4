/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.TlsStage.HOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.daemon.tls.CertificateFilter;
import io.drover.daemon.tls.PeerName;
import io.drover.daemon.tls.PeerRules;
import io.drover.testing.tls.TestCa;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a controller's REST interface lets come by certificate, before it looks at tokens. */
final class ControllerTlsTest {
    private static final String FORWARDED = "Drover-Forwarded";

    @TempDir
    private static java.nio.file.Path directory;

    private static MiniCluster cluster;
    private static TlsStage stage;
    private static AgentServer server;

    /** Says whom the request is from. */
    @Path("/who")
    public static final class Who {
        @GET
        public String who(@Context ContainerRequestContext request) {
            return String.valueOf(request.getProperty(CertificateFilter.CALLER));
        }
    }

    @BeforeAll
    static void start() {
        cluster = MiniCluster.withShard();
        stage = new TlsStage(directory);
        server = AgentServer.secured(
                cluster.agent(A),
                TlsStage.load(stage.folder(TlsStage.CONTROLLER), TlsStage.CONTROLLER),
                PeerRules.controller(FORWARDED),
                new Who());
    }

    @AfterAll
    static void close() {
        server.close();
        cluster.close();
    }

    @Test
    void aPersonIsKnownByHisCertificateAndNobodyElseIs() throws Exception {
        assertThat(call(PeerName.client("alice"), false).body()).isEqualTo("alice");
        assertThat(call(TlsStage.CONTROLLER, false).body()).isEqualTo("null");
        assertThat(call((PeerName) null, false).body()).isEqualTo("null");
    }

    @Test
    void anAgentHasNothingToAskAController() throws Exception {
        HttpResponse<String> refused = call(PeerName.agent("node_b"), false);

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("drover://agent/node_b", "agents call no controller");
    }

    /** Nobody is taken for the one that it names, nor for a person without a certificate. */
    @Test
    void anExpiredCertificateOfAPersonIsRefused() {
        TestCa.Issued expired = stage.ca.issueExpired(PeerName.client("alice").toString(), HOST);

        assertThatThrownBy(() -> call(expired, false)).isInstanceOf(IOException.class);
    }

    @Test
    void onlyAControllerPassesRequestsOn() throws Exception {
        assertThat(call(TlsStage.CONTROLLER, true).statusCode()).isEqualTo(200);
        assertThat(call(PeerName.client("alice"), true).statusCode()).isEqualTo(403);
        HttpResponse<String> refused = call((PeerName) null, true);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("only a controller passes requests on");
    }

    private static HttpResponse<String> call(@Nullable PeerName shown, boolean forwarded)
            throws IOException, InterruptedException {
        return call(shown == null ? null : stage.ca.issue(shown.toString(), HOST), forwarded);
    }

    private static HttpResponse<String> call(TestCa.@Nullable Issued issued, boolean forwarded)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + "/who"))
                .header("Authorization", "Bearer " + AgentServer.BEARER)
                .timeout(Duration.ofSeconds(20));
        if (forwarded) {
            request.header(FORWARDED, "1");
        }
        return stage.client(issued).send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
