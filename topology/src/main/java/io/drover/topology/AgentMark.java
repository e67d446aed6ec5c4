/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.BaseUrl;
import io.drover.api.HostName;
import io.drover.api.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * What an agent's ephemeral znode says about who keeps it, so that another one can tell its own predecessor from a stranger under
 * the same name.
 *
 * @param host address at which the node's PostgreSQL instances listen
 * @param agent base address of the agent's HTTP interface
 * @param origin the process that keeps it; null of an agent that does not say
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AgentMark(
        NodeId id, String host, String agent, @Nullable Origin origin) {
    public AgentMark {
        requireNonNull(id, "id is null");
        host = new HostName(requireNonNull(host, "host is null")).value();
        agent = new BaseUrl(requireNonNull(agent, "agent is null")).value();
    }

    /**
     * A process.
     *
     * @param machine tells machines and their boots apart, containers too
     * @param pid its process id there
     * @param startTicks when it was started, in the kernel's ticks since the boot: an id is used again
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Origin(String machine, long pid, long startTicks) {
        public Origin {
            requireNonNull(machine, "machine is null");
        }
    }
}
