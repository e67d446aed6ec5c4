/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.fencing.FenceTarget;
import io.drover.replication.AllowList;
import io.drover.replication.PostgresSession;
import io.drover.replication.ServerProcesses;
import io.drover.replication.Writers;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** PostgreSQL as the seal sees it. */
final class SealedPostgres implements FenceTarget {
    private static final Duration POLL = Duration.ofMillis(1);
    private static final int LOOKS = 2;
    private static final Duration QUESTION_LIMIT = Duration.ofMillis(50);
    private static final Duration LATE_LIMIT = Duration.ofSeconds(1);

    private final int postmasterPid;
    private final ServerProcesses processes;
    private final String targetSlot;
    private final Supplier<PostgresSession> session;
    private final Runnable restore;
    private final WhileHeld question;
    private @Nullable AllowList spared;
    private boolean writing;

    /**
     * Binds one server.
     *
     * @param session the warm session; asked as the door closes, and to end the WAL
     * @param restore takes the seal's settings back
     */
    SealedPostgres(
            int postmasterPid,
            ServerProcesses processes,
            String targetSlot,
            Supplier<PostgresSession> session,
            Runnable restore,
            WhileHeld question) {
        this.postmasterPid = postmasterPid;
        this.processes = processes;
        this.targetSlot = targetSlot;
        this.session = session;
        this.restore = restore;
        this.question = question;
    }

    /**
     * The session is tried first: behind a held door no other could be opened. Who is spared is decided behind it: a walsender that
     * reconnected since the preparation has another pid.
     */
    @Override
    public void freeze(Duration limit) {
        Deadline deadline = question.in(limit);
        // one that an earlier attempt still holds may stand where the next question waits for it
        releaseSessions();
        writing =
                question.require(() -> session.get().writers(), deadline.left()).all() > 0;
        processes.holdDoor(deadline.left());
        spared = question.require(() -> session.get().spared(postmasterPid, targetSlot), deadline.left());
    }

    /** Seen twice, since one that begins to write has no number yet. */
    @Override
    public void quiet(Duration limit) {
        if (!writing) {
            return;
        }
        processes.holdSender(requireSpared());
        Deadline deadline = question.in(limit);
        int still = 0;
        while (still < LOOKS && !deadline.left().isZero()) {
            Optional<Writers> writers =
                    question.ask(() -> session.get().writers(), QUESTION_LIMIT, this::releaseSessions);
            if (writers.isEmpty()) {
                // the walsender, too, may have been stopped with a lock: it goes on
                question.awaitLate(LATE_LIMIT);
                return;
            }
            still = writers.orElseThrow().moving() == 0 ? still + 1 : 0;
            if (still < LOOKS) {
                deadline.pause(POLL);
            }
        }
    }

    @Override
    public OptionalInt holdSessions(Duration limit) {
        OptionalInt held = processes.holdSessions(requireSpared(), limit);
        processes.releaseSender(requireSpared());
        return held;
    }

    @Override
    public Optional<Lsn> endWalWhileHeld(Duration limit) {
        Optional<Lsn> end = question.ask(this::switchWal, limit, this::releaseSessions);
        end.ifPresent(known -> processes.holdServerWriters(requireSpared()));
        return end;
    }

    @Override
    public void releaseSessions() {
        processes.releaseSessions();
    }

    @Override
    public int endSessions(Duration limit) {
        return processes.endSessions(requireSpared(), limit);
    }

    @Override
    public Lsn endWal(Duration limit) {
        Deadline deadline = question.in(limit);
        question.awaitLate(limit);
        Lsn end = question.ask(this::switchWal, deadline.left(), () -> {})
                .orElseThrow(() -> new DroverException(
                        ErrorCode.SEAL_FAILED,
                        "the WAL of the source could not be ended within " + limit.toMillis()
                                + " ms, although its sessions were ended",
                        "abort; look at the source's disk and at what its processes wait for (pg_stat_activity)"));
        processes.holdServerWriters(requireSpared());
        return end;
    }

    private Lsn switchWal() {
        return session.get().endWal();
    }

    @Override
    public void verify(Lsn end) {
        if (!processes.doorHeld()) {
            throw new DroverException(ErrorCode.SEAL_FAILED, "postmaster " + postmasterPid + " is not held any more");
        }
        if (!processes.sessionsHeld(requireSpared())) {
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
        processes.openDoor();
    }
}
