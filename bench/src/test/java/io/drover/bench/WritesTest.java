/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class WritesTest {
    private static final long MILLI = 1_000_000;

    @Test
    void looksAtWhatWasAcknowledgedBetweenTheMomentsOnly() {
        AckLog log = new AckLog(0);
        int first = log.begin();
        long base = log.begunAt(first);
        log.end(first, Outcome.ACKED, base + MILLI);
        for (int i = 1; i <= 10; i++) {
            int sequence = log.begin();
            log.end(sequence, Outcome.ACKED, base + 100L * i * MILLI);
        }
        int failed = log.begin();
        log.end(failed, Outcome.FAILED, base + 500 * MILLI);
        log.begin();

        Writes writes = Writes.between(List.of(log), base + 50 * MILLI, base + 550 * MILLI);

        assertThat(writes.perSecond()).isCloseTo(10, within(1e-6));
        assertThat(writes.p99Millis()).isCloseTo(500, within(20.0));
        assertThat(writes.medianMillis()).isCloseTo(300, within(20.0));
    }
}
