/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import java.nio.file.Path;

/**
 * One node of the cluster: a loopback address with an agent.
 *
 * @param dataRoot where its instances lie
 * @param tls whether its agent speaks TLS
 */
public record ClusterNode(NodeId id, String host, int agentPort, int adminPort, Path dataRoot, boolean tls) {
    /** Address of its agent. */
    public String agent() {
        return (tls ? "https://" : "http://") + host + ":" + agentPort;
    }

    /** Address of its agent's admin port. */
    public String admin() {
        return "http://" + host + ":" + adminPort;
    }
}
