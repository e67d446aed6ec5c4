/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who serves a shard: the content of the one znode that a client must watch. Unknown members are ignored, so that older
 * clients read newer records.
 *
 * @param v version of the record's form, 1
 * @param shard the shard
 * @param instance system identifier of the instance that the shard lies in
 * @param epoch grows by one on entering FENCED and on entering SERVING
 * @param state what clients may do
 * @param database name of the database
 * @param primary the node that takes writes while {@code state} is SERVING
 * @param replicas the copies; may change at an unchanged epoch
 * @param move the move that holds the shard, or null
 * @param fence since when writes are held and for how long at most, or null while SERVING
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ShardTopology(
        int v,
        ShardId shard,
        InstanceId instance,
        FenceEpoch epoch,
        TopologyState state,
        String database,
        Endpoint primary,
        List<Replica> replicas,
        @Nullable MoveId move,
        @Nullable Fence fence) {

    public ShardTopology {
        requireNonNull(shard, "shard is null");
        requireNonNull(instance, "instance is null");
        requireNonNull(epoch, "epoch is null");
        requireNonNull(state, "state is null");
        requireNonNull(primary, "primary is null");
        // who connects to it needs no check of his own
        database = new DatabaseName(requireNonNull(database, "database is null")).value();
        replicas = replicas == null ? List.of() : List.copyOf(replicas);
    }

    /** Where an instance listens. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Endpoint(NodeId node, String host, int port) {
        public Endpoint {
            requireNonNull(node, "node is null");
            host = new HostName(requireNonNull(host, "host is null")).value();
            Port.checked(port);
        }
    }

    /** What a copy is for. */
    public enum ReplicaRole {
        /** The old primary, kept as the way back. */
        ROLLBACK,
        /** The copy that a running move will promote. */
        TARGET,
        /** A copy for reads. */
        READ
    }

    /**
     * A copy that streams from the primary.
     *
     * @param readWeight share of the reads, relative to the other weights; 0 for none
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Replica(NodeId node, String host, int port, ReplicaRole role, int readWeight) {
        public Replica {
            requireNonNull(node, "node is null");
            host = new HostName(requireNonNull(host, "host is null")).value();
            Port.checked(port);
            if (readWeight < 0) {
                throw new IllegalArgumentException("a negative weight of reads: " + readWeight);
            }
        }

        /** Where the copy listens. */
        public Endpoint endpoint() {
            return new Endpoint(node, host, port);
        }
    }

    /** Since when writes are held and the budget for it in milliseconds. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Fence(Instant since, long budgetMillis) {}
}
