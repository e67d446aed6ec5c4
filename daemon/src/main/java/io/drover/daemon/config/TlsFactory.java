/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.validation.ValidationMethod;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code tls} of a configuration: PEM files of this daemon's identity. They are read again when they change.
 *
 * <pre>
 * tls:
 *   certificate: /etc/drover/tls/controller.crt   # with the certificates between it and the CA, if there are any
 *   key: /etc/drover/tls/controller.key           # PKCS#8, not encrypted, readable by the daemon's user only
 *   ca: /etc/drover/tls/ca.crt                    # the CA that all daemons trust; two while one replaces the other
 * </pre>
 */
public final class TlsFactory {
    private @Nullable Path certificate;

    private @Nullable Path key;

    private @Nullable Path ca;

    @JsonIgnore
    @ValidationMethod(message = "certificate, key and ca have to be named")
    public boolean isWhole() {
        return certificate != null && key != null && ca != null;
    }

    /** The certificate, with those between it and the CA. */
    @JsonProperty
    public Path getCertificate() {
        return given(certificate);
    }

    /** Its private key. */
    @JsonProperty
    public Path getKey() {
        return given(key);
    }

    /** The certificates of the CAs whose word counts. */
    @JsonProperty
    public Path getCa() {
        return given(ca);
    }

    private static Path given(@Nullable Path path) {
        if (path == null) {
            throw new IllegalStateException("BUG: a section tls without all of its files was not refused");
        }
        return path;
    }
}
