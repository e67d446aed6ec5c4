/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Stops sessions where they stand (SIGSTOP) instead of ending them: that takes as long for hundreds as for one, and an abort gives
 * them back to their clients (hazard H81). One may be stopped while it holds a lock that others need, so whatever is done
 * meanwhile needs a limit, and {@link #release} after it.
 */
public final class SessionHold {
    private static final Duration PAUSE = Duration.ofNanos(200_000);

    /** In the title of a session that waits for its client, in a transaction or outside. */
    private static final String IDLE = " idle";

    private static final int WARM_ROUNDS = 20;

    private SessionHold() {}

    /**
     * Stops every child of a postmaster that is not spared, and sees it stopped in the process table.
     *
     * @return how many are held; empty, and then none is, when one could not be stopped within the limit
     */
    public static OptionalInt hold(int postmasterPid, AllowList spared, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        List<Integer> left = new ArrayList<>(others(postmasterPid, spared));
        int count = left.size();
        left.forEach(Signals.STOP::send);
        while (true) {
            left.removeIf(ProcessTable::cannotGoOn);
            if (left.isEmpty()) {
                return OptionalInt.of(count);
            }
            if (waiting.isOver()) {
                release(postmasterPid);
                return OptionalInt.empty();
            }
            waiting.pause(PAUSE);
        }
    }

    /** Whether every child that is not spared is stopped or past its last instruction. */
    public static boolean complete(int postmasterPid, AllowList spared) {
        return others(postmasterPid, spared).stream().allMatch(ProcessTable::cannotGoOn);
    }

    /**
     * Lets all children of a postmaster go on. Sent to all of them, since one that is in the middle of a disk write is stopped
     * only after it, and this takes that back.
     *
     * @throws DroverException when one could not be told; the others were
     */
    public static void release(int postmasterPid) {
        DroverException failure = null;
        for (int child : ProcessTable.children(postmasterPid)) {
            try {
                Signals.CONT.send(child);
            } catch (DroverException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Ends the children of a postmaster that are stopped, in order: each goes on only to see that it is to end. One that stood in the
     * middle of a commit ends it before.
     */
    static void end(int postmasterPid) {
        for (int child : ProcessTable.children(postmasterPid)) {
            if (ProcessTable.state(child) == 'T') {
                Signals.TERM.send(child);
                Signals.CONT.send(child);
            }
        }
    }

    /** Runs the code without effect, so that it is loaded and compiled before the pause. */
    public static void warm(int postmasterPid, AllowList spared) {
        for (int i = 0; i < WARM_ROUNDS; i++) {
            complete(postmasterPid, spared);
        }
    }

    /** Ends a process if it is stopped: it never runs an instruction again. Answers whether it was. */
    static boolean kill(int pid) {
        return ProcessTable.state(pid) == 'T' && Signals.KILL.send(pid);
    }

    /** Whether a client waits for the answer of the process, as far as its title tells: with update_process_title off it ends with the client. */
    static boolean isBusy(int pid) {
        return isBusy(ProcessTable.title(pid));
    }

    static boolean isBusy(String title) {
        return !title.contains(IDLE) && (title.contains(") ") || title.contains(" [local] "));
    }

    private static List<Integer> others(int postmasterPid, AllowList spared) {
        List<Integer> others = new ArrayList<>();
        for (int pid : ProcessTable.children(postmasterPid)) {
            if (!spared.spares(pid)) {
                others.add(pid);
            }
        }
        return others;
    }
}
