/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.AgentResource;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.Map;
import java.util.stream.Collectors;

/** The REST interfaces of many agents, each as it is shipped and below the name of its node. */
@Path("/{node}")
public final class AgentsByNode {
    private final Map<String, AgentResource> agents;

    AgentsByNode(Map<NodeId, Agent> agents) {
        this.agents = agents.entrySet().stream()
                .collect(Collectors.toMap(
                        agent -> agent.getKey().value(), agent -> new AgentResource(agent.getValue())));
    }

    /** The one of a node. */
    @Path("/v1")
    public AgentResource agent(@PathParam("node") String node) {
        AgentResource agent = agents.get(node);
        if (agent == null) {
            throw new DroverException(ErrorCode.NOT_FOUND, "there is no agent of " + node);
        }
        return agent;
    }
}
