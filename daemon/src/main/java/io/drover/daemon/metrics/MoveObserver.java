/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.metrics;

import io.drover.api.ErrorCode;
import io.drover.api.Move.Phase;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is told what moves do, for metrics. Calls return at once and never fail. */
public interface MoveObserver {
    /** This controller leads, or does not lead any more. */
    void leading(boolean leads);

    /** A move has entered a state. */
    default void stateEntered(MoveId move, MoveState state) {}

    /** A step has begun to run. */
    void stepStarted(MoveId move, int step);

    /** The step begun last has ended well. */
    void stepFinished(MoveId move, int step);

    /**
     * A write pause is over: from sending FENCED to the confirmed SERVING write.
     *
     * @param phases what it was made of; they add up to {@code millis}
     * @param predictedMillis what was predicted before the fence; null when nothing was
     */
    void pauseMeasured(MoveId move, double millis, List<Phase> phases, @Nullable Double predictedMillis);

    /**
     * Writes go on after a drill.
     *
     * @param pauseMillis what the write pause of a move would have been
     * @param heldMillis how long writes were held
     */
    default void drillMeasured(MoveId move, double pauseMillis, double heldMillis) {}

    /** A client did not drain in time. */
    void notDrained(MoveId move, String client);

    /** A step has failed or a move was given up. */
    void failed(ErrorCode code);

    /** So many bytes of the copy have arrived since the copy began. */
    void bytesCopied(MoveId move, long bytes);

    /** The target's replay is so far behind. */
    default void lagMeasured(MoveId move, long bytes) {}
}
