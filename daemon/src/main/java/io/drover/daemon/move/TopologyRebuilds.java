/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static java.util.Objects.requireNonNullElse;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.TopologyExport;
import io.drover.api.TopologyRebuild.LeftOut;
import io.drover.api.TopologyRebuild.Order;
import io.drover.api.TopologyRebuild.Plan;
import io.drover.api.TopologyRebuild.Shard;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.fault.FaultPoints;
import io.drover.topology.LeaderRecord;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.MoveLock;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports the topology, and makes it again after ZooKeeper has lost it (H95): asks every agent that may know something, lets
 * {@link RebuildPlan} decide, and writes all of it in one transaction, with a leadership above all that agents have heard of, or they
 * would refuse every command.
 */
final class TopologyRebuilds {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyRebuilds.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    private final Services services;
    private final ParticipantStore participants;

    TopologyRebuilds(Services services, ParticipantStore participants) {
        this.services = services;
        this.participants = participants;
    }

    TopologyExport export(Leadership leadership) {
        return new TopologyExport(
                1,
                services.clock().instant(),
                leadership.epoch(),
                services.topology().readAll().stream().map(Versioned::value).toList());
    }

    /** What would be written; it is written when the order says so, and refused when there is a problem or nothing to do. */
    Plan rebuild(Order order, Leadership leadership) {
        List<Versioned<ShardTopology>> stored = services.topology().readAll();
        List<ShardTopology> exported =
                order.export() == null ? List.of() : order.export().shards();
        List<LeftOut> without = requireNonNullElse(order.without(), List.of());
        Map<NodeId, MemoryReport> answers = ask(order);
        List<String> problems = missing(stored, exported, without, answers.keySet());
        RebuildPlan decided = new RebuildPlan(
                List.copyOf(answers.values()),
                stored.stream().map(Versioned::value).toList(),
                exported,
                !without.isEmpty());
        problems.addAll(decided.problems());
        List<Versioned<MoveRecord>> stale = staleMoves(decided.shards());
        LeaderEpoch heard = heard(answers.values(), order.export());
        boolean writes = decided.shards().stream().anyMatch(shard -> shard.next() != null)
                || heard.compareTo(leadership.epoch()) > 0;
        LeaderEpoch next = heard.compareTo(leadership.epoch()) > 0
                ? heard.next()
                : leadership.epoch().next();
        Plan plan = new Plan(
                List.copyOf(answers.keySet()),
                decided.shards(),
                writes ? next : null,
                stale.stream().map(move -> move.value().identity().id()).toList(),
                problems,
                decided.warnings(),
                false);
        if (!Boolean.TRUE.equals(order.write())) {
            return plan;
        }
        requireWritable(plan);
        write(plan, stored, stale, next, leadership);
        return new Plan(plan.asked(), plan.shards(), next, plan.endedMoves(), List.of(), plan.warnings(), true);
    }

