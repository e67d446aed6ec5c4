/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Ends every child of a postmaster that is not spared: sessions, walsenders that run SQL (hazard H76), parallel and
 * autovacuum workers, and connections that are still authenticating (H75). SIGTERM only: a killed backend would make the
 * server restart itself. When it returns while the postmaster is frozen, no process is left that can commit.
 */
public final class SessionEnder {
    private static final Duration PAUSE = Duration.ofNanos(300_000);
    private static final Duration REPEAT = Duration.ofMillis(50);
    private static final int WARM_ROUNDS = 200;
    private static final Duration WARM_LIMIT = Duration.ofSeconds(1);
    private static final int SHOWN = 5;

    private SessionEnder() {}

    /**
     * Ends them and sees them gone. A zombie counts as gone: a frozen postmaster reaps nobody.
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
            left.forEach(Signals.TERM::send);
            ended.addAll(left);
            awaitGone(left);
        }
    }

    /** One after the other: a look at all of them each time would take the processor from those that are ending. */
    private static void awaitGone(List<Integer> pids) {
        Waiting untilSignalledAgain = Waiting.upTo(REPEAT);
        for (int pid : pids) {
            while (ProcessTable.alive(pid) && !untilSignalledAgain.isOver()) {
                untilSignalledAgain.pause(PAUSE);
            }
        }
    }

    /** Runs the code without effect, so that it is loaded and compiled before the pause. */
    public static void warm(int postmasterPid, AllowList spared) {
        Signals.load();
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
            if (!spared.spares(pid) && ProcessTable.alive(pid)) {
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
