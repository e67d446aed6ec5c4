/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.time.Scheduler;
import io.drover.topology.ParticipantStore;
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
public final class DrainWatch {
    private static final double NANOS_PER_MILLI = 1e6;

    private final Scheduler scheduler;
    private final Participants participants;

    public DrainWatch(ParticipantStore participants, Scheduler scheduler) {
        this(scheduler, new Participants() {
            @Override
            public Map<String, Participant> list(ShardId shard) {
                return participants.list(shard);
            }

            @Override
            public Watch watch(ShardId shard, Runnable onChange) {
                return participants.watch(shard, onChange);
            }
        });
    }

    DrainWatch(Scheduler scheduler, Participants participants) {
        this.scheduler = scheduler;
        this.participants = participants;
    }

    /** What of the store is needed here. */
    interface Participants {
        Map<String, Participant> list(ShardId shard);

        Watch watch(ShardId shard, Runnable onChange);
    }

    /**
     * Waits until every participant that is there has acknowledged the FENCED epoch of its shard, at most so long. One that vanishes
     * without having acknowledged is reported, and not waited for: nothing more can be heard from it, and the seal stops its sessions.
     * To be called once the fence is up: who registers later reads the fence before it writes (H43).
     *
     * @param epochs the FENCED epoch by shard
     */
    public DrainResult awaitDrained(Map<ShardId, FenceEpoch> epochs, Duration limit) {
        long start = scheduler.nanoTime();
        Changes changes = new Changes();
        List<Watch> watches = new ArrayList<>();
        Progress progress = new Progress(epochs, start);
        try {
            epochs.keySet().forEach(shard -> watches.add(participants.watch(shard, changes::happened)));
            while (!progress.look()) {
                long left = limit.toNanos() - (scheduler.nanoTime() - start);
                if (left <= 0 || !changes.await(Duration.ofNanos(left))) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            // Whoever stops this thread decides about the move; the drain is reported as it stands.
            Thread.currentThread().interrupt();
        } finally {
            watches.forEach(Watch::close);
        }
        return progress.result((scheduler.nanoTime() - start) / NANOS_PER_MILLI);
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

    /** How many take part. */
    public int count(Collection<ShardId> shards) {
        return shards.stream()
                .mapToInt(shard -> participants.list(shard).size())
                .sum();
    }

    /** Participants whose pool to the target is not warm. */
    public List<String> notReady(Collection<ShardId> shards) {
        List<String> cold = new ArrayList<>();
        for (ShardId shard : shards) {
            participants.list(shard).forEach((id, participant) -> {
                if (!participant.targetReady()) {
                    cold.add(describe(id, participant));
                }
            });
        }
        return cold;
    }

    private static String describe(String id, Participant participant) {
        return participant.name() + " on " + participant.host() + " (" + id + ")";
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
                String name = describe(id, participant);
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
