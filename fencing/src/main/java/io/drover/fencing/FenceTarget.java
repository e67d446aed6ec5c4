/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import io.drover.api.Lsn;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the seal needs of the database server that it closes. The daemon binds it to PostgreSQL; this module knows only the order.
 * Every call may be repeated and throws a {@link io.drover.api.DroverException} when its effect cannot be proven.
 */
public interface FenceTarget {
    /** Holds the door: from here on no session can begin and no worker can be forked. Waiting logins keep waiting. */
    void freeze(Duration limit);

    /**
     * Lets those who write come to where they are in nobody's way, as far as they get there within the limit. Whether they do changes
     * only how soon the WAL can be ended. SEAL_FAILED when the server gives no answer, also for some time after the limit.
     */
    void quiet(Duration limit);

    /**
     * Stops every process of the server that may commit where it stands; answers how many there were. Empty, and then all of them
     * go on, when one could not be stopped within the limit.
     */
    OptionalInt holdSessions(Duration limit);

    /**
     * {@link #endWal} while sessions are held. Empty, and then all of them go on, when that took longer than the limit: one of
     * them was stopped while it held a lock that this needs.
     */
    Optional<Lsn> endWalWhileHeld(Duration limit);

    /** Lets held sessions go on. */
    void releaseSessions();

    /** Ends every process of the server that may commit and returns when none of them can any more; answers how many there were. */
    int endSessions(Duration limit);

    /** Ends the WAL on a segment boundary within the limit and answers it: the position that the target has to replay. */
    Lsn endWal(Duration limit);

    /**
     * Proves that the door is still held and that nobody is left who can commit. Records of the server itself may follow the end; no
     * commit can.
     */
    void verify(Lsn end);

    /** Puts the server's settings back as they were before the seal was prepared; nothing is loaded yet. */
    void restoreSettings();

    /** Opens the door: waiting logins go on, under the restored settings. */
    void thaw();
}
