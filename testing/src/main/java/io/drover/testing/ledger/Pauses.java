/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What clients saw of a pause.
 *
 * @param overallMillis longest time between two acknowledged writes of all writers together
 * @param worstWriterMillis longest time between two acknowledged writes of one writer
 * @param writesPerSecondBefore acknowledged writes per second in the two seconds before
 */
public record Pauses(double overallMillis, double worstWriterMillis, double writesPerSecondBefore) {
    private static final long RATE_WINDOW_NANOS = 2_000_000_000L;
    private static final double NANOS_PER_MILLI = 1e6;

    /**
     * Looks for the longest gaps that touch a time window.
     *
     * @param logs the writers
     * @param from begin of the window, by {@link System#nanoTime()}
     * @param to its end
     * @param fence when writes were first held, for the rate before
     * @param now when the logs were last written to; a writer that has been silent since before counts as paused
     */
    public static Pauses between(List<AckLog> logs, long from, long to, long fence, long now) {
        List<long[]> writers = logs.stream().map(AckLog::acknowledgedAt).toList();
        long[] together =
                writers.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        long worst = writers.stream()
                .mapToLong(times -> longestGap(times, from, to, now))
                .max()
                .orElse(0);
        long before = LongStream.of(together)
                .filter(time -> time >= fence - RATE_WINDOW_NANOS && time < fence)
                .count();
        return new Pauses(
                longestGap(together, from, to, now) / NANOS_PER_MILLI,
                worst / NANOS_PER_MILLI,
                before * 1e9 / RATE_WINDOW_NANOS);
    }

    private static long longestGap(long[] times, long from, long to, long now) {
        long longest = 0;
        for (int i = 0; i < times.length; i++) {
            long next = i + 1 < times.length ? times[i + 1] : Math.max(now, times[i]);
            if (next >= from && times[i] <= to) {
                longest = Math.max(longest, next - times[i]);
            }
        }
        return longest;
    }
}
