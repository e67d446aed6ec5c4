/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import jakarta.annotation.Priority;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Refuses bodies over a limit with 413, so that no caller can fill the heap.
 *
 * <p>A request that is answered before its body was read leaves a connection that the server closes. The answer says
 * so, or else a caller that keeps connections open would send its next request into the closing one.
 */
@PreMatching
@Priority(Priorities.AUTHENTICATION + 1)
public final class BodyLimitFilter implements ContainerRequestFilter, ContainerResponseFilter {
    /** In bytes. The longest request that makes sense, with many canary queries, is far below it. */
    public static final int USUAL = 1024 * 1024;

    /** How much of a body that is refused is read all the same: a caller that is cut off while it sends would never see why. */
    private static final long DRAINED = 16L * 1024 * 1024;

    private static final int BUFFER = 64 * 1024;

    private static final String READ = BodyLimitFilter.class.getName() + ".read";

    private final int limit;

    /**
     * Sets the limit.
     *
     * @param limit greatest allowed size in bytes
     */
    public BodyLimitFilter(int limit) {
        this.limit = limit;
    }

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        // the announced length spares the memory; a body without one is counted
        if (request.getLength() > limit) {
            throw tooLarge(request);
        }
        if (!request.hasEntity()) {
            return;
        }
        byte[] body = request.getEntityStream().readNBytes(limit + 1);
        if (body.length > limit) {
            throw tooLarge(request);
        }
        request.setEntityStream(new ByteArrayInputStream(body));
        request.setProperty(READ, true);
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        boolean announced = request.getLength() > 0 || request.getHeaderString("Transfer-Encoding") != null;
        if (announced && request.getProperty(READ) == null) {
            response.getHeaders().putSingle("Connection", "close");
        }
    }

    private ClientErrorException tooLarge(ContainerRequestContext request) throws IOException {
        byte[] buffer = new byte[BUFFER];
        InputStream body = request.getEntityStream();
        long left = DRAINED;
        int read = 0;
        while (left > 0 && read >= 0) {
            left -= read;
            read = body.read(buffer);
        }
        return new ClientErrorException(
                "the body is larger than " + limit + " bytes", Response.Status.REQUEST_ENTITY_TOO_LARGE);
    }
}
