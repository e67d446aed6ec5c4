/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.ledger.AckLog.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class PausesTest {
    private static final long MILLI = 1_000_000;

    @Test
    void tellsTheGapOfOneWriterFromTheGapOfAll() {
        AckLog first = acknowledged(1, 0, 10, 60, 70);
        AckLog second = acknowledged(2, 5, 20, 40, 65);
        Pauses pauses = Pauses.between(List.of(first, second), 0, 70 * MILLI, 30 * MILLI, 70 * MILLI);
        assertThat(pauses.worstWriterMillis()).isEqualTo(50);
        assertThat(pauses.overallMillis()).isEqualTo(20);
        assertThat(pauses.writesPerSecondBefore()).isEqualTo(4 / 2.0);
    }

    @Test
    void countsAGapThatOnlyTouchesTheWindowWhole() {
        AckLog log = acknowledged(1, 0, 100, 110);
        assertThat(Pauses.between(List.of(log), 50 * MILLI, 60 * MILLI, 50 * MILLI, 110 * MILLI)
                        .worstWriterMillis())
                .isEqualTo(100);
    }

    @Test
    void countsAWriterThatNeverCameBackAsPaused() {
        AckLog silent = acknowledged(1, 0, 10);
        AckLog lively = acknowledged(2, 0, 500, 1_000);
        assertThat(Pauses.between(List.of(silent, lively), 0, 900 * MILLI, 5 * MILLI, 1_000 * MILLI)
                        .worstWriterMillis())
                .isEqualTo(990);
    }

    @Test
    void countsOnlyAcknowledgedWrites() {
        AckLog log = acknowledged(1, 0, 100);
        log.end(log.begin(), Outcome.UNKNOWN, 50 * MILLI);
        log.end(log.begin(), Outcome.FAILED, 60 * MILLI);
        assertThat(Pauses.between(List.of(log), 0, 100 * MILLI, 0, 100 * MILLI).overallMillis())
                .isEqualTo(100);
    }

    private static AckLog acknowledged(int writer, long... millis) {
        AckLog log = new AckLog(writer);
        for (long time : millis) {
            log.end(log.begin(), Outcome.ACKED, time * MILLI);
        }
        return log;
    }
}
