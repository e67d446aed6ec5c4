package io.drover.daemon.resources;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Problem;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
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

    @Override
    public Response toResponse(Throwable failure) {
        Problem problem = problem(failure);
        Response.ResponseBuilder answer =
                Response.status(problem.status()).type(MEDIA_TYPE).entity(problem);
        if (problem.code().equals(ErrorCode.NO_LEADER.name())) {
            answer.header("Retry-After", "1");
        }
        if (problem.status() == UNAUTHORIZED) {
            answer.header("WWW-Authenticate", "Bearer");
        }
        return answer.build();
    }

    private static Problem problem(Throwable failure) {
        if (failure instanceof DroverException drover) {
            if (drover.code().type() == ErrorCode.Type.INTERNAL) {
                LOG.error("BUG: {}", drover.getMessage(), drover);
            } else if (drover.code().httpStatus() >= SERVER_ERROR) {
                LOG.warn("{}: {}", drover.code(), drover.getMessage(), drover.getCause());
            }
            return Problem.of(drover);
        }
        if (failure instanceof JsonProcessingException json) {
            return Problem.of(new DroverException(
                    ErrorCode.MALFORMED_REQUEST, "the body is not understood: " + json.getOriginalMessage()));
        }
        if (failure instanceof WebApplicationException web) {
            return of(web);
        }
        LOG.error("BUG: unexpected failure of a request", failure);
        return Problem.of(new DroverException(
                ErrorCode.INTERNAL, "BUG: unexpected failure: " + failure, "look at the daemon's log", failure));
    }

    /** What Jersey itself refuses: keeps its status also where no code of Drover has it, such as 405 and 415. */
    private static Problem of(WebApplicationException web) {
        Response.StatusType status = web.getResponse().getStatusInfo();
        ErrorCode code =
                switch (status.getStatusCode()) {
                    case UNAUTHORIZED -> ErrorCode.UNAUTHORIZED;
                    case FORBIDDEN -> ErrorCode.FORBIDDEN;
                    case NOT_FOUND -> ErrorCode.NOT_FOUND;
                    default -> status.getStatusCode() >= SERVER_ERROR ? ErrorCode.INTERNAL : ErrorCode.MALFORMED_REQUEST;
                };
        if (code == ErrorCode.INTERNAL) {
            LOG.error("request failed with {}", status.getStatusCode(), web);
        }
        String detail = String.valueOf(web.getMessage());
        return new Problem(
                "about:blank",
                status.getReasonPhrase(),
                status.getStatusCode(),
                detail,
                code.name(),
                detail,
                null,
                null,
                null,
                null);
    }
}
