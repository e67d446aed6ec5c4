/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.replication.InstanceMonitor.StandbyView;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;

/**
 * How far the target was behind at the last few looks. Under much WAL it is behind and caught up again many times in a second, so that
 * a single look tells of the moment it was taken at and of nothing else.
 */
final class Lags {
    private static final int LAST = 9;

    private final Deque<StandbyView> looks = new ArrayDeque<>();

    /** Keeps another look; the answer is the one of the last few that has the median of the bytes. */
    StandbyView typicalWith(StandbyView view) {
        looks.add(view);
        if (looks.size() > LAST) {
            looks.remove();
        }
        return looks.stream()
                .sorted(Comparator.comparingLong(StandbyView::lagBytes))
                .skip(looks.size() / 2)
                .findFirst()
                .orElseThrow();
    }
}
