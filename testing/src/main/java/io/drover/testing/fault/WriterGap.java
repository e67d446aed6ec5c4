/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.testing.ledger.AckLog;
import java.util.Arrays;
import java.util.List;

/** Times between acknowledged writes, of all writers together. */
final class WriterGap {
    private static final long SECOND = 1_000_000_000L;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final long[] times;

    private WriterGap(long[] times) {
        this.times = times;
    }

    static WriterGap of(List<AckLog> logs) {
        return new WriterGap(logs.stream()
                .map(AckLog::acknowledgedAt)
                .flatMapToLong(Arrays::stream)
                .sorted()
                .toArray());
    }

    /** The same up to a time. */
    WriterGap before(long nanos) {
        return new WriterGap(Arrays.stream(times).filter(time -> time < nanos).toArray());
    }

    /** Acknowledged writes per second in the two seconds before. */
    double rateBefore(long nanos) {
        return Arrays.stream(times)
                        .filter(time -> time >= nanos - 2 * SECOND && time < nanos)
                        .count()
                / 2.0;
    }

    /** The longest time without one that touches the window. */
    long longestMillis(long from, long to) {
        long longest = 0;
        for (int i = 1; i < times.length; i++) {
            if (times[i] >= from && times[i - 1] <= to) {
                longest = Math.max(longest, times[i] - times[i - 1]);
            }
        }
        return longest / NANOS_PER_MILLI;
    }
}
