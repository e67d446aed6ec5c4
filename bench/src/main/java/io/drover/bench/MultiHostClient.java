/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.LocalCluster;
import java.util.stream.Collectors;

/**
 * Knows nothing of Drover: the PostgreSQL driver with the addresses of all nodes and {@code targetServerType=primary}, one
 * connection for each writer.
 */
public final class MultiHostClient extends SessionClient {
    public MultiHostClient(LocalCluster cluster, int writers) {
        this(cluster, writers, 0);
    }

    /** The same with more sessions, which are idle. */
    public MultiHostClient(LocalCluster cluster, int writers, int idle) {
        super(url(cluster), cluster.password(), writers, idle);
    }

    private static String url(LocalCluster cluster) {
        return cluster.nodes().stream()
                .map(node -> node.host() + ":" + cluster.shardPort())
                .collect(Collectors.joining(
                        ",", "jdbc:postgresql://", "/" + LocalCluster.DATABASE + "?targetServerType=primary"));
    }
}
