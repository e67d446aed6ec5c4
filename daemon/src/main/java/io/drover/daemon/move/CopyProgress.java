/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Move.Progress;
import java.time.Duration;

/** Turns byte counts into rate and remaining time; the rate is smoothed over the last seconds. */
final class CopyProgress {
    private static final double SMOOTHING = 0.3;
    private static final double NANOS = 1e9;

    long bytes;
    long total;
    private long lastNanos;
    private long lastMoved;
    private double rate;
    private boolean begun;

    CopyProgress(long nowNanos) {
        lastNanos = nowNanos;
        lastMoved = nowNanos;
    }

    Progress update(long bytesDone, long bytesTotal, long nowNanos) {
        double seconds = (nowNanos - lastNanos) / NANOS;
        // how long the first bytes took is not known: another controller may have begun the copy
        if (seconds > 0 && begun) {
            double now = Math.max(0, bytesDone - bytes) / seconds;
            rate = rate == 0 ? now : rate + SMOOTHING * (now - rate);
        }
        if (bytesDone != bytes) {
            lastMoved = nowNanos;
        }
        begun = true;
        lastNanos = nowNanos;
        bytes = bytesDone;
        total = Math.max(bytesTotal, bytesDone);
        double percent = total == 0 ? 0 : Math.round(1000.0 * bytes / total) / 10.0;
        Long eta = rate < 1 ? null : Math.round((total - bytes) / rate);
        return new Progress(bytes, total, percent, Math.round(rate), eta);
    }

    Duration stalledFor(long nowNanos) {
        return Duration.ofNanos(nowNanos - lastMoved);
    }
}
