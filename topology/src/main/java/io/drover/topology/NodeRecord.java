/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.BaseUrl;
import io.drover.api.HostName;
import io.drover.api.NodeId;

/**
 * A node as its agent registers it; outlives the agent.
 *
 * @param host address at which the node's PostgreSQL instances listen
 * @param agent base address of the agent's HTTP interface
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record NodeRecord(NodeId id, String host, String agent) {
    public NodeRecord {
        requireNonNull(id, "id is null");
        host = new HostName(requireNonNull(host, "host is null")).value();
        agent = new BaseUrl(requireNonNull(agent, "agent is null")).value();
    }
}
