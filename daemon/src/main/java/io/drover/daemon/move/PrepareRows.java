/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DatabaseName;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.PreflightReport;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Verb;
import io.drover.daemon.preflight.When;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.MoveLock;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Rows 10 to 30: check, reserve, slot. */
final class PrepareRows {
    private PrepareRows() {}

    static void preflight(MoveContext context) {
        PreflightReport report = context.services().checks().run(context.record(), When.BEFORE_COPY);
        if (!report.ok()) {
            throw DroverException.refusedBy(report, "the preflight refuses the move: " + Checks.failures(report));
        }
        if (!context.record().identity().request().verify().canaries().isEmpty()) {
            // whether they can be run has to be known before the copy, which may take hours
            context.call(
                    context.from(),
                    new Verb.RunCanaries(new DatabaseName(context.topology().database()), List.of()));
        }
    }

    /** Names the move in the topology. The locks were taken by the transaction that stored the move. */
    static void reserve(MoveContext context) {
        // no shard is adopted under the locks; one may have been between the reading of the request and the locks
        Set<ShardId> others =
                context
                        .services()
                        .topology()
                        .readInstance(context.record().identity().instance())
                        .stream()
                        .map(topology -> topology.value().shard())
                        .collect(Collectors.toCollection(TreeSet::new));
        others.removeAll(context.record().identity().shards());
        if (!others.isEmpty()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "shards " + others + " of the instance were adopted while the move began; it is undone",
                    "start the move again: it takes them along");
        }
        requireKnownStandbys(context);
        context.writeTopologies(
                topology -> FenceTransitions.reserve(topology, context.id()), record -> record, List.of());
    }

    /** The same of standbys: one that nobody leads under the target would be left behind. */
    private static void requireKnownStandbys(MoveContext context) {
        Set<NodeId> others = FenceTransitions.readers(context.topology()).stream()
                .map(Endpoint::node)
                .collect(Collectors.toCollection(TreeSet::new));
        context.record().identity().standbys().forEach(standby -> others.remove(standby.node()));
        if (!others.isEmpty()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "standbys on " + others + " were adopted while the move began; it is undone",
                    "start the move again: it takes them along");
        }
    }

    static boolean isReserved(MoveContext context) {
        return context.topologies().stream()
                .allMatch(topology -> context.id().equals(topology.value().move()));
    }

    /** Names no move in the topology and frees the locks, whichever of them are still this move's. */
    static void release(MoveContext context) {
        List<Versioned<ShardTopology>> held = context.topologies().stream()
                .filter(topology -> context.id().equals(topology.value().move()))
                .toList();
        List<ZNode<MoveLock>> locks = List.of(
                ZkLayout.instanceLock(context.record().identity().instance()),
                ZkLayout.nodeLock(context.from()),
                ZkLayout.nodeLock(context.to()));
        context.journal().write(record -> record, List.of(), transaction -> {
            for (Versioned<ShardTopology> topology : held) {
                transaction.set(
                        ZkLayout.shardTopology(topology.value().shard()),
                        topology,
                        released(context.record(), topology.value()));
            }
            for (ZNode<MoveLock> lock : locks) {
                Optional<Versioned<MoveLock>> stored =
                        context.services().documents().read(lock);
                if (stored.isPresent() && stored.orElseThrow().value().move().equals(context.id())) {
                    transaction.delete(lock, stored.orElseThrow());
                }
            }
        });
    }

    /** The move that holds the instance. */
    static Optional<MoveId> holder(MoveContext context) {
        return context.services()
                .documents()
                .read(ZkLayout.instanceLock(context.record().identity().instance()))
                .map(lock -> lock.value().move());
    }

    /** Standbys that a person has given up are not there for reads either. */
    private static ShardTopology released(MoveRecord record, ShardTopology topology) {
        ShardTopology released = FenceTransitions.release(topology);
        for (NodeId node : record.orders().standbysGivenUp()) {
            released = FenceTransitions.withoutReader(released, node);
        }
        return released;
    }

    static void createSlot(MoveContext context) {
        context.call(context.from(), new Verb.CreateSlot(context.id().slotName()));
    }

    static void dropSlot(MoveContext context) {
        context.call(context.from(), new Verb.DropSlot(context.id().slotName()));
    }
}
