/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.tls.PeerName.Role;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.security.cert.X509Certificate;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What callers may ask for by their certificates, before anybody looks at their tokens. */
public final class PeerRules {
    private static final Set<String> HEALTH = Set.of("primary", "replica");

    private PeerRules() {}

    /** At an agent: a controller everything, a person what changes nothing, and everybody the health of a shard. */
    public static void agent(
            ContainerRequestContext request, @Nullable X509Certificate shown, @Nullable PeerName caller) {
        if (HEALTH.contains(request.getUriInfo().getPath())) {
            return;
        }
        if (shown == null) {
            throw new DroverException(
                    ErrorCode.UNAUTHORIZED,
                    "no certificate was shown that a CA of this agent has issued; nothing was done",
                    "an agent takes verbs from controllers with a certificate drover://controller/<id> only");
        }
        boolean reads = request.getMethod().equals(HttpMethod.GET);
        if (caller == null || caller.role() != Role.CONTROLLER && !(reads && caller.role() == Role.CLIENT)) {
            throw new DroverException(
                    ErrorCode.FORBIDDEN,
                    "the certificate " + Certificates.describe(shown)
                            + " is not that of a controller; nothing was done",
                    "an agent takes verbs from controllers with a certificate drover://controller/<id> only");
        }
    }

    /**
     * At a controller: everybody but agents, who have nothing to ask for.
     *
     * @param forwarded the header of a request that a controller passes on, which nobody else may
     */
    public static CertificateFilter.Rule controller(String forwarded) {
        return (request, shown, caller) -> {
            if (shown != null && caller != null && caller.role() == Role.AGENT) {
                throw new DroverException(
                        ErrorCode.FORBIDDEN,
                        "the certificate " + Certificates.describe(shown)
                                + " is an agent's, and agents call no controller; nothing was done",
                        "call with a certificate drover://client/<name>, or with a token alone");
            }
            boolean fromController = caller != null && caller.role() == Role.CONTROLLER;
            if (request.getHeaderString(forwarded) != null && !fromController) {
                throw new DroverException(
                        ErrorCode.FORBIDDEN,
                        "only a controller passes requests on, and shows a certificate drover://controller/<id>;"
                                + " nothing was done",
                        "leave the header " + forwarded + " out");
            }
        };
    }
}
