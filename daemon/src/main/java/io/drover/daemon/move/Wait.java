/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the driver waits for, as a person reads it. Since when is on the record, so that it is the same after a change of the leader.
 *
 * @param subject what is waited for, with names
 * @param detail how it stands now, with numbers; may be empty
 * @param since when it began, or null for the begin of the row
 * @param limit how long at most, or null for as long as it takes
 * @param then what happens after the limit
 * @param action what the person can do
 */
record Wait(
        String subject,
        String detail,
        @Nullable Instant since,
        @Nullable Duration limit,
        String then,
        String action) {
    /** A wait without a limit of its own: something else ends it, or a person. */
    static Wait of(String subject, String action) {
        return new Wait(subject, "", null, null, "", action);
    }

    Wait atMost(Duration most, String after) {
        return new Wait(subject, detail, since, most, after, action);
    }

    Wait begun(@Nullable Instant at) {
        return new Wait(subject, detail, at, limit, then, action);
    }

    /** How it stands now. */
    Wait now(String text) {
        return new Wait(subject, text, since, limit, then, action);
    }

    String text(Instant begin) {
        StringBuilder text = new StringBuilder(subject);
        if (!detail.isEmpty()) {
            text.append(" (").append(detail).append(')');
        }
        text.append(", since ").append(WaitText.time(since == null ? begin : since));
        if (limit != null) {
            text.append(", for at most ")
                    .append(WaitText.words(limit))
                    .append(": then ")
                    .append(then);
        }
        return text.append("; ").append(action).toString();
    }
}
