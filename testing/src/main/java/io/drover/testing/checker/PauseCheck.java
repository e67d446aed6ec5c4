/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Evidence.Limits;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Kind;
import java.time.Duration;
import java.util.Set;

/** K9: what writers of the kit saw. */
final class PauseCheck {
    private static final int CLASS = 2;

    private PauseCheck() {}

    static Finding of(Evidence evidence) {
        Finding.Collector found = new Finding.Collector(Check.K9_PAUSES);
        Limits limits = evidence.limits();
        if (limits == null) {
            return Finding.unproven(Check.K9_PAUSES, "no limits were told");
        }
        long end = evidence.logs().stream().mapToLong(PauseCheck::lastEnd).max().orElse(0);
        for (AckLog log : evidence.logs()) {
            if (log.kind() != Kind.KIT) {
                continue;
            }
            long[] times = log.acknowledgedAt();
            found.looked(times.length);
            Duration pause = Duration.ofNanos(longestGap(times, end));
            if (pause.compareTo(limits.longestPause()) > 0) {
                found.violation("writer " + log.writer() + " waited " + pause.toMillis() + " ms, the limit is "
                        + limits.longestPause().toMillis() + " ms");
            }
            log.failures().forEach((sequence, state) -> {
                if (!documented(limits.errors(), state)) {
                    found.violation("write " + sequence + " of writer " + log.writer()
                            + " failed in a way that is not documented: SQLSTATE '" + state + "'");
                }
            });
        }
        return found.finding();
    }

    private static boolean documented(Set<String> errors, String state) {
        return errors.contains(state) || state.length() > CLASS && errors.contains(state.substring(0, CLASS));
    }

    private static long longestGap(long[] times, long end) {
        long longest = 0;
        for (int i = 0; i < times.length; i++) {
            // a writer that has been silent up to the end counts as paused
            long next = i + 1 < times.length ? times[i + 1] : Math.max(end, times[i]);
            longest = Math.max(longest, next - times[i]);
        }
        return longest;
    }

    private static long lastEnd(AckLog log) {
        long last = 0;
        for (long i = log.size(); i >= 1 && last == 0; i--) {
            last = log.endedAt(i);
        }
        return last;
    }
}
