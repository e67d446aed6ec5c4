/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A certificate that the instances of a cluster show to their clients, signed by nobody else: it costs what any other does. */
public final class ServerCertificate {
    private ServerCertificate() {}

    /** Makes one, and returns the settings that instances show it with. */
    public static Map<String, String> make(LocalCluster cluster) {
        Path directory = cluster.osUser().directory(cluster.directory().resolve("tls"), "rwx------");
        Path key = directory.resolve("server.key");
        Path certificate = directory.resolve("server.crt");
        Command.succeed(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=" + LocalCluster.SHARD,
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString()));
        try {
            cluster.osUser().own(key, "rw-------");
            cluster.osUser().own(certificate, "rw-------");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot give the certificate to " + cluster.osUser().name(), e);
        }
        return Map.of("ssl", "on", "ssl_cert_file", certificate.toString(), "ssl_key_file", key.toString());
    }
}
