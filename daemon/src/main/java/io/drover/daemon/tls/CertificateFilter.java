/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks who a caller is by his certificate, before anything else is asked: a certificate that does not count any more is refused, also on
 * a connection that is open, and what is left is put before the rule of the daemon.
 */
@PreMatching
@Priority(Priorities.AUTHENTICATION - 100)
public final class CertificateFilter implements ContainerRequestFilter {
    /** A property of a request: the name in the certificate {@code drover://client/<name>} of its caller; absent without one. */
    public static final String CALLER = "drover.caller";

    /** Where the servlet specification puts what the handshake has proven. */
    private static final String CHAIN = "jakarta.servlet.request.X509Certificate";

    private final TlsMaterial material;
    private final Rule rule;

    /** Decides by the caller's name. */
    public interface Rule {
        /**
         * Lets the request pass or throws.
         *
         * @param shown the caller's certificate; null when he has shown none
         * @param caller its Drover name; null when it has none
         */
        void check(ContainerRequestContext request, @Nullable X509Certificate shown, @Nullable PeerName caller);
    }

    /** Makes the filter of a server with this identity. */
    public CertificateFilter(TlsMaterial material, Rule rule) {
        this.material = requireNonNull(material, "material is null");
        this.rule = requireNonNull(rule, "rule is null");
    }

    /** The name in the certificate that a request's caller has shown, his own; empty without one, or when it names nobody. */
    public static Optional<PeerName> shownBy(ContainerRequestContext request) {
        return Stream.of(chain(request)).findFirst().flatMap(PeerName::of);
    }

    private static X509Certificate[] chain(ContainerRequestContext request) {
        return request.getProperty(CHAIN) instanceof X509Certificate[] shown ? shown : new X509Certificate[0];
    }

    @Override
    public void filter(ContainerRequestContext request) {
        X509Certificate[] chain = chain(request);
        if (chain.length == 0) {
            rule.check(request, null, null);
            return;
        }
        material.outdated(chain).ifPresent(why -> {
            throw new DroverException(
                    ErrorCode.UNAUTHORIZED,
                    "the certificate " + Certificates.describe(chain[0]) + " does not count any more: " + why
                            + "; nothing was done",
                    "show one that the present CA has issued and that is valid");
        });
        Optional<PeerName> caller = PeerName.of(chain[0]);
        caller.filter(name -> name.role() == PeerName.Role.CLIENT)
                .ifPresent(name -> request.setProperty(CALLER, name.name()));
        rule.check(request, chain[0], caller.orElse(null));
    }
}
