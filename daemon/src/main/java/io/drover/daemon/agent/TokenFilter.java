/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;

/** Lets only callers in who show the bearer token; health checks need none. */
final class TokenFilter implements ContainerRequestFilter {
    private static final String SCHEME = "Bearer ";
    private static final Set<String> WITHOUT_TOKEN = Set.of("primary", "replica");

    private final byte[] expected;

    TokenFilter(String token) {
        this.expected = (SCHEME + token).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (WITHOUT_TOKEN.contains(request.getUriInfo().getPath())) {
            return;
        }
        String shown = request.getHeaderString("Authorization");
        if (shown == null || !shown.startsWith(SCHEME)) {
            throw new DroverException(
                    ErrorCode.UNAUTHORIZED,
                    "a bearer token is needed",
                    "send Authorization: Bearer and the contents of the agent's tokenFile");
        }
        // compares in constant time, so that the token cannot be guessed byte by byte
        if (!MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), expected)) {
            throw new DroverException(
                    ErrorCode.FORBIDDEN,
                    "the bearer token is not the one of this agent",
                    "see that controllers and agents read the same agent token (agentTokenFile and tokenFile)");
        }
    }
}
