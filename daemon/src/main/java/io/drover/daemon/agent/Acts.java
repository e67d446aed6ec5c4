/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.agent.Reports.Act;
import io.drover.api.agent.Reports.ActsReport;
import io.drover.api.time.Scheduler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this agent has undone of moves that have ended, and what it has found and left to a person: each said once. */
final class Acts {
    private static final Logger LOG = LoggerFactory.getLogger(Acts.class);
    private static final int KEPT = 200;

    private final Scheduler scheduler;
    private final Deque<Act> newest = new ArrayDeque<>();
    private final Set<String> doubts = new HashSet<>();
    private long undone;

    Acts(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Something was undone. */
    synchronized void undone(String shortId, String what) {
        undone++;
        LOG.warn("left over from move {}: {}", shortId, what);
        keep(shortId, what);
    }

    /** Something was found that cannot be proven to be nobody's. */
    synchronized void doubt(String shortId, String what) {
        if (doubts.add(what)) {
            LOG.warn("left over from move {}, and left to a person: {}", shortId, what);
            keep(shortId, what);
        }
    }

    private void keep(String shortId, String what) {
        newest.addLast(new Act(scheduler.clock().instant(), shortId, what));
        if (newest.size() > KEPT) {
            newest.removeFirst();
        }
    }

    synchronized ActsReport report() {
        return new ActsReport(List.copyOf(newest));
    }

    /** How much was undone since the agent was started. */
    synchronized long count() {
        return undone;
    }

    /** The newest, for tests and people. */
    synchronized Optional<Act> last() {
        return Optional.ofNullable(newest.peekLast());
    }
}
