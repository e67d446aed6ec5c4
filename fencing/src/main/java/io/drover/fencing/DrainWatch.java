package io.drover.fencing;

import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Watches the participants of fenced shards drain. Acknowledgements make the pause free of errors; safety does not rest on them,
 * so a drain that is not complete in time is reported and the seal ends what is left (H42, H44).
 */
public final class DrainWatch {
    private static final double NANOS_PER_MILLI = 1e6;

    private final ParticipantStore participants;

    public DrainWatch(ParticipantStore participants) {
        this.participants = participants;
    }

    /**
     * Waits until every participant has acknowledged the FENCED epoch of its shard, at most so long.
     *
     * @param epochs the FENCED epoch by shard
     */
    public DrainResult awaitDrained(Map<ShardId, FenceEpoch> epochs, Duration limit) {
        long start = System.nanoTime();
        Semaphore changed = new Semaphore(0);
        List<Watch> watches = new ArrayList<>();
        Map<String, Boolean> seen = new TreeMap<>();
        try {
            epochs.keySet().forEach(shard -> watches.add(participants.watch(shard, changed::release)));
            while (!drained(epochs, seen)) {
                long left = limit.toNanos() - (System.nanoTime() - start);
                if (left <= 0 || !changed.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                    break;
                }
                changed.drainPermits();
            }
        } catch (InterruptedException e) {
            // whoever stops this thread decides about the move; the drain is reported as it stands
            Thread.currentThread().interrupt();
        } finally {
            watches.forEach(Watch::close);
        }
        return result(seen, (System.nanoTime() - start) / NANOS_PER_MILLI);
    }

    /** Notes who has acknowledged. Who was seen once and is gone without an acknowledgement stays noted as missing (R4). */
    private boolean drained(Map<ShardId, FenceEpoch> epochs, Map<String, Boolean> seen) {
        epochs.forEach((shard, epoch) -> participants
                .list(shard)
                .forEach((id, participant) -> seen.merge(
                        describe(id, participant),
                        participant.ackedEpoch().compareTo(epoch) >= 0,
                        Boolean::logicalOr)));
        return seen.values().stream().allMatch(acknowledged -> acknowledged);
    }

    private static DrainResult result(Map<String, Boolean> seen, double millis) {
        List<String> acknowledged = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        seen.forEach((name, done) -> (done ? acknowledged : missing).add(name));
        return new DrainResult(acknowledged, missing, millis);
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
}
