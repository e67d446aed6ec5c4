/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.validation.ValidationMethod;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The section {@code postgres.tls} of a controller: with it every connection to PostgreSQL uses {@code sslmode=verify-full}. */
public final class PostgresTrustFactory {
    private @Nullable Path ca;

    @JsonIgnore
    @ValidationMethod(message = "ca has to be named")
    public boolean isCaNamed() {
        return ca != null;
    }

    /** PEM file with the CAs that servers must have their certificates from. Read anew for each connection. */
    @JsonProperty
    public Path getCa() {
        if (ca == null) {
            throw new IllegalStateException("BUG: a section postgres.tls without a ca was not refused");
        }
        return ca;
    }
}
