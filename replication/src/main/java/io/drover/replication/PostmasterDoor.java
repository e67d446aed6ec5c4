/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;

/**
 * Holds the door of a server by freezing its postmaster: new logins wait instead of being refused, sessions go on, no worker
 * can be forked (hazards H79, H80). Whoever holds it must open it again even when everybody else has died.
 */
public final class PostmasterDoor {
    private static final Duration PAUSE = Duration.ofNanos(200_000);

    private PostmasterDoor() {}

    /**
     * Freezes the postmaster and sees it frozen in the process table. A fork that was under way has its child there, or happens
     * when the postmaster goes on: never in between.
     *
     * @return the milliseconds that it took
     * @throws DroverException SEAL_FAILED when it is not seen frozen within the limit; it is thawed again
     */
    public static double hold(int postmasterPid, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        if (!Signals.STOP.send(postmasterPid)) {
            throw new DroverException(ErrorCode.SEAL_FAILED, "there is no postmaster " + postmasterPid + " to freeze");
        }
        while (!held(postmasterPid)) {
            if (waiting.isOver()) {
                open(postmasterPid);
                throw new DroverException(
                        ErrorCode.SEAL_FAILED,
                        "postmaster " + postmasterPid + " was not seen frozen within " + limit.toMillis()
                                + " ms; thawed again");
            }
            waiting.pause(PAUSE);
        }
        return waiting.millis();
    }

    /** Thaws the postmaster; does nothing when it is not frozen or gone. */
    public static void open(int postmasterPid) {
        Signals.CONT.send(postmasterPid);
    }

    /** Whether the postmaster is frozen now. */
    public static boolean held(int postmasterPid) {
        return ProcessTable.state(postmasterPid) == 'T';
    }
}
