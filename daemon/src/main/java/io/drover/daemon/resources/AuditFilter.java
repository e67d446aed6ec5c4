/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.Problem;
import io.drover.api.ShardTopology;
import io.drover.daemon.audit.AuditTrail;
import jakarta.annotation.Priority;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has each request that changes something recorded where it is decided on: before it is carried out ({@link CallNotes#carryOut}) and
 * when it is answered, also one that is refused. The controller that only passes a request on leaves that to the leader.
 */
@Priority(Priorities.USER)
public final class AuditFilter implements ContainerRequestFilter, ContainerResponseFilter {
    /** Why the caller asks; percent-encoded where it is not plain ASCII. */
    static final String REASON = "Drover-Reason";

    private static final Set<String> LOOKS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final AuditTrail trail;

    @Context
    private @Nullable HttpServletRequest servlet;

    public AuditFilter(AuditTrail trail) {
        this.trail = trail;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (!isRecorded(request)) {
            return;
        }
        // what it is about is known when its body is checked
        CallNotes notes = CallNotes.of(request);
        notes.recordBy(() -> trail.asked(asked(request, notes)));
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (!isRecorded(request)) {
            return;
        }
        CallNotes notes = CallNotes.of(request);
        if (notes.wasPassedOn()) {
            return;
        }
        Object entity = response.getEntity();
        if (entity instanceof Move move) {
            notes.concerns(move.id());
            notes.concerns(move.shards());
        } else if (entity instanceof ShardTopology topology) {
            notes.concerns(Set.of(topology.shard()));
        }
        Problem problem = entity instanceof Problem told ? told : null;
        trail.answered(
                asked(request, notes),
                new AuditTrail.Answer(
                        response.getStatus(),
                        problem == null ? null : problem.code(),
                        problem == null ? null : detail(problem)),
                notes.wasAsked());
    }

    /** What is not understood is shown to its caller, and may be anything, such as a password in the wrong place. */
    private static @Nullable String detail(Problem problem) {
        return problem.code().equals(ErrorCode.MALFORMED_REQUEST.name()) ? null : problem.detail();
    }

    private boolean isRecorded(ContainerRequestContext request) {
        return trail.isKept() && ApiPaths.isApi(request) && !LOOKS.contains(request.getMethod());
    }

    private AuditTrail.Asked asked(ContainerRequestContext request, CallNotes notes) {
        HttpServletRequest from = servlet;
        return new AuditTrail.Asked(
                notes.id,
                notes.caller() == null ? null : notes.caller().getName(),
                from == null ? null : from.getRemoteAddr(),
                request.getMethod(),
                request.getUriInfo().getPath(),
                notes.shards(),
                notes.move(),
                notes.what(),
                reason(request.getHeaderString(REASON)));
    }

    /** What is no percent-encoding is taken as it stands. */
    static @Nullable String reason(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            return URLDecoder.decode(header.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return header;
        }
    }
}
