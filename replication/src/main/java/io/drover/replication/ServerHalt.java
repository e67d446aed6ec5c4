/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Ends every process of a server where it stands, and waits for nothing but that none can act: the kernel needs some milliseconds more
 * for the memory of each, which would be a good part of a write pause.
 *
 * <p>To the data this is what an immediate stop is: a crash, behind which the WAL that was flushed is all that counts. Nobody can have
 * been told of a commit that was not, and a strict move halts its source only when the target has replayed that WAL to its end.
 */
final class ServerHalt {
    private static final Duration POLL = Duration.ofNanos(200_000);

    private final Postmaster postmaster;
    private final Path dataDir;
    private final Duration limit;
    private final Waiting waiting;

    ServerHalt(Postmaster postmaster, Path dataDir, Duration limit) {
        this.postmaster = postmaster;
        this.dataDir = dataDir;
        this.limit = limit;
        this.waiting = Waiting.upTo(limit);
    }

    void run() {
        postmaster
                .find()
                .map(Postmaster.Running::pid)
                .ifPresentOrElse(this::endServer, () -> endAndAwait(ProcessTable.serversIn(dataDir)));
    }

    /**
     * A frozen postmaster neither forks nor reaps, so that the list of its children is whole. It goes last, and is never thawed. What a
     * seal holds is not waited for: what was seen stopped and is killed runs no instruction again. The kernel may take it apart when
     * nobody else wants the processors, which the next primary may run on. Somebody may thaw the postmaster meanwhile: only when it is
     * still frozen behind the end of its last child has it forked no other.
     */
    private void endServer(int pid) {
        Set<Integer> ended = new HashSet<>();
        List<Integer> children;
        do {
            postmaster.checkLimit(waiting, limit);
            if (!PostmasterDoor.held(pid)) {
                PostmasterDoor.hold(pid, waiting.left());
            }
            children = childrenOf(pid);
            children.removeAll(ended);
            endChildren(children);
            ended.addAll(children);
        } while (!PostmasterDoor.held(pid) || !ended.containsAll(childrenOf(pid)));
        endAndAwait(List.of(pid));
    }

    private static List<Integer> childrenOf(int pid) {
        return Arrays.stream(ProcessTable.children(pid)).boxed().collect(Collectors.toCollection(ArrayList::new));
    }

    private void endChildren(List<Integer> children) {
        List<Integer> stopped = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (int child : children) {
            (ProcessTable.cannotGoOn(child) ? stopped : others).add(child);
        }
        endAndAwait(others);
        stopped.forEach(Priority::lowest);
        stopped.forEach(ServerHalt::end);
    }

    private void endAndAwait(Collection<Integer> pids) {
        List<Integer> left = new ArrayList<>(pids);
        left.forEach(ServerHalt::end);
        while (true) {
            left.removeIf(ServerHalt::ended);
            if (left.isEmpty()) {
                return;
            }
            postmaster.checkLimit(waiting, limit);
            waiting.pause(POLL);
        }
    }

    /** The programs that it has started, such as a shell for the archive_command, are in its group, which it leads unless it is new. */
    private static void end(int pid) {
        Signals.KILL.send(pid);
        Signals.KILL.sendToGroupOf(pid);
    }

    /** What is left of it gives way to those that are waited for. */
    private static boolean ended(int pid) {
        boolean ended = !ProcessTable.canAct(pid);
        if (ended) {
            Priority.lowest(pid);
        }
        return ended;
    }

    /** Runs the code without effect, so that the pause finds it loaded. */
    static void rehearse(Postmaster postmaster) {
        Signals.load();
        Priority.load();
        postmaster.find().map(Postmaster.Running::pid).ifPresent(pid -> {
            PostmasterDoor.held(pid);
            for (int child : ProcessTable.children(pid)) {
                if (ProcessTable.cannotGoOn(child)) {
                    ProcessTable.canAct(child);
                }
            }
        });
    }
}
