/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.access.Callers;
import io.drover.daemon.tls.CertificateFilter;
import io.drover.daemon.tls.PeerName;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/**
 * Lets a request under {@code /v1} pass only from a caller whom somebody has listed; everything else is public.
 *
 * <p>A controller that passes a request on passes the token on, too, and the leader looks it up itself. Of a certificate it can only
 * say whose it was; that is believed of a controller that shows its own certificate, and of nobody else.
 */
@PreMatching
@Priority(Priorities.AUTHENTICATION)
public final class CallerFilter implements ContainerRequestFilter {
    /** The client name in the certificate of the caller whose request a controller passes on. */
    static final String CERTIFICATE = "Drover-Caller-Certificate";

    /** The same on a request that came straight from its caller. */
    static final String CERTIFICATE_PROPERTY = CallerFilter.class.getName() + ".certificate";

    private final Callers callers;

    public CallerFilter(Callers callers) {
        this.callers = callers;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (!ApiPaths.isApi(request)) {
            return;
        }
        Optional<String> certificate = certificate(request);
        certificate.ifPresent(name -> request.setProperty(CERTIFICATE_PROPERTY, name));
        CallNotes.of(request)
                .calledBy(callers.find(request.getHeaderString(HttpHeaders.AUTHORIZATION), certificate)
                        .orElseThrow(CallerFilter::unknown));
    }

    private static Optional<String> certificate(ContainerRequestContext request) {
        Optional<PeerName> shown = CertificateFilter.shownBy(request);
        String passedOn = request.getHeaderString(CERTIFICATE);
        if (passedOn == null) {
            return shown.filter(name -> name.role() == PeerName.Role.CLIENT).map(PeerName::name);
        }
        if (shown.filter(name -> name.role() == PeerName.Role.CONTROLLER).isEmpty()) {
            throw new DroverException(
                    ErrorCode.FORBIDDEN,
                    "the header " + CERTIFICATE + " names a caller, and only a controller may do that, by its own"
                            + " certificate; nothing was done",
                    "leave the header out and show a token or certificate of your own");
        }
        return Optional.of(passedOn);
    }

    private static DroverException unknown() {
        return new DroverException(
                ErrorCode.UNAUTHORIZED,
                "the request shows no valid token",
                "send the header 'Authorization: Bearer <token>'; the command line takes it from --token-file");
    }
}
