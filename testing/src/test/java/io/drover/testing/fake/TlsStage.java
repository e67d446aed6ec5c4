/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.NodeId;
import io.drover.daemon.remote.HttpAgents;
import io.drover.daemon.tls.PeerClients;
import io.drover.daemon.tls.PeerName;
import io.drover.daemon.tls.TlsMaterial;
import io.drover.testing.tls.TestCa;
import io.drover.testing.tls.TlsFolder;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import nl.altindag.ssl.pem.util.PemUtils;
import org.jspecify.annotations.Nullable;

/** A CA, and a directory for each daemon that it has given a certificate to. */
final class TlsStage {
    static final String HOST = "127.0.0.1";
    static final PeerName AGENT = PeerName.agent(MiniCluster.A.value());
    static final PeerName CONTROLLER = PeerName.controller("c1");

    final TestCa ca = TestCa.named("Drover CA");
    private final Path directory;

    TlsStage(Path directory) {
        this.directory = directory;
    }

    /** A daemon that this CA knows. */
    TlsFolder folder(PeerName name) {
        return folder(name, ca.issue(name.toString(), HOST), ca);
    }

    TlsFolder folder(PeerName name, TestCa.Issued issued, TestCa trusted) {
        return TlsFolder.write(
                directory.resolve(name.role() + "-" + name.name() + "-" + issued.hashCode()), issued, trusted.pem());
    }

    /** A client that trusts this CA and shows a certificate, whoever the server names as its CAs; none when that is null. */
    HttpClient client(TestCa.@Nullable Issued shown) {
        try {
            SSLContext context = SSLContext.getInstance(TlsMaterial.PROTOCOL);
            context.init(
                    shown == null ? null : new KeyManager[] {new StubbornKey(shown)},
                    new TrustManager[] {PemUtils.parseTrustMaterial(ca.pem())},
                    null);
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(context)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static TlsMaterial load(TlsFolder folder, PeerName name) {
        return TlsMaterial.load(folder.files(), name);
    }

    /** How a controller with this identity calls whoever listens at the address. */
    static HttpAgents agents(TlsMaterial identity, String address) {
        Function<NodeId, URI> everywhere = node -> URI.create(address);
        return new HttpAgents(
                everywhere, AgentServer.BEARER, new PeerClients(identity, HttpAgents.CONNECT_LIMIT), Optional::empty);
    }
}
