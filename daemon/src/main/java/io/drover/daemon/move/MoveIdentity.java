/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static java.util.Objects.requireNonNull;

import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology.Endpoint;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What never changes about a move.
 *
 * @param mode how the source is stopped; auto only until the first preflight has chosen, before anything is stored
 * @param standbys the instance's standbys besides source and target, which follow it through the switch
 * @param table number of the move table that it walks from its beginning to its end, whoever leads
 */
record MoveIdentity(
        MoveId id,
        MoveRequest request,
        InstanceId instance,
        List<ShardId> shards,
        Endpoint source,
        Endpoint target,
        MoveRequest.Mode mode,
        Instant createdAt,
        @Nullable Instant deadlineAt,
        List<Standby> standbys,
        Integer table) {
    MoveIdentity {
        requireNonNull(id, "id is null");
        requireNonNull(request, "request is null");
        requireNonNull(instance, "instance is null");
        requireNonNull(source, "source is null");
        requireNonNull(target, "target is null");
        requireNonNull(createdAt, "createdAt is null");
        shards = List.copyOf(requireNonNull(shards, "shards is null"));
        // absent in a record that an older version wrote
        standbys = standbys == null ? List.of() : List.copyOf(standbys);
        table = table == null ? Integer.valueOf(MoveSteps.FIRST_TABLE) : table;
    }

    /** One that begins now. */
    MoveIdentity(
            MoveId id,
            MoveRequest request,
            InstanceId instance,
            List<ShardId> shards,
            Endpoint source,
            Endpoint target,
            MoveRequest.Mode mode,
            Instant createdAt,
            @Nullable Instant deadlineAt,
            List<Standby> standbys) {
        this(
                id,
                request,
                instance,
                shards,
                source,
                target,
                mode,
                createdAt,
                deadlineAt,
                standbys,
                MoveSteps.NEWEST_TABLE);
    }

    MoveIdentity withMode(MoveRequest.Mode chosen) {
        return new MoveIdentity(
                id, request, instance, shards, source, target, chosen, createdAt, deadlineAt, standbys, table);
    }

    /** The slot from which a standby streams that follows the move's target. */
    String slotOf(NodeId standby) {
        int number = 1;
        for (Standby each : standbys) {
            if (each.node().equals(standby)) {
                return id.standbySlotName(number);
            }
            number++;
        }
        throw new IllegalArgumentException("BUG: no standby on " + standby);
    }
}
