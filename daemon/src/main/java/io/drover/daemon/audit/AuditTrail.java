/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.audit;

import io.drover.api.SafeText;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the two lines of a request. */
public final class AuditTrail {
    private static final int STRANGERS_PER_SECOND = 20;
    private static final int UNAUTHORIZED = 401;
    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;
    private static final int LONGEST = 1000;

    private final AuditLog log;
    private final RefusalBudget strangers = new RefusalBudget(STRANGERS_PER_SECOND, System::nanoTime);

    public AuditTrail(AuditLog log) {
        this.log = log;
    }

    /** Whether anything is written. */
    public boolean isKept() {
        return log.isKept();
    }

    /** A request, as far as it is known. */
    public record Asked(
            String request,
            @Nullable String caller,
            @Nullable String address,
            String method,
            String path,
            Set<String> shards,
            @Nullable String move,
            Map<String, Object> what,
            @Nullable String reason) {}

    /** What was answered; code and detail of an error. */
    public record Answer(
            int status, @Nullable String code, @Nullable String detail) {}

    /** Before anything is done. */
    public void asked(Asked asked) {
        log.asked(line("asked", asked, null, null));
    }

    /**
     * What has become of it.
     *
     * @param wasAsked whether the line before is there; without it nothing was done
     */
    public void answered(Asked asked, Answer answer, boolean wasAsked) {
        Integer unwritten = null;
        if (answer.status() == UNAUTHORIZED) {
            OptionalInt left = strangers.take();
            if (left.isEmpty()) {
                return;
            }
            unwritten = left.orElseThrow() == 0 ? null : left.orElseThrow();
        }
        log.answered(line("answered", asked, answer, unwritten), wasAsked);
    }

    private AuditLine line(String event, Asked asked, @Nullable Answer answer, @Nullable Integer unwritten) {
        return new AuditLine(
                log.now(),
                event,
                asked.request(),
                log.controller(),
                asked.caller(),
                asked.address(),
                asked.method(),
                String.valueOf(shortened(asked.path())),
                asked.shards().isEmpty() ? null : List.copyOf(asked.shards()),
                asked.move(),
                asked.what().isEmpty() ? null : asked.what(),
                shortened(asked.reason()),
                answer == null ? null : result(answer.status()),
                answer == null ? null : answer.status(),
                answer == null ? null : answer.code(),
                answer == null ? null : shortened(answer.detail()),
                unwritten);
    }

    private static String result(int status) {
        if (status < CLIENT_ERROR) {
            return "done";
        }
        return status < SERVER_ERROR ? "refused" : "failed";
    }

    /** What a caller has written, for people who look through the file with whatever shows it. */
    private static @Nullable String shortened(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return text.length() <= LONGEST ? SafeText.lines(text) : SafeText.lines(text.substring(0, LONGEST)) + "…";
    }
}
