/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.DroverException;
import io.drover.api.MoveId;
import io.drover.api.SafeText;
import io.drover.daemon.audit.AuditTrail;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.HttpMethod;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Has each task of the admin port recorded, such as a change of what is logged. The port asks nobody who they are, so no caller is told. */
final class AuditedTasks implements Filter {
    /** Where the tasks are. */
    static final String PATHS = "/tasks/*";

    private static final String LOG_LEVEL = "/tasks/log-level";
    private static final List<String> OF_LOG_LEVEL = List.of("logger", "level", "duration");

    private final AuditTrail trail;

    AuditedTasks(AuditTrail trail) {
        this.trail = trail;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest call = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        if (!call.getMethod().equals(HttpMethod.POST)) {
            chain.doFilter(request, response);
            return;
        }
        AuditTrail.Asked asked = asked(call);
        try {
            trail.asked(asked);
        } catch (DroverException e) {
            answer.sendError(e.code().httpStatus(), e.getMessage());
            return;
        }
        boolean ended = false;
        try {
            chain.doFilter(request, response);
            ended = true;
        } finally {
            int status = ended ? answer.getStatus() : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
            trail.answered(asked, new AuditTrail.Answer(status, null, null), true);
        }
    }

    private static AuditTrail.Asked asked(HttpServletRequest call) {
        String path = call.getRequestURI();
        Map<String, Object> what = new LinkedHashMap<>();
        // of others nobody knows what their parameters are
        if (path.endsWith(LOG_LEVEL)) {
            for (String name : OF_LOG_LEVEL) {
                String[] values = call.getParameterValues(name);
                if (values != null) {
                    what.put(
                            name, List.of(values).stream().map(SafeText::quoted).toList());
                }
            }
        }
        return new AuditTrail.Asked(
                MoveId.random().value(),
                null,
                call.getRemoteAddr(),
                call.getMethod(),
                path,
                Set.of(),
                null,
                what,
                AuditFilter.reason(call.getHeader(AuditFilter.REASON)));
    }
}
