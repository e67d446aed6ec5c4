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
import java.util.List;
import java.util.Map;

/** What is known of those who take part in the fence of a shard, and how they drain. */
public final class DrainWatch {
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
     * Begins to listen to the participants of shards. To be done before the fence: so the pause does not wait for the watch.
     *
     * @return to be closed
     */
    public Drain open(Collection<ShardId> shards) {
        return new Drain(scheduler, participants, shards);
    }

    /** Listens and waits, see {@link Drain#await}. */
    public DrainResult awaitDrained(Map<ShardId, FenceEpoch> epochs, Duration limit) {
        try (Drain drain = open(epochs.keySet())) {
            return drain.await(epochs, limit);
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

    static String describe(String id, Participant participant) {
        return participant.name() + " on " + participant.host() + " (" + id + ")";
    }
}
