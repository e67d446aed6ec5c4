/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A promotion in which the server died. PostgreSQL removes standby.signal, writes the history file of the new timeline, then the
 * first record on it, then the control file; only after all of these it takes writes. Until the control file says the new
 * timeline nothing of it counts: started without standby.signal, the server would recover on the old timeline and take writes
 * there (H28).
 */
final class TornPromotion {
    private static final Logger LOG = LoggerFactory.getLogger(TornPromotion.class);

    private TornPromotion() {}

    /**
     * Makes it a standby again, which can be promoted as if it had never been asked.
     *
     * @param dataDir of a stopped server, without standby.signal
     * @param oldTimeline that of the source; without it a promotion that had come as far as the control file is taken back,
     *     too, and the next one leaves the timeline on which nobody has written
     */
    static boolean mend(Path dataDir, ControlData control, OptionalInt oldTimeline) {
        int recovered = control.recoveredTimeline();
        if (!control.standby() || recovered > oldTimeline.orElse(recovered)) {
            return false;
        }
        forgetHistory(dataDir, recovered);
        StandbySetup.signal(dataDir);
        LOG.warn(
                "{} holds a standby that died in its promotion, on timeline {} still: it is made a standby again",
                dataDir,
                recovered);
        return true;
    }

    /** With it the next promotion would leave the new timeline, on which there is nothing, for a third. */
    private static void forgetHistory(Path dataDir, int recovered) {
        Path file = dataDir.resolve(TimelineHistory.fileName(recovered + 1));
        if (Files.exists(file) && read(file, recovered + 1).parent().timeline() == recovered) {
            DurableFiles.delete(file);
        }
    }

    private static TimelineHistory read(Path file, int timeline) {
        try {
            return TimelineHistory.parse(timeline, Files.readString(file));
        } catch (IOException e) {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, file + " cannot be read", null, e);
        }
    }
}
