/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;

/** Lets a request under {@code /v1} pass only with the bearer token; everything else is public. */
@PreMatching
@Priority(Priorities.AUTHENTICATION)
public final class TokenFilter implements ContainerRequestFilter {
    private final BearerToken token;

    public TokenFilter(BearerToken token) {
        this.token = token;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (ApiPaths.isApi(request) && !token.matches(request.getHeaderString(HttpHeaders.AUTHORIZATION))) {
            throw new DroverException(
                    ErrorCode.UNAUTHORIZED,
                    "the request shows no valid token",
                    "send the header 'Authorization: Bearer <token>'; the command line takes it from --token-file");
        }
    }
}
