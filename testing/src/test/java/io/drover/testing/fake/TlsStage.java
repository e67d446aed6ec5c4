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
import java.nio.file.Path;
import java.util.function.Function;

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

    static TlsMaterial load(TlsFolder folder, PeerName name) {
        return TlsMaterial.load(folder.files(), name);
    }

    /** How a controller with this identity calls whoever listens at the address. */
    static HttpAgents agents(TlsMaterial identity, String address) {
        Function<NodeId, URI> everywhere = node -> URI.create(address);
        return new HttpAgents(everywhere, AgentServer.BEARER, new PeerClients(identity, HttpAgents.CONNECT_LIMIT));
    }
}
