/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final long MILLI = 1_000_000;

    @Test
    void countsFromTheFenceToTheFirstWriteOfAFullRate() {
        // a write each millisecond, none from the fence at 2000 to 2040
        long[] times =
                LongStream.concat(every(0, 2000, 1), every(2040, 4000, 1)).toArray();
        assertThat(Recovery.millis(times, 2000 * MILLI, 1000, 4000 * MILLI)).isEqualTo(40.0);
    }

    @Test
    void writesOfTheDrainAreNotTheEndOfThePause() {
        long[] times =
                LongStream.concat(every(0, 2010, 1), every(2040, 4000, 1)).toArray();
        assertThat(Recovery.millis(times, 2000 * MILLI, 1000, 4000 * MILLI)).isEqualTo(40.0);
    }

    @Test
    void aFewFirstWritesAreNotTheRate() {
        long[] times = LongStream.concat(
                        LongStream.concat(every(0, 2000, 1), every(2040, 2500, 10)), every(2500, 4000, 1))
                .toArray();
        Double millis = Recovery.millis(times, 2000 * MILLI, 1000, 4000 * MILLI);
        // 25 of the 250 may be missing
        assertThat(millis).isBetween(470.0, 500.0);
    }

    @Test
    void isUnknownWhenTheRateDoesNotComeBack() {
        long[] times =
                LongStream.concat(every(0, 2000, 1), every(2040, 4000, 2)).toArray();
        assertThat(Recovery.millis(times, 2000 * MILLI, 1000, 4000 * MILLI)).isNull();
        assertThat(Recovery.millis(new long[0], 2000 * MILLI, 1000, 4000 * MILLI))
                .isNull();
    }

    private static LongStream every(long from, long to, long step) {
        return LongStream.iterate(from, millis -> millis < to, millis -> millis + step)
                .map(millis -> millis * MILLI);
    }
}
