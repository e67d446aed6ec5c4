/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.PausePrediction;
import io.drover.api.PausePrediction.Part;

/**
 * What is left free of the WAL segment when the fence is raised: room for what clients still write until the WAL is ended. The end of the
 * WAL fills up what is left, on both nodes and over the network, while clients wait; but without room enough it fills up a whole segment.
 */
final class TailMargin {
    /** Room for what the server's own processes write. */
    static final long LEAST_BYTES = 256L << 10;

    /** The agent leaves no more than half of a segment free. */
    static final long MOST_BYTES = 64L << 20;

    /** Until the fence is up and everybody knows of it clients write on, and they may do so faster than before. */
    private static final double TIMES = 2;

    private static final double BEFORE_THE_FENCE_MILLIS = 100;
    private static final double MILLIS_PER_SECOND = 1000;

    private TailMargin() {}

    /**
     * The room to leave.
     *
     * @param walBytesPerSecond what the source has written lately
     * @param told how long the parts of the pause will take
     */
    static long bytes(double walBytesPerSecond, PausePrediction told) {
        double untilTheEnd = BEFORE_THE_FENCE_MILLIS
                + told.parts().stream()
                        .filter(part -> part.step() <= MoveSteps.SEAL)
                        .mapToDouble(Part::millis)
                        .sum();
        double written = TIMES * walBytesPerSecond * untilTheEnd / MILLIS_PER_SECOND;
        return Math.round(Math.max(LEAST_BYTES, Math.min(MOST_BYTES, written)));
    }
}
