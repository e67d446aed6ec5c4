/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyRebuild;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.InstanceMemory;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.agent.Reports.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the topology has to say after ZooKeeper has lost it (H95). Pure. Who serves is what agents remember of their grants; an
 * instance that more than one claims, or nobody, is left to a person. A shard whose topology nobody has seen a later one of stays as it
 * is.
 */
final class RebuildPlan {
    /** Clients and agents may have seen fences that no agent has stored: each raises the epoch by one. */
    static final long MARGIN = 10;

    private final List<MemoryReport> reports;
    private final Map<ShardId, ShardTopology> stored;
    private final Map<ShardId, ShardTopology> exported;
    private final boolean somebodyIsMissing;
    private final List<TopologyRebuild.Shard> shards = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * Takes what is known.
     *
     * @param somebodyIsMissing whether a node was left out that may know something
     */
    RebuildPlan(
            List<MemoryReport> reports,
            Collection<ShardTopology> stored,
            Collection<ShardTopology> exported,
            boolean somebodyIsMissing) {
        this.reports = reports;
        this.stored = byShard(stored);
        this.exported = byShard(exported);
        this.somebodyIsMissing = somebodyIsMissing;
        instances().forEach(this::decide);
    }

    private static Map<ShardId, ShardTopology> byShard(Collection<ShardTopology> topologies) {
        return topologies.stream()
                .collect(
                        Collectors.toMap(ShardTopology::shard, topology -> topology, RebuildPlan::newer, TreeMap::new));
    }

    private static ShardTopology newer(ShardTopology one, ShardTopology other) {
        return one.epoch().compareTo(other.epoch()) >= 0 ? one : other;
    }

    List<TopologyRebuild.Shard> shards() {
        return shards;
    }

    List<String> problems() {
        return problems;
    }

    List<String> warnings() {
        return warnings;
    }

    /** A node's memory of an instance. */
    private record Memory(MemoryReport of, InstanceMemory instance) {
        NodeId node() {
            return of.node();
        }

        /** One that was only adopted or copied and never granted, and does not run, claims nothing. */
        boolean claims() {
            return instance.role() == Role.PRIMARY && (instance.grantEpoch().value() > 0 || instance.running());
        }

        @Override
        public String toString() {
            return node() + " (" + instance.role() + ", granted " + instance.grantEpoch() + ", seen "
                    + instance.seenEpoch() + (instance.running() ? ", runs)" : ", does not run)");
        }
    }

    private Set<InstanceId> instances() {
        Set<InstanceId> all = new TreeSet<>();
        reports.forEach(report -> report.instances().forEach(memory -> all.add(memory.instance())));
        known().forEach(topology -> all.add(topology.instance()));
        return all;
    }

    private Stream<ShardTopology> known() {
        return Stream.concat(stored.values().stream(), exported.values().stream());
    }

    private void decide(InstanceId instance) {
        List<Memory> memories = reports.stream()
                .flatMap(report -> report.instances().stream()
                        .filter(memory -> memory.instance().equals(instance))
                        .map(memory -> new Memory(report, memory)))
                .toList();
        List<ShardTopology> topologies =
                known().filter(topology -> topology.instance().equals(instance)).toList();
        FenceEpoch highest = highest(memories, topologies);
        FenceEpoch inZooKeeper = highestOf(stored.values().stream()
                .filter(topology -> topology.instance().equals(instance))
                .map(ShardTopology::epoch));
        TreeSet<ShardId> of = new TreeSet<>();
        memories.stream()
                .filter(Memory::claims)
                .forEach(memory -> of.addAll(memory.instance().shards()));
        topologies.forEach(topology -> of.add(topology.shard()));
        boolean complete = of.stream().allMatch(stored::containsKey);
        if (complete && inZooKeeper.compareTo(highest) >= 0) {
            of.forEach(shard -> keep(shard, inZooKeeper));
            return;
        }
        Optional<Memory> primary = primary(instance, memories, topologies);
        primary.ifPresent(memory -> of.forEach(shard -> write(shard, memory, memories, highest, inZooKeeper)));
    }

    private static FenceEpoch highest(List<Memory> memories, List<ShardTopology> topologies) {
        return highestOf(Stream.concat(
                memories.stream().map(memory -> memory.instance().seenEpoch()),
                topologies.stream().map(ShardTopology::epoch)));
    }

    private static FenceEpoch highestOf(Stream<FenceEpoch> epochs) {
        return epochs.max(FenceEpoch::compareTo).orElse(new FenceEpoch(0));
    }

