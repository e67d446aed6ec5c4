/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.validation.ValidationMethod;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code postgres.tls} of an agent.
 *
 * <pre>
 * postgres:
 *   tls:
 *     ca: /etc/drover/tls/ca.crt             # copies, streaming and rewinds use sslmode=verify-full
 *     certificate: /etc/drover/tls/agent.crt # optional: what instances that Drover makes here show, with ssl on
 *     key: /etc/drover/tls/agent.key
 * </pre>
 */
public final class PostgresTlsFactory {
    private @Nullable Path ca;

    private @Nullable Path certificate;

    private @Nullable Path key;

    @JsonIgnore
    @ValidationMethod(message = "ca has to be named")
    public boolean isCaNamed() {
        return ca != null;
    }

    @JsonIgnore
    @ValidationMethod(message = "certificate and key belong together")
    public boolean isPair() {
        return (certificate == null) == (key == null);
    }

    /** PEM file with the CAs that other servers must have their certificates from. */
    @JsonProperty
    public Path getCa() {
        if (ca == null) {
            throw new IllegalStateException("BUG: a section postgres.tls without a ca was not refused");
        }
        return ca;
    }

    /** PEM file with the certificate that instances show which Drover makes on this node; null to leave {@code ssl} alone. */
    @JsonProperty
    public @Nullable Path getCertificate() {
        return certificate;
    }

    /** Its key, readable by PostgreSQL's user only. */
    @JsonProperty
    public @Nullable Path getKey() {
        return key;
    }
}
