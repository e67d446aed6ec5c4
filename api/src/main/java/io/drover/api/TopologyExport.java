/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;

/**
 * Every topology as ZooKeeper held it at a time, to be kept outside of ZooKeeper.
 *
 * @param v version of the form, 1
 * @param at when it was read
 * @param leaderEpoch the leadership of that time
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TopologyExport(
        @JsonProperty(required = true) int v,
        @JsonProperty(required = true) Instant at,
        @JsonProperty(required = true) LeaderEpoch leaderEpoch,
        @JsonProperty(required = true) List<ShardTopology> shards) {}
