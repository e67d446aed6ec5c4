/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports.Standstill;
import io.drover.api.fault.FaultPoints;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * The fence's second layer, on which safety rests: after it no process is left on the source that can commit. The order is its
 * whole point:
 *
 * <ol>
 *   <li>freeze: whoever is not counted now cannot appear later
 *   <li>let writers come to the wait for the target, which is then not told that it is over: nobody stands in the way there
 *   <li>stop sessions where they stand: all that may commit, found in the process table, not in a view (H75); where one cannot be
 *       stopped, or stands where others wait for it (H81), they are ended instead
 *   <li>end the WAL: only now is its end final
 *   <li>verify: nobody was missed
 * </ol>
 *
 * <p>It does not undo itself when it fails: whether the source may be opened again is decided by the topology (ABORTING), and then
 * {@link #lift} opens it.
 */
public final class SourceSeal {
    private static final String PLACE = "seal";
    private static final double NANOS_PER_MILLI = 1e6;
    /** Stopping takes about a millisecond and ending the WAL a few; who takes longer waits for a lock. */
    private static final Duration HOLD_LIMIT = Duration.ofMillis(50);
    /** A commit takes some milliseconds to come to its wait; who does not wait for the target never does. */
    private static final Duration QUIET_LIMIT = Duration.ofMillis(20);

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
     * @param sessions processes that were stopped or ended
     * @param standstill how
     */
    public record Result(
            Lsn finalLsn,
            int sessions,
            Standstill standstill,
            double freezeMillis,
            double sessionsMillis,
            double switchMillis) {}

    private record End(Lsn lsn, int sessions, Standstill standstill, long alone) {}

    /**
     * Seals the source.
     *
     * @param limit for all of it
     * @throws DroverException SEAL_FAILED or TIMEOUT; the door may then be held already
     */
    public Result seal(Duration limit) {
        long begin = nanos.getAsLong();
        FaultPoints.around(PLACE, "door", () -> target.freeze(limit));
        long frozen = nanos.getAsLong();
        FaultPoints.around(PLACE, "quiet", () -> target.quiet(QUIET_LIMIT));
        OptionalInt held = FaultPoints.around(PLACE, "sessions", () -> target.holdSessions(HOLD_LIMIT));
        long alone = nanos.getAsLong();
        left(limit, begin, alone);
        Optional<Lsn> end = held.isPresent()
                ? FaultPoints.around(PLACE, "wal", () -> target.endWalWhileHeld(HOLD_LIMIT))
                : Optional.empty();
        End reached = end.isPresent()
                ? new End(end.orElseThrow(), held.orElseThrow(), Standstill.HELD, alone)
                : endInstead(limit, begin, held.isPresent() ? Standstill.ENDED_IN_THE_WAY : Standstill.ENDED_NOT_HELD);
        target.verify(reached.lsn());
        long done = nanos.getAsLong();
        return new Result(
                reached.lsn(),
                reached.sessions(),
                reached.standstill(),
                millis(begin, frozen),
                millis(frozen, reached.alone()),
                millis(reached.alone(), done));
    }

    private End endInstead(Duration limit, long begin, Standstill why) {
        Duration forSessions = left(limit, begin, nanos.getAsLong());
        int ended = FaultPoints.around(PLACE, "end-sessions", () -> target.endSessions(forSessions));
        long alone = nanos.getAsLong();
        Duration forWal = left(limit, begin, alone);
        return new End(FaultPoints.around(PLACE, "end-wal", () -> target.endWal(forWal)), ended, why, alone);
    }

    /** Opens the source again. The settings come before the door, so that no login that waited begins under the seal's (H19, H49). */
    public void lift() {
        FaultPoints.around("unseal", "sessions", target::releaseSessions);
        FaultPoints.around("unseal", "settings", target::restoreSettings);
        FaultPoints.around("unseal", "door", target::thaw);
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
