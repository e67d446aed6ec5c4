/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.drover.topology.PemFiles;
import io.dropwizard.validation.ValidationMethod;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The section {@code tls} of the section {@code zookeeper}: PEM files, which are read anew at each connecting. */
public final class ZooKeeperTlsFactory {
    private @Nullable Path certificate;

    private @Nullable Path key;

    private @Nullable Path ca;

    @JsonIgnore
    @ValidationMethod(message = "certificate, key and ca have to be named")
    public boolean isWhole() {
        return certificate != null && key != null && ca != null;
    }

    /** This process's certificate, with those between it and the CA behind it. */
    @JsonProperty
    public @Nullable Path getCertificate() {
        return certificate;
    }

    /** Its private key: PKCS #8 without a password, readable by the owner only. */
    @JsonProperty
    public @Nullable Path getKey() {
        return key;
    }

    /** The certificates of the CAs that ZooKeeper's servers may have theirs from. */
    @JsonProperty
    public @Nullable Path getCa() {
        return ca;
    }

    PemFiles files() {
        if (certificate == null || key == null || ca == null) {
            throw new IllegalStateException("BUG: the validator lets nothing pass without certificate, key and ca");
        }
        return new PemFiles(certificate, key, ca);
    }
}
