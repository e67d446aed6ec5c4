/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * The processes of one running server, as a seal sees them. The door is its postmaster: while that is frozen, logins wait and nothing
 * can be forked. Sessions are those of its children that are not spared.
 */
public interface ServerProcesses {
    /**
     * Freezes the postmaster and sees it frozen.
     *
     * @throws DroverException SEAL_FAILED when it is not within the limit; it is thawed again
     */
    void holdDoor(Duration limit);

    /** Thaws the postmaster. */
    void openDoor();

    /** Whether the postmaster is frozen now. */
    boolean doorHeld();

    /** Stops the target's walsender where it stands: whoever waits for the target goes on waiting. */
    void holdSender(AllowList spared);

    /** Lets the target's walsender go on. */
    void releaseSender(AllowList spared);

    /**
     * Stops the sessions where they stand, and sees them stopped.
     *
     * @return how many are held; empty, and then none is, when one could not be stopped within the limit
     */
    OptionalInt holdSessions(AllowList spared, Duration limit);

    /** Whether every session is stopped or past its last instruction. */
    boolean sessionsHeld(AllowList spared);

    /**
     * Stops what the server itself writes to its WAL, so that none follows the end that was read (hazard H89). Sent, not awaited: one in
     * the middle of a disk write stops behind it, and writes nothing before.
     */
    void holdServerWriters(AllowList spared);

    /** Lets all children go on. */
    void releaseSessions();

    /**
     * Ends the sessions and sees them past their last instruction.
     *
     * @return how many were ended
     * @throws DroverException SEAL_FAILED with those that are left at the limit
     */
    int endSessions(AllowList spared, Duration limit);

    /** Runs the code without effect, so that the pause finds it loaded. */
    void rehearse(AllowList spared);
}
