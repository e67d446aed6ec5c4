/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Facts.Slot;
import io.drover.api.agent.Reports.AlignReport;
import io.drover.api.agent.Reports.GuardProbeReport;
import io.drover.api.agent.Reports.PromoteReport;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.SessionMark;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The superuser's session on a running server. What it asks fails with POSTGRES_UNREACHABLE when it is broken. */
public interface PostgresSession extends AutoCloseable {
    /** Whether nobody has closed it and it is not known to be broken. */
    boolean isOpen();

    /** Closes it; one that is broken is closed already. */
    @Override
    void close();

    /** What the server is right now. */
    ServerState state();

    /** Timeline that the server writes, or receives and replays as far as it knows. */
    int timeline();

    /** The history of a timeline. */
    TimelineHistory history(int timeline);

    /** Settings of the server, as this session sees and changes them. */
    RunningSettings settings();

    /** Makes the roles that Drover logs in as. */
    void ensureRoles();

    /** Allows or forbids the login that a rewind needs. */
    void setRewindLogin(boolean allowed);

    /** Whether the login that a rewind needs is allowed. */
    boolean rewindLogin();

    /** All slots. */
    List<Slot> slots();

    /** Makes a checkpoint, on a standby a restartpoint; returns when it is complete. */
    void checkpoint();

    /**
     * Creates a physical slot that reserves WAL at once. On a primary the access rules go into the data directory too, so that the
     * copy which follows carries them (H91).
     *
     * @return where the WAL that it holds begins
     */
    Lsn createSlot(String slot);

    /** Drops a slot, its walsender ended first. */
    void dropSlot(String slot, Duration limit);

    /** Runs queries, one read-only transaction each, and tells number and hash of the rows of each. */
    List<String> runCanaries(List<String> queries, Duration limit);

    /** Whether commits wait for a guard that does not stream, so that they wait for ever. */
    boolean lacksItsStandby();

    /**
     * The commits that wait for a synchronous standby at this moment, but for the guard's probe. Each has a name that another
     * commit of the same session has not: one that is seen twice has waited all the time between.
     */
    Set<String> waitingCommits();

    /** Commits one message and waits until the guard's standbys have applied it. */
    GuardProbeReport probeGuard(Duration limit);

    /** Ends sessions of clients, each only while it is in the transaction that was seen; answers the processes that were told to. */
    List<Integer> endSessions(List<SessionMark> sessions);

    /** The wal_keep_size that a source needs for a rewind; empty when its own is enough. */
    Optional<String> rewindReserve();

    /** Writes filler until the margin is left in the WAL segment. */
    AlignReport alignWal(long marginBytes);

    /** Ends the WAL on a segment boundary and answers it. */
    Lsn endWal();

    /** Which other sessions are writing at this moment. */
    Writers writers();

    /**
     * Whom a seal spares: the server's own processes, the walsender that streams from the slot, and this session.
     *
     * @throws io.drover.api.DroverException SEAL_FAILED when nobody streams from the slot
     */
    AllowList spared(int postmasterPid, String targetSlot);

    /** Runs what a seal will ask over this session, without its effect. */
    void rehearseSeal();

    /** Whether the walreceiver streams; true for a moment also when it has logged in and is about to be refused. */
    boolean receives();

    /** Pauses replay or lets it go on, and sees it happen. */
    void setReplayPaused(boolean paused, Duration limit);

    /** Returns when the standby has replayed the position; TIMEOUT otherwise. */
    ReplayReport awaitReplayed(Lsn position, Duration limit);

    /**
     * Promotes, and proves that the new timeline follows the old one and leaves it at or after the position.
     *
     * @throws io.drover.api.DroverException WRONG_TIMELINE when the proof fails; TIMEOUT when it is still in recovery at the limit
     */
    PromoteReport promote(int oldTimeline, Lsn atLeast, Duration limit);

    /** The same when all that is known of the old timeline is that it is this one or a later one. */
    PromoteReport promoteFrom(int leastTimeline, Duration limit);

    /** Runs what a promotion will ask over this session, without its effect. */
    void rehearsePromotion();
}
