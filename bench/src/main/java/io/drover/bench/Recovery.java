/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import org.jspecify.annotations.Nullable;

/** When clients write as fast again as they did before a pause. */
final class Recovery {
    /** Long enough for a rate of some hundred writes per second, short beside what an operator would call a dip. */
    static final long WINDOW_NANOS = 250_000_000L;

    private static final double SHARE = 0.9;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    private Recovery() {}

    /**
     * The time from the fence to the first acknowledged write that begins a quarter of a second with at least 90 % of the rate before.
     * Only writes after the longest gap count, for those in the drain come before the pause.
     *
     * @param acknowledged when writes were acknowledged, whoever wrote them, in order
     * @param fence when writes were first held
     * @param perSecondBefore the rate before
     * @param end until when everything that was acknowledged is known
     * @return milliseconds, or null when it was not reached before the end
     */
    static @Nullable Double millis(long[] acknowledged, long fence, double perSecondBefore, long end) {
        double wanted = SHARE * perSecondBefore * WINDOW_NANOS / NANOS_PER_SECOND;
        int after = 0;
        for (int i = afterLongestGap(acknowledged, fence); i < acknowledged.length; i++) {
            if (acknowledged[i] + WINDOW_NANOS - end > 0) {
                return null;
            }
            after = Math.max(after, i);
            while (after < acknowledged.length && acknowledged[after] - acknowledged[i] < WINDOW_NANOS) {
                after++;
            }
            if (after - i >= wanted) {
                return (acknowledged[i] - fence) / NANOS_PER_MILLI;
            }
        }
        return null;
    }

    private static int afterLongestGap(long[] acknowledged, long fence) {
        int found = acknowledged.length;
        long longest = -1;
        for (int i = 0; i < acknowledged.length; i++) {
            if (acknowledged[i] - fence >= 0) {
                long gap = acknowledged[i] - (i == 0 ? fence : acknowledged[i - 1]);
                if (gap > longest) {
                    longest = gap;
                    found = i;
                }
            }
        }
        return found;
    }
}
