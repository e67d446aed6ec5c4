/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.Pauses;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What clients saw of a switch.
 *
 * @param pauses the longest gaps, and the rate before
 * @param backTo90Millis from the fence until they wrote at 90 % of the rate before; null when they did not as long as they were looked at
 * @param background acknowledged writes per second of what else loads the shard, in the two seconds before
 */
public record Observed(Pauses pauses, @Nullable Double backTo90Millis, double background) {
    private static final long BEFORE_NANOS = 2_000_000_000L;

    /** The same without clients that are only load. */
    public static Observed between(List<AckLog> measured, long fence, long serving, Duration margin, long now) {
        return between(measured, List.of(), fence, serving, margin, now);
    }

    /**
     * Looks at a switch and some time around it.
     *
     * @param measured the clients whose gaps count
     * @param background clients that are load, and whose gaps say nothing
     * @param fence when writes were first held, by {@link System#nanoTime()}
     * @param serving when the new primary was open to them
     * @param margin how much time before and after is looked at
     * @param now until when everything that was acknowledged is known
     */
    static Observed between(
            List<AckLog> measured, Collection<AckLog> background, long fence, long serving, Duration margin, long now) {
        Pauses pauses = Pauses.between(measured, fence - margin.toNanos(), serving + margin.toNanos(), fence, now);
        long[] together = measured.stream()
                .map(AckLog::acknowledgedAt)
                .flatMapToLong(Arrays::stream)
                .sorted()
                .toArray();
        return new Observed(
                pauses,
                Recovery.millis(together, fence, pauses.writesPerSecondBefore(), now),
                Writes.between(background, fence - BEFORE_NANOS, fence).perSecond());
    }
}