    private static void requireWritable(Plan plan) {
        if (!plan.problems().isEmpty()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "the topology is not rebuilt: " + String.join("; ", plan.problems()),
                    "nothing was written; who serves goes on. A node that cannot answer is named with --without NODE --reason");
        }
        if (plan.leaderEpoch() == null) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "there is nothing to rebuild: no agent has seen an epoch above what ZooKeeper holds",
                    "nothing was written; bin/drover shards shows the topology");
        }
    }

    // ---- who is asked ----

    private Map<NodeId, MemoryReport> ask(Order order) {
        Map<NodeId, CompletableFuture<MemoryReport>> asked = new LinkedHashMap<>();
        for (var status : services.nodes().list()) {
            NodeId node = status.node().id();
            asked.put(
                    node, CompletableFuture.supplyAsync(() -> services.agents().memory(node), services.besides()));
        }
        Map<NodeId, MemoryReport> answers = new TreeMap<>();
        asked.forEach((node, question) -> answer(question).ifPresent(report -> answers.put(node, report)));
        requireNonNullElse(order.reports(), List.<MemoryReport>of())
                .forEach(report -> answers.putIfAbsent(report.node(), report));
        return answers;
    }

    private Optional<MemoryReport> answer(CompletableFuture<MemoryReport> question) {
        try {
            return Optional.of(services.scheduler().await(question, ANSWER_LIMIT));
        } catch (TimeoutException | ExecutionException e) {
            LOG.info("an agent does not tell what it remembers: {}", e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.LEADERSHIP_LOST, "stopped while asking agents", null, e);
        }
    }

    private List<String> missing(
            List<Versioned<ShardTopology>> stored,
            List<ShardTopology> exported,
            List<LeftOut> without,
            Set<NodeId> answered) {
        Set<NodeId> expected = services.nodes().list().stream()
                .map(status -> status.node().id())
                .collect(Collectors.toCollection(TreeSet::new));
        Stream.concat(stored.stream().map(Versioned::value), exported.stream()).forEach(topology -> {
            expected.add(topology.primary().node());
            topology.replicas().stream().map(Replica::node).forEach(expected::add);
        });
        List<String> problems = new ArrayList<>();
        for (LeftOut leftOut : without) {
            expected.remove(leftOut.node());
            if (answered.contains(leftOut.node())) {
                problems.add(
                        "the agent of " + leftOut.node() + " answers, so it is not left out: what it remembers counts."
                                + " Stop it, and its PostgreSQL, when it must not serve");
            }
            if (leftOut.reason().isBlank()) {
                problems.add("no reason is given why " + leftOut.node() + " is left out");
            }
        }
        expected.removeAll(answered);
        expected.forEach(node -> problems.add("the agent of " + node
                + " does not answer, and may remember a later epoch: start it, name its address with --agent, or leave it out"
                + " with --without " + node + " --reason TEXT when it can never serve again"));
        if (answered.isEmpty()) {
            problems.add("no agent was asked: name them with --agent URL");
        }
        return problems;
    }

    private static LeaderEpoch heard(Collection<MemoryReport> answers, @Nullable TopologyExport export) {
        Stream<LeaderEpoch> told = answers.stream()
                .flatMap(report -> report.instances().stream())
                .flatMap(memory -> Optional.ofNullable(memory.leaderEpoch()).stream());
        Stream<LeaderEpoch> former = export == null ? Stream.of() : Stream.of(export.leaderEpoch());
        return Stream.concat(told, former).max(LeaderEpoch::compareTo).orElse(new LeaderEpoch(0));
    }

    // ---- what is written ----

    /** Moves of the instances that are rebuilt: what ZooKeeper says of them is from the past. */
    private List<Versioned<MoveRecord>> staleMoves(List<Shard> shards) {
        Set<InstanceId> rebuilt = shards.stream()
                .flatMap(shard -> Optional.ofNullable(shard.next()).stream())
                .map(ShardTopology::instance)
                .collect(Collectors.toSet());
        return services.documents().readAll(ZkLayout.moves(MoveRecord.class)).stream()
                .filter(move -> rebuilt.contains(move.value().identity().instance()))
                .filter(move -> !move.value().state().isFinal() || move.value().state() == MoveState.NEEDS_OPERATOR)
                .toList();
    }

    private void write(
            Plan plan,
            List<Versioned<ShardTopology>> stored,
            List<Versioned<MoveRecord>> stale,
            LeaderEpoch next,
            Leadership leadership) {
        plan.shards().forEach(shard -> participants.ensure(shard.shard()));
        LeaderTransaction transaction = leadership.transaction();
        for (Shard shard : plan.shards()) {
            ShardTopology topology = shard.next();
            if (topology != null) {
                ZNode<ShardTopology> node = ZkLayout.shardTopology(shard.shard());
                stored.stream()
                        .filter(known -> known.value().shard().equals(shard.shard()))
                        .findFirst()
                        .ifPresentOrElse(
                                known -> transaction.set(node, known, topology),
                                () -> transaction.create(node, topology));
            }
        }
        stale.forEach(move -> end(move, transaction));
        Versioned<LeaderRecord> leader = services.documents()
                .read(ZkLayout.leaderEpoch())
                .orElseThrow(() -> new DroverException(ErrorCode.LEADERSHIP_LOST, "no controller leads"));
        transaction.set(
                ZkLayout.leaderEpoch(),
                leader,
                new LeaderRecord(
                        next, leader.value().controller(), leader.value().rest()));
        FaultPoints.around("topology", "rebuild", transaction::commit);
        LOG.warn("the topology was rebuilt from what agents remember: {}", plan);
        elect(leadership);
    }

    private void end(Versioned<MoveRecord> move, LeaderTransaction transaction) {
        MoveIdentity identity = move.value().identity();
        DroverException why = new DroverException(
                        ErrorCode.TOPOLOGY_OUTDATED,
                        "the move was ended by a rebuild of the topology: what ZooKeeper held of it was from before its end",
                        "bin/drover shards tells who serves; what it has left is looked for and undone")
                .at(identity.id(), MoveOrders.stepOf(move.value()));
        transaction.set(
                ZkLayout.move(identity.id(), MoveRecord.class),
                move,
                move.value().withState(MoveState.ABORTED).withError(Problem.of(why)));
        for (ZNode<MoveLock> lock : List.of(
                ZkLayout.instanceLock(identity.instance()),
                ZkLayout.nodeLock(identity.source().node()),
                ZkLayout.nodeLock(identity.target().node()))) {
            services.documents()
                    .read(lock)
                    .filter(held -> held.value().move().equals(identity.id()))
                    .ifPresent(held -> transaction.delete(lock, held));
        }
    }

    /** This leadership's number is lower than the one that was written: the controllers choose again, and the next is above it. */
    private static void elect(Leadership leadership) {
        try {
            leadership.verify();
        } catch (DroverException e) {
            LOG.info("the controllers elect a leader above the rebuilt epoch: {}", e.getMessage());
        }
    }
}
