/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.InstanceId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.replication.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has service managers forget that servers which were stopped on purpose ended as if they had failed. Not when they are stopped: that may
 * lie in the pause of a move, and what a service manager does behind a server takes its time.
 */
final class StoppedServices {
    /** Half a minute: one that was not cleared up by then is a person's to look at. */
    private static final int MOST = 60;

    private final NodeTools tools;
    /** How often it was asked about one that is stopped; {@link #MOST} when that is over. */
    private final Map<InstanceId, Integer> asked = new ConcurrentHashMap<>();

    StoppedServices(NodeTools tools) {
        this.tools = tools;
    }

    /** Looks at an instance on which no verb runs. */
    void look(InstanceRecord record, List<ShardTopology> topologies) {
        ServiceName service = record.service();
        boolean stopped = record.stopped() || record.role() == Role.DEMOTED;
        if (service == null || !stopped) {
            asked.remove(record.instance());
            return;
        }
        int before = asked.getOrDefault(record.instance(), 0);
        boolean inPause = topologies.stream().anyMatch(t -> t.state() != TopologyState.SERVING);
        if (before >= MOST || inPause || tools.runs(record)) {
            return;
        }
        asked.put(record.instance(), tools.postgres().forgetEnd(service) ? MOST : before + 1);
    }
}
