/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.fencing.FenceTarget;
import io.drover.replication.AllowList;
import io.drover.replication.PostmasterDoor;
import io.drover.replication.SessionEnder;
import io.drover.replication.SessionHold;
import io.drover.replication.WalTail;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** PostgreSQL as the seal sees it. */
final class SealedPostgres implements FenceTarget {
    private final int postmasterPid;
    private final String targetSlot;
    private final Supplier<Connection> connection;
    private final Runnable restore;
    private final WhileHeld question = new WhileHeld();
    private int ownBackend;
    private @Nullable AllowList spared;

    /**
     * Binds one server.
     *
     * @param connection the warm connection; asked only while sessions are stopped and the WAL is ended
     * @param restore takes the seal's settings back
     */
    SealedPostgres(int postmasterPid, String targetSlot, Supplier<Connection> connection, Runnable restore) {
        this.postmasterPid = postmasterPid;
        this.targetSlot = targetSlot;
        this.connection = connection;
        this.restore = restore;
    }

    /** The connection is tried first: behind a held door no other could be opened. */
    @Override
    public void freeze(Duration limit) {
        // one that an earlier attempt still holds may stand where the next question waits for it
        releaseSessions();
        ownBackend = AllowList.backendPid(connection.get());
        PostmasterDoor.hold(postmasterPid, limit);
    }

    /** Who is spared is decided behind the held door: a walsender that reconnected since the preparation has another pid. */
    @Override
    public OptionalInt holdSessions(Duration limit) {
        AllowList list = AllowList.compute(connection.get(), postmasterPid, targetSlot, Set.of(ownBackend));
        spared = list;
        return SessionHold.hold(postmasterPid, list, limit);
    }

    @Override
    public Optional<Lsn> endWalWhileHeld(Duration limit) {
        return question.ask(this::switchWal, limit, this::releaseSessions);
    }

    @Override
    public void releaseSessions() {
        SessionHold.release(postmasterPid);
    }

    @Override
    public int endSessions(Duration limit) {
        return SessionEnder.endAll(postmasterPid, requireSpared(), limit);
    }

    @Override
    public Lsn endWal(Duration limit) {
        long begin = System.nanoTime();
        question.awaitLate(limit);
        Duration left = limit.minusNanos(System.nanoTime() - begin);
        return question.ask(this::switchWal, left, () -> {})
                .orElseThrow(() -> new DroverException(
                        ErrorCode.SEAL_FAILED,
                        "the WAL of the source could not be ended within " + limit.toMillis()
                                + " ms, although its sessions were ended",
                        "abort; look at the source's disk and at what its processes wait for (pg_stat_activity)"));
    }

    private Lsn switchWal() {
        return WalTail.switchAndBoundary(connection.get());
    }

    @Override
    public void verify(Lsn end) {
        if (!PostmasterDoor.held(postmasterPid)) {
            throw new DroverException(ErrorCode.SEAL_FAILED, "postmaster " + postmasterPid + " is not held any more");
        }
        if (!SessionHold.complete(postmasterPid, requireSpared())) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    "a process of postmaster " + postmasterPid + " went on, or appeared, while its door was held");
        }
    }

    private AllowList requireSpared() {
        AllowList list = spared;
        if (list == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: sessions are touched before it is known whom to spare");
        }
        return list;
    }

    @Override
    public void restoreSettings() {
        restore.run();
    }

    @Override
    public void thaw() {
        PostmasterDoor.open(postmasterPid);
    }
}
