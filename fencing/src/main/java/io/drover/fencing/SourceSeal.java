/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The fence's second layer, on which safety rests: after it no process is left on the source that can commit. The order is its
 * whole point:
 *
 * <ol>
 *   <li>freeze: whoever is not counted now cannot appear later
 *   <li>end sessions: all that may commit, found in the process table, not in a view (H75)
 *   <li>end the WAL: only now is its end final
 *   <li>verify: nobody was missed
 * </ol>
 *
 * <p>It does not undo itself when it fails: whether the source may be opened again is decided by the topology (ABORTING), and then
 * {@link #lift} opens it.
 */
public final class SourceSeal {
    private static final double NANOS_PER_MILLI = 1e6;

    private final FenceTarget target;
    private final LongSupplier nanos;

    /**
     * Makes the seal of one server.
     *
     * @param nanos a clock that never goes back, such as {@code System::nanoTime}
     */
    public SourceSeal(FenceTarget target, LongSupplier nanos) {
        this.target = target;
        this.nanos = nanos;
    }

    /**
     * What a seal did and how long its parts took.
     *
     * @param finalLsn the end of the source's WAL
     * @param sessionsEnded processes that were ended
     */
    public record Result(
            Lsn finalLsn, int sessionsEnded, double freezeMillis, double endSessionsMillis, double switchMillis) {}

    /**
     * Seals the source.
     *
     * @param limit for all of it
     * @throws DroverException SEAL_FAILED or TIMEOUT; the door may then be held already
     */
    public Result seal(Duration limit) {
        long begin = nanos.getAsLong();
        target.freeze(limit);
        long frozen = nanos.getAsLong();
        int ended = target.endSessions(left(limit, begin, frozen));
        long alone = nanos.getAsLong();
        left(limit, begin, alone);
        Lsn end = target.endWal();
        target.verify(end);
        long done = nanos.getAsLong();
        return new Result(end, ended, millis(begin, frozen), millis(frozen, alone), millis(alone, done));
    }

    /** Opens the source again. The settings come first, so that no login that waited begins under the seal's (H19, H49). */
    public void lift() {
        target.restoreSettings();
        target.thaw();
    }

    private static Duration left(Duration limit, long begin, long now) {
        Duration left = limit.minusNanos(now - begin);
        if (left.isNegative() || left.isZero()) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    "the source could not be sealed within " + limit.toMillis()
                            + " ms; it stays held until the move is aborted",
                    "abort; look for sessions that do not end");
        }
        return left;
    }

    private static double millis(long from, long to) {
        return (to - from) / NANOS_PER_MILLI;
    }
}
