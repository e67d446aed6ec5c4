/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardId;
import io.drover.api.time.Scheduler;
import io.drover.topology.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Watches the participants of fenced shards drain. Acknowledgements make the pause free of errors; safety does not rest on them,
 * so a drain that is not complete in time is reported and the seal stops what is left (H42, H44).
 */
public final class Drain implements AutoCloseable {
    private static final double NANOS_PER_MILLI = 1e6;

    private final Scheduler scheduler;
    private final DrainWatch.Participants participants;
    private final Changes changes = new Changes();
    private final List<Watch> watches = new ArrayList<>();

    Drain(Scheduler scheduler, DrainWatch.Participants participants, Collection<ShardId> shards) {
        this.scheduler = scheduler;
        this.participants = participants;
        shards.forEach(shard -> watches.add(participants.watch(shard, changes::happened)));
    }

    /**
     * Waits until every participant that is there has acknowledged the FENCED epoch of its shard, at most so long. One that vanishes
     * without having acknowledged is reported, and not waited for: nothing more can be heard from it, and the seal stops its sessions.
     * To be called once the fence is up: who registers later reads the fence before it writes (H43).
     *
     * @param epochs the FENCED epoch by shard
     */
    public DrainResult await(Map<ShardId, FenceEpoch> epochs, Duration limit) {
        long start = scheduler.nanoTime();
        Progress progress = new Progress(epochs, start);
        try {
            while (!progress.look()) {
                long left = limit.toNanos() - (scheduler.nanoTime() - start);
                if (left <= 0 || !changes.await(Duration.ofNanos(left))) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            // Whoever stops this thread decides about the move; the drain is reported as it stands.
            Thread.currentThread().interrupt();
        }
        return progress.result((scheduler.nanoTime() - start) / NANOS_PER_MILLI);
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
    }

    /** Tells one waiting thread of changes since it began to wait, or since it was told last. */
    private final class Changes {
        private volatile CompletableFuture<Boolean> next = new CompletableFuture<>();

        void happened() {
            next.complete(true);
        }

        /** Waits for a change, at most so long; answers whether there was one. */
        boolean await(Duration limit) throws InterruptedException {
            try {
                scheduler.await(next, limit);
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException("BUG: a change does not fail", e);
            }
            next = new CompletableFuture<>();
            return true;
        }
    }

    /** Who was ever seen in this drain, and what is known of them. */
    private final class Progress {
        private final Map<ShardId, FenceEpoch> epochs;
        private final Map<String, Boolean> acknowledged = new TreeMap<>();
        private final Map<String, Double> after = new TreeMap<>();
        private final Set<String> present = new HashSet<>();
        private final long start;

        private Progress(Map<ShardId, FenceEpoch> epochs, long start) {
            this.epochs = epochs;
            this.start = start;
        }

        /** Reads the participants; answers whether all that are there have acknowledged. */
        private boolean look() {
            present.clear();
            epochs.forEach((shard, epoch) -> participants.list(shard).forEach((id, participant) -> {
                String name = DrainWatch.describe(id, participant);
                present.add(name);
                // Once acknowledged stays acknowledged: a client may leave after it has drained.
                acknowledged.merge(name, participant.ackedEpoch().compareTo(epoch) >= 0, Boolean::logicalOr);
            }));
            double now = (scheduler.nanoTime() - start) / NANOS_PER_MILLI;
            acknowledged.forEach((name, acked) -> {
                if (acked) {
                    after.putIfAbsent(name, now);
                }
            });
            return present.stream().allMatch(acknowledged::get);
        }

        private DrainResult result(double millis) {
            List<String> missing = new ArrayList<>();
            List<String> vanished = new ArrayList<>();
            acknowledged.forEach((name, acked) -> {
                if (!acked) {
                    missing.add(name);
                    if (!present.contains(name)) {
                        vanished.add(name);
                    }
                }
            });
            return new DrainResult(after, missing, vanished, millis);
        }
    }
}
