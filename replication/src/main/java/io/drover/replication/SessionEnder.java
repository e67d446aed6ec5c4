/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Ends every child of a postmaster that is not spared: sessions, walsenders that run SQL (hazard H76), parallel and
 * autovacuum workers, and connections that are still authenticating (H75). SIGTERM only: a killed backend would make the
 * server restart itself. When it returns while the postmaster is frozen, no process is left that can commit; those that the
 * kernel still takes apart are left to it, at the lowest priority.
 */
public final class SessionEnder {
    private static final int AT_ONCE = Runtime.getRuntime().availableProcessors();
    private static final Duration PAUSE = Duration.ofNanos(200_000);
    private static final Duration PATIENCE = Duration.ofMillis(5);
    private static final Duration REPEAT = Duration.ofMillis(50);
    private static final int WARM_ROUNDS = 200;
    private static final Duration WARM_LIMIT = Duration.ofSeconds(1);
    private static final int SHOWN = 5;

    private SessionEnder() {}

    /**
     * Ends them and sees them past their last instruction. A zombie counts: a frozen postmaster reaps nobody.
     *
     * @return how many were ended
     * @throws DroverException SEAL_FAILED with the titles of those that are left at the limit
     */
    public static int endAll(int postmasterPid, AllowList spared, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        Set<Integer> ended = new HashSet<>();
        while (true) {
            List<Integer> left = toEnd(postmasterPid, spared);
            if (left.isEmpty()) {
                return ended.size();
            }
            if (waiting.isOver()) {
                throw failed(postmasterPid, left, limit);
            }
            endEach(left, waiting);
            ended.addAll(left);
        }
    }

    /**
     * As many at once as there are processors, so that what the kernel still has to take apart of one does not hold up the last
     * instructions of the next. One that takes its time holds up nobody.
     */
    private static void endEach(List<Integer> pids, Waiting waiting) {
        Deque<Integer> queue = new ArrayDeque<>(pids);
        List<Integer> ending = new ArrayList<>();
        Waiting untilSignalledAgain = Waiting.upTo(REPEAT);
        Waiting patience = Waiting.upTo(PATIENCE);
        while (!queue.isEmpty() || !ending.isEmpty()) {
            if (ending.removeIf(SessionEnder::ended)) {
                patience = Waiting.upTo(PATIENCE);
            }
            int room = patience.isOver() ? queue.size() : AT_ONCE - ending.size();
            for (int i = 0; i < room && !queue.isEmpty(); i++) {
                int next = queue.remove();
                Signals.TERM.send(next);
                ending.add(next);
            }
            if (queue.isEmpty() && untilSignalledAgain.isOver() || waiting.isOver()) {
                return;
            }
            waiting.pause(PAUSE);
        }
    }

    /** Whether it is past its last instruction. What is left of it gives way at once to those that still have some. */
    private static boolean ended(int pid) {
        boolean ended = !ProcessTable.canAct(pid);
        if (ended) {
            Priority.lowest(pid);
        }
        return ended;
    }

    /** Runs the code without effect, so that it is loaded and compiled before the pause. */
    public static void warm(int postmasterPid, AllowList spared) {
        Signals.load();
        Priority.load();
        Waiting waiting = Waiting.upTo(WARM_LIMIT);
        for (int i = 0; i < WARM_ROUNDS && !waiting.isOver(); i++) {
            toEnd(postmasterPid, spared);
            PostmasterDoor.held(postmasterPid);
            waiting.pause(Duration.ofNanos(1000));
        }
    }

    private static List<Integer> toEnd(int postmasterPid, AllowList spared) {
        List<Integer> left = new ArrayList<>();
        for (int pid : ProcessTable.children(postmasterPid)) {
            if (!spared.spares(pid) && ProcessTable.canAct(pid)) {
                left.add(pid);
            }
        }
        return left;
    }

    private static DroverException failed(int postmasterPid, List<Integer> left, Duration limit) {
        String titles = left.stream()
                .limit(SHOWN)
                .map(pid -> pid + " '" + ProcessTable.title(pid) + "'")
                .collect(Collectors.joining(", "));
        return new DroverException(
                ErrorCode.SEAL_FAILED,
                left.size() + " processes of postmaster " + postmasterPid + " did not end within " + limit.toMillis()
                        + " ms: " + titles);
    }
}
