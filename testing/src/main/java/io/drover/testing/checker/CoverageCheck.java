/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Evidence.Coverage;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Tells the runs that prove nothing: the fault did not hit, or nobody wrote around the fork. */
final class CoverageCheck {
    private static final long WINDOW_NANOS = 1_000_000_000L;

    private CoverageCheck() {}

    static List<String> vacuous(Evidence evidence) {
        Coverage coverage = evidence.coverage();
        List<String> reasons = new ArrayList<>();
        coverage.faults().forEach((fault, hit) -> {
            if (!hit) {
                reasons.add("the fault did not hit its point: " + fault);
            }
        });
        for (long fork : coverage.forks()) {
            long acked = 0;
            long uncertain = 0;
            for (AckLog log : evidence.logs()) {
                for (long i = 1; i <= log.size(); i++) {
                    if (near(log, i, fork)) {
                        acked += log.outcome(i) == Outcome.ACKED ? 1 : 0;
                        uncertain += log.outcome(i) == Outcome.ACKED ? 0 : 1;
                    }
                }
            }
            if (acked < coverage.leastAcked() || uncertain < coverage.leastUncertain()) {
                reasons.add("within a second of the fork there were " + acked + " acknowledged writes and " + uncertain
                        + " others; " + coverage.leastAcked() + " and " + coverage.leastUncertain() + " are needed");
            }
        }
        return reasons;
    }

    /** Whether the write was under way within the window. */
    private static boolean near(AckLog log, long sequence, long fork) {
        long ended = log.endedAt(sequence);
        return log.begunAt(sequence) - fork <= WINDOW_NANOS && (ended == 0 || fork - ended <= WINDOW_NANOS);
    }
}
