/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.TopologyState;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.fencing.FenceTransitions;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether a dangerous verb fits what the topology says of the instance's shards (rule R3). Pure; the caller proves afterwards that
 * the topologies were the newest.
 */
final class VerbFit {
    private final NodeId node;
    private final List<ShardTopology> topologies;
    private final MoveId move;
    private final InstanceRecord record;

    private VerbFit(NodeId node, List<ShardTopology> topologies, MoveId move, InstanceRecord record) {
        this.node = node;
        this.topologies = topologies;
        this.move = move;
        this.record = record;
    }

    /** Why the verb may not be carried out now, or empty when it may. */
    static Optional<String> refusal(
            Verb<?> verb, Token token, NodeId node, InstanceRecord record, List<ShardTopology> topologies) {
        if (topologies.isEmpty()) {
            return Optional.of("ZooKeeper knows no shard of instance " + record.instance());
        }
        if (StartRule.outdated(record, topologies)) {
            return Optional.of("the topology's epoch " + StartRule.newestEpoch(topologies)
                    + " is older than " + record.seenEpoch()
                    + ", which this agent has seen; was ZooKeeper restored from an"
                    + " old snapshot? See bin/drover topology rebuild");
        }
        return new VerbFit(node, topologies, token.move(), record).check(verb);
    }

    private Optional<String> check(Verb<?> verb) {
        if (verb instanceof Verb.Seal seal) {
            return all(
                    t -> here(t) && held(t) && t.state() == TopologyState.FENCED && anyAtEpoch(seal),
                    "FENCED at epoch " + seal.epoch() + " by this move, with this node as the primary");
        }
        if (verb instanceof Verb.Unseal) {
            return all(
                    t -> here(t) && (held(t) && t.state() == TopologyState.ABORTING || reopened(t)),
                    "ABORTING by this move, with this node as the primary");
        }
        if (verb instanceof Verb.Promote || verb instanceof Verb.Publish) {
            return all(
                    t -> held(t) && (StartRule.promotingTo(t, node) || t.state() == TopologyState.SERVING && here(t)),
                    "PROMOTING by this move to this node");
        }
        if (verb instanceof Verb.Stop) {
            return all(
                    this::mayStop,
                    "one where this node's PostgreSQL is not needed: another primary, PROMOTING away, or sealed");
        }
        if (verb instanceof Verb.HaltAndReadTail) {
            return all(
                    t -> here(t) && t.state() == TopologyState.FENCED && held(t) && sealed(),
                    "FENCED by this move, with this node as the primary, and sealed");
        }
        if (verb instanceof Verb.SetAside) {
            return all(t -> !here(t) && !StartRule.promotingTo(t, node), "one where another node is the primary");
        }
        if (verb instanceof Verb.Rejoin) {
            return all(t -> !here(t) && t.state() == TopologyState.SERVING, "SERVING with another node as the primary");
        }
        if (verb instanceof Verb.Follow follow) {
            return all(
                    t -> held(t) && !here(t) && t.state() == TopologyState.SERVING && leadsTo(t, follow),
                    "SERVING, held by this move, with " + (follow.lasting() ? "the primary" : "the target") + " at "
                            + follow.host() + ":" + follow.port() + " and not here");
        }
        if (verb instanceof Verb.EndSessions) {
            return all(
                    t -> here(t) && held(t) && t.state() == TopologyState.SERVING,
                    "SERVING, held by this move, with this node as the primary");
        }
        return Optional.of("BUG: no rule for the dangerous verb " + verb.path());
    }

    /** For good it follows who serves; for the time of a cutover who will, so that it is never ahead of the fork (H29). */
    private boolean leadsTo(ShardTopology topology, Verb.Follow follow) {
        Optional<Endpoint> leader = follow.lasting()
                ? Optional.of(topology.primary())
                : FenceTransitions.target(topology).map(ShardTopology.Replica::endpoint);
        return leader.filter(at -> !at.node().equals(node)
                        && at.host().equals(follow.host().value())
                        && at.port() == follow.port())
                .isPresent();
    }

    private boolean anyAtEpoch(Verb.Seal seal) {
        return topologies.stream().anyMatch(t -> t.epoch().equals(seal.epoch()));
    }

    /** The agent's own watchdog may have finished the abort: then unsealing is only a report. */
    private boolean reopened(ShardTopology topology) {
        return topology.state() == TopologyState.SERVING
                && (record.seal() == null || record.seal().epoch().compareTo(topology.epoch()) < 0);
    }

    private boolean mayStop(ShardTopology topology) {
        if (here(topology)) {
            return topology.state() == TopologyState.PROMOTING
                    || topology.state() == TopologyState.FENCED && held(topology) && sealed();
        }
        return !StartRule.promotingTo(topology, node);
    }

    private boolean sealed() {
        return record.seal() != null
                && record.seal().finalLsn() != null
                && record.seal().move().equals(move);
    }

    private boolean here(ShardTopology topology) {
        return topology.primary().node().equals(node);
    }

    private boolean held(ShardTopology topology) {
        return move.equals(topology.move());
    }

    private Optional<String> all(Predicate<ShardTopology> rule, String wanted) {
        return topologies.stream()
                .filter(rule.negate())
                .findFirst()
                .map(t -> "shard " + t.shard() + " is " + t.state() + " at epoch " + t.epoch() + " on "
                        + t.primary().node() + (t.move() == null ? "" : " held by move " + t.move())
                        + "; the wanted state is " + wanted);
    }
}
