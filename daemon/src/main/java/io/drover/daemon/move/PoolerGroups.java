/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.daemon.preflight.PreflightFacts.Poolers;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PoolerGroup;
import io.drover.topology.PoolerRegistry;
import java.util.Collection;
import java.util.List;

/** Which poolers' adapters there should be, and which there are. */
record PoolerGroups(PoolerRegistry registry, ParticipantStore participants) {
    List<Poolers> of(Collection<ShardId> shards) {
        return shards.stream()
                .flatMap(shard -> registry.list(shard).stream().map(group -> of(shard, group)))
                .toList();
    }

    private Poolers of(ShardId shard, PoolerGroup group) {
        List<Participant> present = participants.list(shard).values().stream()
                .filter(participant -> group.name().equals(participant.group()))
                .toList();
        return new Poolers(
                shard,
                group.name(),
                group.least(),
                present.stream()
                        .filter(participant -> participant.trouble() == null)
                        .map(Participant::name)
                        .distinct()
                        .toList(),
                present.stream()
                        .filter(participant -> participant.trouble() != null)
                        .map(participant -> participant.name() + ": " + participant.trouble())
                        .toList());
    }
}
