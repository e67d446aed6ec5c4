/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a node may be told of as a shard's primary. A pure function of what is known; that the server runs is asked besides:
 *
 * <pre>
 * record                          topology of the shard                   answer
 * no primary, sealed, or stopped  any                                     no
 * primary                         SERVING here                            yes
 * primary                         any other state, or another node        no
 * primary                         not known, or older than was ever seen  as the last grant on disk says
 * </pre>
 *
 * The last line is the one under which a dead server would be started (R8): an agent that was just started while ZooKeeper is away, and
 * one whose ZooKeeper was emptied, must not take a healthy primary from its clients. When a later epoch than the grant's was seen,
 * somebody else may have been granted it, and the answer is no.
 */
final class ServingRule {
    private ServingRule() {}

    /**
     * Decides.
     *
     * @param topologies the newest that are known of the instance's shards
     */
    static boolean granted(InstanceRecord record, ShardId shard, NodeId node, List<ShardTopology> topologies) {
        if (record.role() != Role.PRIMARY || record.seal() != null || record.stopped()) {
            return false;
        }
        Optional<ShardTopology> known = StartRule.outdated(record, topologies)
                ? Optional.empty()
                : topologies.stream()
                        .filter(topology -> topology.shard().equals(shard))
                        .findFirst();
        return known.map(topology -> serves(topology, node)).orElseGet(() -> byGrant(record));
    }

    private static boolean serves(ShardTopology topology, NodeId node) {
        return topology.state() == TopologyState.SERVING
                && topology.primary().node().equals(node);
    }

    private static boolean byGrant(InstanceRecord record) {
        return record.grantEpoch().value() > 0 && record.seenEpoch().compareTo(record.grantEpoch()) <= 0;
    }
}
