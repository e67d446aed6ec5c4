/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Drover's names in certificates: URIs among the alternative names, such as {@code drover://client/alice}. */
public final class CertificateNames {
    private static final String CLIENT = "drover://client/";
    private static final String CONTROLLER = "drover://controller/";
    private static final int URI = 6;

    private CertificateNames() {}

    /**
     * The client that a certificate names.
     *
     * @param chain what the caller has shown in the handshake, its own certificate first, already found to be of the private CA
     */
    public static Optional<String> client(X509Certificate @Nullable [] chain) {
        return name(chain, CLIENT);
    }

    /** Whether the certificate is a controller's. */
    public static boolean isController(X509Certificate @Nullable [] chain) {
        return name(chain, CONTROLLER).isPresent();
    }

    private static Optional<String> name(X509Certificate @Nullable [] chain, String prefix) {
        if (chain == null || chain.length == 0) {
            return Optional.empty();
        }
        List<String> names = uris(chain[0]).stream()
                .filter(uri -> uri.startsWith("drover://"))
                .toList();
        // one certificate is one identity: with two it would be whichever somebody looks for
        return names.size() == 1 && names.get(0).startsWith(prefix)
                ? Optional.of(names.get(0).substring(prefix.length()))
                : Optional.empty();
    }

    private static List<String> uris(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> Integer.valueOf(URI).equals(name.get(0)))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
