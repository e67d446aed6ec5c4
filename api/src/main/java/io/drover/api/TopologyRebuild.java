/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.drover.api.agent.Reports.MemoryReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The topology made again from what agents remember, after ZooKeeper was emptied or restored from an old snapshot (hazard H95). */
public final class TopologyRebuild {
    private TopologyRebuild() {}

    /**
     * What to make it from, besides what the registered agents answer.
     *
     * @param export an export of former times, or null
     * @param reports what agents have told the caller that the controller cannot find
     * @param without nodes that cannot answer, each with the reason why that is no danger
     * @param write whether to write it; else it is only shown
     */
    public record Order(
            @Nullable TopologyExport export,
            @Nullable List<MemoryReport> reports,
            @Nullable List<LeftOut> without,
            @Nullable Boolean write) {}

    /** A node whose agent cannot be asked. */
    public record LeftOut(
            @JsonProperty(required = true) NodeId node,
            @JsonProperty(required = true) String reason) {
        public LeftOut {
            reason = reason == null ? reason : Reason.checked(reason);
        }
    }

    /**
     * What becomes of a shard.
     *
     * @param now what ZooKeeper holds, or null
     * @param next what is written, or null when it stays as it is
     */
    public record Shard(
            ShardId shard,
            @Nullable ShardTopology now,
            @Nullable ShardTopology next,
            String why) {}

    /**
     * What is written and why, or what stands in the way.
     *
     * @param asked the nodes whose agents have answered
     * @param leaderEpoch the leadership that is written, above all that agents have heard of; null when it stays
     * @param endedMoves moves that the snapshot has brought back and that are ended
     * @param problems why nothing can be written; empty when it can
     * @param warnings what a person should know
     * @param written whether it was written
     */
    public record Plan(
            List<NodeId> asked,
            List<Shard> shards,
            @Nullable LeaderEpoch leaderEpoch,
            List<MoveId> endedMoves,
            List<String> problems,
            List<String> warnings,
            boolean written) {}
}
