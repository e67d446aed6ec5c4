/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.fencing.FenceTransitions;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether PostgreSQL may be started, and as what (rules R7 and R8). A pure function of what is known:
 *
 * <pre>
 * role     topology                                  seal                     answer
 * any, when it was stopped on order                                           stay
 * DEMOTED  any                                       any                      stay: only a rejoin starts it
 * STANDBY  any                                       any                      start when standby.signal is there
 * PRIMARY  SERVING here, not older than the grant    none or of an older one  start
 * PRIMARY  SERVING here                              of this or a later one   stay
 * PRIMARY  PROMOTING to here                         any                      start: the way goes only forward
 * PRIMARY  FENCED or ABORTING here                   any                      stay until it says SERVING
 * PRIMARY  another node, newer than the grant        any                      demote
 * PRIMARY  older than what was ever seen             any                      stay: it was brought back from the past
 * PRIMARY  no shard known                            any                      stay: never published, or lost by ZooKeeper
 * PRIMARY  unreadable, never granted                 any                      stay: never published, as far as is known
 * PRIMARY  unreadable                                none                     start: ZooKeeper away stops no shard
 * PRIMARY  unreadable                                of the grant or later    stay
 * </pre>
 *
 * One that was adopted and not published has no grant: when the adoption was refused it is its owner's again, who may have stopped it to
 * promote a standby of his.
 */
final class StartRule {
    private static final String NOT_PUBLISHED =
            "it was adopted here and, as far as is known, never published as a shard, so it is not this"
                    + " agent's to start; start it as it was started before, and adopt it again or remove its file from the stateDir";

    private StartRule() {}

    /** What to do with an instance that does not run. */
    enum Verdict {
        START,
        STAY,
        DEMOTE
    }

    /** A verdict and why, for people. */
    record Answer(Verdict verdict, String why) {}

    /**
     * Decides.
     *
     * @param standbySignal whether the data directory holds standby.signal
     * @param topologies the newest known topologies of the instance's shards; empty when ZooKeeper cannot be read
     */
    static Answer decide(
            InstanceRecord record, NodeId node, boolean standbySignal, Optional<List<ShardTopology>> topologies) {
        if (record.stopped()) {
            return stay("it was stopped on order");
        }
        return switch (record.role()) {
            case DEMOTED -> stay("it was a primary and lost its grant; only a rejoin starts it");
            case STANDBY -> standbySignal ? start("it is a standby") : stay("it is a standby without standby.signal");
            case PRIMARY -> topologies.isPresent() ? known(record, node, topologies.orElseThrow()) : unknown(record);
        };
    }

    private static Answer unknown(InstanceRecord record) {
        if (!wasGranted(record)) {
            return stay(NOT_PUBLISHED);
        }
        return sealedAt(record, record.grantEpoch())
                ? stay("it is sealed and ZooKeeper cannot be read")
                : start("ZooKeeper cannot be read, and it is the primary by the last grant");
    }

    private static Answer known(InstanceRecord record, NodeId node, List<ShardTopology> topologies) {
        if (topologies.isEmpty()) {
            return wasGranted(record)
                    ? stay("ZooKeeper knows no shard of it, although it was granted before")
                    : stay(NOT_PUBLISHED);
        }
        FenceEpoch newest = newestEpoch(topologies);
        if (outdated(record, topologies)) {
            return stay("the topology's epoch " + newest + " is older than " + record.seenEpoch()
                    + ", which this agent has seen: see bin/drover topology rebuild");
        }
        if (topologies.stream().allMatch(t -> promotingTo(t, node))) {
            return start("it is being promoted");
        }
        if (topologies.stream().anyMatch(t -> lost(t, node))) {
            return newest.compareTo(record.grantEpoch()) > 0
                    ? new Answer(Verdict.DEMOTE, "another node is the primary")
                    : stay("the topology names another primary under epoch " + newest + ", older than the granted "
                            + record.grantEpoch());
        }
        if (!topologies.stream().allMatch(t -> t.state() == TopologyState.SERVING)) {
            return stay("the fence of " + topologies.get(0).shard() + " is up: "
                    + topologies.get(0).state());
        }
        return sealedAt(record, newest)
                ? stay("it is sealed for epoch " + newest + " or later")
                : start("it is the primary");
    }

    /** Whether ZooKeeper has brought back a topology from before one that the agent has seen (H39). */
    static boolean outdated(InstanceRecord record, List<ShardTopology> topologies) {
        return newestEpoch(topologies).compareTo(record.seenEpoch()) < 0;
    }

    /** Whether the shard is being promoted to the node. */
    static boolean promotingTo(ShardTopology topology, NodeId node) {
        return topology.state() == TopologyState.PROMOTING
                && FenceTransitions.target(topology)
                        .filter(target -> target.node().equals(node))
                        .isPresent();
    }

    /** Whether the node can never be the primary again under this topology. */
    static boolean lost(ShardTopology topology, NodeId node) {
        boolean here = topology.primary().node().equals(node);
        return here ? topology.state() == TopologyState.PROMOTING : !promotingTo(topology, node);
    }

    /** The highest epoch of an instance's shards. */
    static FenceEpoch newestEpoch(List<ShardTopology> topologies) {
        return topologies.stream()
                .map(ShardTopology::epoch)
                .max(FenceEpoch::compareTo)
                .orElse(new FenceEpoch(0));
    }

    private static boolean wasGranted(InstanceRecord record) {
        return record.grantEpoch().value() > 0;
    }

    private static boolean sealedAt(InstanceRecord record, FenceEpoch epoch) {
        return record.seal() != null && record.seal().epoch().compareTo(epoch) >= 0;
    }

    private static Answer start(String why) {
        return new Answer(Verdict.START, why);
    }

    private static Answer stay(String why) {
        return new Answer(Verdict.STAY, why);
    }
}
