/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node as REST shows it.
 *
 * @param agent address of its agent
 * @param alive whether its agent holds its ephemeral znode
 * @param disk space of the file system that holds its data root; null while the agent cannot be asked
 */
public record NodeInfo(
        NodeId id,
        String host,
        String agent,
        boolean alive,
        List<Instance> instances,
        @Nullable Disk disk) {
    /** An instance that the node's agent owns. */
    public record Instance(
            InstanceId instance,
            List<ShardId> shards,
            String dataDir,
            String socketDir,
            int port,
            String role,
            boolean running) {}

    /** Space in bytes. */
    public record Disk(long free, long total) {}
}
