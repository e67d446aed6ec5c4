/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.audit;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * How many lines callers get whom nobody knows: whoever reaches the port could fill the disk with them, and then nothing could be done
 * any more for want of an audit log.
 */
final class RefusalBudget {
    private static final long NANOS = Duration.ofSeconds(1).toNanos();

    private final int perSecond;
    private final LongSupplier nanoTime;
    private long since;
    private int written;
    private int unwritten;

    RefusalBudget(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /** How many had no line since the last one that had; empty when this one has none. */
    synchronized OptionalInt take() {
        long now = nanoTime.getAsLong();
        if (now - since >= NANOS) {
            since = now;
            written = 0;
        }
        if (written == perSecond) {
            unwritten++;
            return OptionalInt.empty();
        }
        written++;
        OptionalInt left = OptionalInt.of(unwritten);
        unwritten = 0;
        return left;
    }
}
