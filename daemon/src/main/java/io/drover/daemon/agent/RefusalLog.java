/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.Problem;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line for each command that was refused, and for each call without the right bearer token: on the node where nothing was done a
 * person can see why. What fails inside Drover is logged where it is mapped.
 */
final class RefusalLog implements ContainerResponseFilter {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext answer) {
        int status = answer.getStatus();
        boolean refused = status >= CLIENT_ERROR && status < SERVER_ERROR;
        // that something is not there is an answer that controllers ask for
        boolean command = request.getMethod().equals(HttpMethod.POST);
        if (!refused || !(command || status == UNAUTHORIZED || status == FORBIDDEN)) {
            return;
        }
        String why = answer.getEntity() instanceof Problem problem
                ? problem.code() + ": " + problem.detail()
                : answer.getStatusInfo().getReasonPhrase();
        LOG.warn(
                "refused {} {}, nothing was done: {}",
                request.getMethod(),
                request.getUriInfo().getPath(),
                oneLine(why));
    }

    /** Text that a caller has sent must not look like lines of the log. */
    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }
}
