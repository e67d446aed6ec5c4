/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.remote;

import io.drover.api.InstanceId;
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
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The agents of all nodes: sends them typed verbs and reads what they know. */
public interface Agents {
    /**
     * Sends a verb and waits for its effect.
     *
     * @param token null for verbs outside a move
     * @throws io.drover.api.DroverException the agent's own, or NODE_UNREACHABLE or TIMEOUT, after which the effect may be there
     *     or not
     */
    <R> R call(NodeId node, InstanceId instance, @Nullable Token token, Verb<R> verb, Duration limit);

    /** The node and its instances. */
    NodeReport node(NodeId node);

    /** What the node's agent remembers of every instance that ever was there. */
    MemoryReport memory(NodeId node);

    /** What the node's agent has done by itself about what moves have left. */
    ActsReport acts(NodeId node);

    /** One instance. */
    InstanceReport instance(NodeId node, InstanceId instance);

    /** The long job of an instance. */
    JobReport job(NodeId node, InstanceId instance);

    /** What the checks want to know about a running instance. */
    InstanceFacts facts(NodeId node, InstanceId instance);

    /** What the checks want to know about a node that is to take a copy. */
    TargetFacts targetFacts(NodeId node, ShardId shard, Endpoint source, List<String> tablespaces);
}
