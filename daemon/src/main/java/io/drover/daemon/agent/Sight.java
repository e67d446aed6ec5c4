/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.ShardTopology;
import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agent has last seen of an instance's shards and since when, and when the next attempt may be made after a failure. */
final class Sight {
    private static final Logger LOG = LoggerFactory.getLogger(Sight.class);
    /** Controllers undo what they can first. */
    private static final Duration FIRST_TIDYING = Duration.ofSeconds(5);

    private static final Duration TIDYING = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Scheduler scheduler;
    private final AtomicBoolean taken = new AtomicBoolean();
    private List<String> level = List.of();
    private long since;
    private long notBefore;
    private long nextTidying;
    private String lastWord = "";
    /** Commits that waited at the last look, and since when. */
    private final Map<String, Long> commits = new HashMap<>();

    Sight(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.since = scheduler.nanoTime();
        this.notBefore = since;
        this.nextTidying = since + FIRST_TIDYING.toNanos();
    }

    /** Whether nobody is looking; then the caller is, until {@link #release}. */
    boolean take() {
        return taken.compareAndSet(false, true);
    }

    void release() {
        taken.set(false);
    }

    /** What was seen last, for people. */
    List<String> level() {
        return level;
    }

    boolean tidyingIsDue() {
        boolean due = scheduler.nanoTime() - nextTidying >= 0;
        if (due) {
            nextTidying = scheduler.nanoTime() + TIDYING.toNanos();
        }
        return due;
    }

    /** A change also ends the wait for the next attempt: what failed may have failed because it was not seen yet. */
    Duration unchangedFor(List<ShardTopology> topologies) {
        List<String> now = topologies.stream()
                .map(t -> t.shard() + " " + t.state() + " " + t.epoch() + " " + t.move())
                .toList();
        if (!now.equals(level)) {
            level = now;
            since = scheduler.nanoTime();
            notBefore = since;
        }
        return Duration.ofNanos(scheduler.nanoTime() - since);
    }

    /** How long the oldest of the commits has been seen waiting. */
    Duration hungFor(Set<String> waiting) {
        long now = scheduler.nanoTime();
        commits.keySet().retainAll(waiting);
        waiting.forEach(commit -> commits.putIfAbsent(commit, now));
        return commits.values().stream()
                .map(begin -> Duration.ofNanos(now - begin))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** No commit is looked for any more. */
    void forgetCommits() {
        commits.clear();
    }

    boolean due() {
        return scheduler.nanoTime() - notBefore >= 0;
    }

    void defer() {
        notBefore = scheduler.nanoTime() + RETRY.toNanos();
    }

    /** Says something once, not twice a second. */
    void say(String word) {
        if (!word.equals(lastWord)) {
            LOG.info(word);
            lastWord = word;
        }
    }
}
