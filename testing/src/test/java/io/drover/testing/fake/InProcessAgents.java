/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.ActsReport;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.daemon.agent.Observation;
import io.drover.daemon.remote.Agents;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls the agents of a {@link MiniCluster} without a network; one that does not live cannot be reached. */
record InProcessAgents(MiniCluster cluster) implements Agents {
    private Observation observation(NodeId node) {
        requireAlive(node);
        return cluster.agent(node).observation();
    }

    private void requireAlive(NodeId node) {
        if (!cluster.lives(node)) {
            throw new DroverException(ErrorCode.NODE_UNREACHABLE, "the agent of " + node + " cannot be reached");
        }
    }

    @Override
    @SuppressWarnings("unchecked") // a verb's answer has its type
    public <R> R call(NodeId node, InstanceId instance, @Nullable Token token, Verb<R> verb, Duration limit) {
        requireAlive(node);
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("token", token);
        body.put("args", verb);
        return (R) cluster.agent(node).dispatch(instance, verb.path(), Json.bytes(body));
    }

    @Override
    public NodeReport node(NodeId node) {
        return observation(node).node();
    }

    @Override
    public MemoryReport memory(NodeId node) {
        return observation(node).memory();
    }

    @Override
    public ActsReport acts(NodeId node) {
        requireAlive(node);
        return cluster.agent(node).acts();
    }

    @Override
    public InstanceReport instance(NodeId node, InstanceId instance) {
        return observation(node).instance(instance);
    }

    @Override
    public JobReport job(NodeId node, InstanceId instance) {
        return observation(node).job(instance);
    }

    @Override
    public InstanceFacts facts(NodeId node, InstanceId instance) {
        return observation(node).facts(instance);
    }

    @Override
    public TargetFacts targetFacts(NodeId node, ShardId shard, Endpoint source, List<String> tablespaces) {
        return observation(node).targetFacts(shard, source.port(), source.host(), source.port(), tablespaces);
    }
}
