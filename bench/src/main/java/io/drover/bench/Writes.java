/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What writers reached in some time.
 *
 * @param perSecond acknowledged writes
 * @param medianMillis from asking for a write to its acknowledgement
 * @param p99Millis the same, which one in a hundred exceeds
 */
public record Writes(double perSecond, double medianMillis, double p99Millis) {
    /**
     * Looks at the writes that were acknowledged between two moments.
     *
     * @param from as {@link System#nanoTime()}
     */
    static Writes between(Collection<AckLog> logs, long from, long to) {
        List<Double> millis = new ArrayList<>();
        for (AckLog log : logs) {
            // from the newest: the log holds all that was written since the load began
            for (int sequence = log.size(); sequence >= 1; sequence--) {
                long ended = log.endedAt(sequence);
                if (log.outcome(sequence) == Outcome.ACKED && ended - to <= 0) {
                    if (ended - from < 0) {
                        break;
                    }
                    millis.add((ended - log.begunAt(sequence)) / 1e6);
                }
            }
        }
        Spread spread = Spread.of(millis);
        return new Writes(millis.size() / ((to - from) / 1e9), spread.median(), spread.percentile(99));
    }
}
