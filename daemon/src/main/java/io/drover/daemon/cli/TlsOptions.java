/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import nl.altindag.ssl.SSLFactory;
import nl.altindag.ssl.pem.util.PemUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command trusts controllers, and what it shows to them. Without these options a https address is trusted as Java trusts it. */
final class TlsOptions {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            defaultValue = "${env:DROVER_CA_FILE}",
            description =
                    "PEM file with the CA of the controllers, for https; default: DROVER_CA_FILE, else Java's own")
    private @Nullable Path ca;

    @Option(
            names = "--certificate-file",
            paramLabel = "FILE",
            defaultValue = "${env:DROVER_CERTIFICATE_FILE}",
            description = "PEM file with your certificate drover://client/<name>; default: DROVER_CERTIFICATE_FILE")
    private @Nullable Path certificate;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            defaultValue = "${env:DROVER_KEY_FILE}",
            description = "PEM file with its key (PKCS#8, not encrypted); default: DROVER_KEY_FILE")
    private @Nullable Path key;

    /** A client with what was asked for. */
    HttpClient client() {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_LIMIT);
        if (ca == null && certificate == null && key == null) {
            return builder.build();
        }
        if ((certificate == null) != (key == null)) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST, "--certificate-file and --key-file belong together", "give both");
        }
        SSLFactory.Builder material = SSLFactory.builder().withProtocols("TLSv1.3");
        Path trusted = ca;
        if (trusted == null) {
            material.withDefaultTrustMaterial();
        } else {
            X509ExtendedTrustManager authority = read("CA", trusted, () -> PemUtils.loadTrustMaterial(trusted));
            material.withTrustMaterial(authority);
        }
        Path own = certificate;
        Path secret = key;
        if (own != null && secret != null) {
            material.withIdentityMaterial(identity(own, secret));
        }
        SSLFactory made = material.build();
        return builder.sslContext(made.getSslContext())
                .sslParameters(made.getSslParameters())
                .build();
    }

    /** What the parser says may quote the key. */
    private static X509ExtendedKeyManager identity(Path certificate, Path key) {
        try {
            return PemUtils.loadIdentityMaterial(certificate, key);
        } catch (RuntimeException e) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "cannot read the certificate in " + certificate + " or the key in " + key,
                    "both are PEM files, the key PKCS#8 and not encrypted: --certificate-file, --key-file");
        }
    }

    private interface Reading<T> {
        T read();
    }

    private static <T> T read(String what, Path file, Reading<T> reading) {
        try {
            return reading.read();
        } catch (RuntimeException e) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "cannot read the " + what + " in " + file + ": " + e.getMessage(),
                    "name readable PEM files with --ca-file, --certificate-file and --key-file",
                    e);
        }
    }
}
