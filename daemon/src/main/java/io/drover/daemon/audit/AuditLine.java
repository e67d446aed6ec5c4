/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit log. It holds what is named here and nothing else of a request: no header but the reason, no query, no body.
 *
 * @param event {@code asked}, on disk before anything is done, or {@code answered}
 * @param request ties the two lines of a request together
 * @param controller who wrote the line
 * @param caller by the access file; null when nobody is known who shows such a token or certificate
 * @param address from where the request came; another controller's when that has passed it on
 * @param shards what it concerns, as far as that was known
 * @param what the members of the body that say what is to be done
 * @param reason as the caller gave it
 * @param result {@code done}, {@code refused} or {@code failed}
 * @param code of the error
 * @param detail of the error
 * @param unwritten how many refusals had no line of their own since the last one, because there were too many at once
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditLine(
        Instant at,
        String event,
        String request,
        String controller,
        @Nullable String caller,
        @Nullable String address,
        String method,
        String path,
        @Nullable List<String> shards,
        @Nullable String move,
        @Nullable Map<String, Object> what,
        @Nullable String reason,
        @Nullable String result,
        @Nullable Integer status,
        @Nullable String code,
        @Nullable String detail,
        @Nullable Integer unwritten) {}