    private void keep(ShardId shard, FenceEpoch epoch) {
        shards.add(new TopologyRebuild.Shard(
                shard, stored.get(shard), null, "stays: nobody has seen an epoch above " + epoch));
    }

    /** The one node that may serve; empty, with the problem, when that is not certain. */
    private Optional<Memory> primary(InstanceId instance, List<Memory> memories, List<ShardTopology> topologies) {
        List<Memory> claims = memories.stream().filter(Memory::claims).toList();
        if (claims.size() != 1) {
            return refuse(
                    instance,
                    claims.isEmpty()
                            ? "no agent remembers to be its primary: " + memories
                            : "more than one agent claims to be its primary: " + claims
                                    + "; stop PostgreSQL and the agent of the one that must not serve, then leave it out with"
                                    + " --without and the reason");
        }
        Memory claim = claims.get(0);
        Optional<Memory> later = memories.stream()
                .filter(other ->
                        other.instance().grantEpoch().compareTo(claim.instance().grantEpoch()) > 0)
                .findFirst();
        if (later.isPresent()) {
            return refuse(
                    instance,
                    claim + " claims it, but was granted it before " + later.orElseThrow()
                            + ", which may have acknowledged writes since");
        }
        Optional<ShardTopology> elsewhere = topologies.stream()
                .filter(topology -> !topology.primary().node().equals(claim.node()))
                .filter(topology -> topology.epoch().compareTo(claim.instance().grantEpoch()) > 0)
                .findFirst();
        if (elsewhere.isPresent()) {
            return refuse(
                    instance,
                    claim + " claims it, but a topology of epoch "
                            + elsewhere.orElseThrow().epoch() + ", later than its grant," + " names "
                            + elsewhere.orElseThrow().primary().node());
        }
        if (claim.instance().sealedEpoch() != null && somebodyIsMissing) {
            return refuse(
                    instance,
                    claim
                            + " is sealed for a move, and a node is left out that may have been promoted: ask every agent");
        }
        return Optional.of(claim);
    }

    private Optional<Memory> refuse(InstanceId instance, String why) {
        String named = known().filter(topology -> topology.instance().equals(instance))
                .map(topology -> topology.shard().value())
                .distinct()
                .collect(Collectors.joining(", "));
        problems.add("instance " + instance + (named.isEmpty() ? "" : " (" + named + ")") + ": " + why);
        return Optional.empty();
    }

    private void write(
            ShardId shard, Memory primary, List<Memory> memories, FenceEpoch highest, FenceEpoch inZooKeeper) {
        @Nullable ShardTopology before = stored.get(shard);
        @Nullable ShardTopology pattern = before == null ? exported.get(shard) : before;
        if (pattern == null && primary.instance().shards().size() > 1) {
            warnings.add("shard " + shard
                    + " is one of several in its instance, and only the database of the first is known: "
                    + primary.instance().database());
        }
        FenceEpoch epoch = new FenceEpoch(highest.value() + MARGIN);
        ShardTopology next = new ShardTopology(
                1,
                shard,
                primary.instance().instance(),
                epoch,
                TopologyState.SERVING,
                pattern == null ? primary.instance().database() : pattern.database(),
                new Endpoint(
                        primary.node(), primary.of().host(), primary.instance().port()),
                pattern == null ? List.of() : readers(pattern, primary, memories),
                null,
                null);
        shards.add(new TopologyRebuild.Shard(
                shard,
                before,
                next,
                (before == null ? "ZooKeeper does not know it" : "ZooKeeper holds epoch " + inZooKeeper) + ", epoch "
                        + highest + " was seen; " + primary + " is the only one that claims it"));
        memories.stream()
                .filter(other -> other.instance().role() == Role.STANDBY
                        && other.instance().running())
                .filter(other -> next.replicas().stream()
                        .noneMatch(replica -> replica.node().equals(other.node())))
                .forEach(other -> warnings.add("a standby of it runs on " + other.node()
                        + " that belongs to no move any more; it is left as it is"));
    }

    /** Copies for reads stay; what a move had there belongs to nobody any more. */
    private static List<Replica> readers(ShardTopology pattern, Memory primary, List<Memory> memories) {
        return pattern.replicas().stream()
                .filter(replica -> replica.role() == ReplicaRole.READ)
                .filter(replica -> !replica.node().equals(primary.node()))
                .filter(replica -> memories.stream()
                        .anyMatch(other -> other.node().equals(replica.node())
                                && other.instance().role() == Role.STANDBY))
                .toList();
    }
}
