/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.Problem;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.io.CharConversionException;
import org.glassfish.jersey.server.ParamException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every failure as problem JSON (RFC 9457). Failures inside Drover are logged here, and only here. */
public final class ProblemMapper implements ExceptionMapper<Throwable> {
    /** Media type of the answers. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(ProblemMapper.class);
    private static final int SERVER_ERROR = 500;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    @Override
    public Response toResponse(Throwable failure) {
        Problem problem = problem(failure);
        Response.ResponseBuilder answer =
                Response.status(problem.status()).type(MEDIA_TYPE).entity(problem);
        if (problem.status() == UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, "1");
        }
        if (problem.status() == UNAUTHORIZED) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (failure instanceof NotAllowedException notAllowed) {
            answer.header(HttpHeaders.ALLOW, notAllowed.getResponse().getHeaderString(HttpHeaders.ALLOW));
        }
        return answer.build();
    }

    private static Problem problem(Throwable failure) {
        if (failure instanceof DroverException drover) {
            return of(drover);
        }
        if (failure instanceof JsonProcessingException json) {
            return malformed(JsonFaults.describe(json));
        }
        if (failure instanceof CharConversionException) {
            return malformed("the body is not UTF-8");
        }
        if (failure instanceof WebApplicationException web) {
            return of(web);
        }
        return unexpected(failure);
    }

    private static Problem of(DroverException failure) {
        if (failure.code().type() == ErrorCode.Type.INTERNAL) {
            LOG.error("BUG: {}", failure.getMessage(), failure);
        } else if (failure.code().httpStatus() >= SERVER_ERROR && failure.code() != ErrorCode.NO_LEADER) {
            LOG.warn("{}: {}", failure.code(), failure.getMessage(), failure.getCause());
        }
        return Problem.of(failure);
    }

    private static Problem malformed(String detail) {
        return Problem.of(
                new DroverException(ErrorCode.MALFORMED_REQUEST, detail, "GET /openapi.json describes the body"));
    }

    /** The caller learns an id and no internals; the log has both. */
    private static Problem unexpected(Throwable failure) {
        String incident = MoveId.random().shortId();
        LOG.error("BUG: unexpected failure of a request, incident {}", incident, failure);
        return Problem.of(new DroverException(
                ErrorCode.INTERNAL,
                "BUG: unexpected failure, incident " + incident,
                "look for the incident in the daemon's log"));
    }

    /** What Jersey itself refuses: keeps its status also where no code of Drover has it, such as 405 and 415. */
    private static Problem of(WebApplicationException web) {
        Response.StatusType status = web.getResponse().getStatusInfo();
        ErrorCode code = switch (status.getStatusCode()) {
            case UNAUTHORIZED -> ErrorCode.UNAUTHORIZED;
            case FORBIDDEN -> ErrorCode.FORBIDDEN;
            case NOT_FOUND -> ErrorCode.NOT_FOUND;
            default -> status.getStatusCode() >= SERVER_ERROR ? ErrorCode.INTERNAL : ErrorCode.MALFORMED_REQUEST;
        };
        if (code == ErrorCode.INTERNAL) {
            return unexpected(web);
        }
        String detail = detail(web);
        return new Problem(
                "about:blank",
                status.getReasonPhrase(),
                status.getStatusCode(),
                detail,
                code.name(),
                detail,
                null,
                null,
                "bin/drover moves, shards and nodes list what there is; GET /openapi.json describes every address, its"
                        + " methods and its body",
                null);
    }

    private static String detail(WebApplicationException web) {
        // an id in the path that has not the form of an id: its own class says what is wrong with it
        Throwable cause = web;
        while (web instanceof ParamException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
