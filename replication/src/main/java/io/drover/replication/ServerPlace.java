/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a server lies on its node.
 *
 * @param dataDir its data directory; it need not exist yet
 * @param socketDir directory of its Unix socket
 * @param layout its node-local settings and logs
 * @param startArguments how its postmaster is started, program name first; null when Drover decides
 * @param service who starts it; null when the agent does
 */
public record ServerPlace(
        Path dataDir,
        Path socketDir,
        int port,
        InstanceLayout layout,
        @Nullable List<String> startArguments,
        @Nullable ServiceName service) {
    /** Makes the list unmodifiable. */
    public ServerPlace {
        startArguments = startArguments == null ? null : List.copyOf(startArguments);
    }

    /** Of a server that the agent starts. */
    public ServerPlace(
            Path dataDir, Path socketDir, int port, InstanceLayout layout, @Nullable List<String> startArguments) {
        this(dataDir, socketDir, port, layout, startArguments, null);
    }

    NodeConfig.Local nodeSettings(LocalPrograms node) {
        return new NodeConfig.Local(socketDir, port, node.host(), node.name(), node.tls());
    }
}
