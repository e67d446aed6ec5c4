/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * How connections to PostgreSQL over TCP are protected, on this node's side. Nothing of it is a secret: settings, arguments and
 * environments hold paths.
 *
 * @param ca CAs that a server must have its certificate from, which must name the host that was asked for
 *     ({@code sslmode=verify-full}); null to take what a server offers
 * @param certificate what the node's own servers show when Drover makes them; null to leave their settings alone
 * @param key its key; null without a certificate
 */
public record ServerTls(
        @Nullable Path ca,
        @Nullable Path certificate,
        @Nullable Path key) {
    /** Nothing is asked for: drivers and servers do what is usual. */
    public static final ServerTls NONE = new ServerTls(null, null, null);

    /** What {@link #settings} sets. */
    static final Set<String> SETTINGS = Set.of("ssl", "ssl_cert_file", "ssl_key_file");

    private static final String MODE = "verify-full";

    /** Makes the paths absolute: a server's working directory is its data directory. */
    public ServerTls {
        ca = absolute(ca);
        certificate = absolute(certificate);
        key = absolute(key);
    }

    private static @Nullable Path absolute(@Nullable Path path) {
        return path == null ? null : path.toAbsolutePath();
    }

    /** For a node that only looks at the certificates of others. */
    public static ServerTls verifying(Path ca) {
        return new ServerTls(ca, null, null);
    }

    /** The same for servers whose own settings are left alone. */
    ServerTls withoutCertificate() {
        return new ServerTls(ca, null, null);
    }

    /** As keywords of libpq's connection strings. */
    Map<String, String> keywords() {
        return ca == null ? Map.of() : Map.of("sslmode", MODE, "sslrootcert", ca.toString());
    }

    /** As libpq reads it from the environment of a program. */
    Map<String, String> environment() {
        return ca == null ? Map.of() : Map.of("PGSSLMODE", MODE, "PGSSLROOTCERT", ca.toString());
    }

    /** For a connection of the driver, which reads the file anew each time. */
    void protect(PGSimpleDataSource source) {
        if (ca != null) {
            source.setSslMode(MODE);
            source.setSslRootCert(ca.toString());
        }
    }

    /** Settings of a server that Drover makes on this node, in the form of a configuration file. */
    String settings() {
        return certificate == null || key == null
                ? ""
                : AutoConf.line("ssl", "on")
                        + AutoConf.line("ssl_cert_file", certificate.toString())
                        + AutoConf.line("ssl_key_file", key.toString());
    }
}
