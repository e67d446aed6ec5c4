/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a caller of {@code PUT /v1/shards/{id}} says about an instance.
 *
 * @param dataDir its data directory; null with {@code initialize} and only then: the agent chooses
 * @param initialize make a new instance (with data checksums) instead of adopting a running one
 */
public record ShardAdoption(
        @JsonProperty(required = true) NodeId node,
        @Nullable NodePath dataDir,
        @JsonProperty(required = true) int port,
        @JsonProperty(required = true) DatabaseName database,
        @Nullable Boolean initialize) {
    /** With names that are not checked yet. */
    public ShardAdoption(
            NodeId node, @Nullable String dataDir, int port, String database, @Nullable Boolean initialize) {
        this(node, dataDir == null ? null : new NodePath(dataDir), port, new DatabaseName(database), initialize);
    }
}
