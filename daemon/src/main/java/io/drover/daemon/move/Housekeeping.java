/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Act;
import io.drover.api.fault.FaultPoints;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.MoveLock;
import io.drover.topology.Versioned;
import io.drover.topology.ZDirectory;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the leading controller does, without being asked, about what moves that have ended have left in ZooKeeper: locks, and their name
 * in a topology. It also writes into the history of those moves what agents have undone on their nodes. Each change is one transaction
 * on what was read; a move that is not stored at all counts as ended, for a move and its locks come into being together.
 */
final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final Services services;
    private final MoveRunner runner;
    /** Acts that were written down or have no move to be written to. */
    private final Set<String> told = new HashSet<>();

    Housekeeping(Services services, MoveRunner runner) {
        this.services = services;
        this.runner = runner;
    }

    /** Looks once; what fails is looked at again the next time. */
    void look(Leadership leadership) {
        try {
            freeLocks(leadership);
            releaseTopologies(leadership);
            tellActs(leadership);
        } catch (DroverException e) {
            LOG.debug("what moves have left is looked at again later", e);
        }
    }

    /** A move's record, when it is stored and whether it has come to its end. */
    private Optional<Versioned<MoveRecord>> stored(MoveId id) {
        return services.documents().read(ZkLayout.move(id, MoveRecord.class));
    }

    private static boolean ended(MoveRecord record) {
        return record.state().isFinal() && record.state() != MoveState.NEEDS_OPERATOR;
    }

    private void freeLocks(Leadership leadership) {
        ZDirectory<MoveLock> locks = ZkLayout.locks();
        for (String name : services.documents().children(locks)) {
            ZNode<MoveLock> lock = locks.child(name);
            services.documents().read(lock).ifPresent(held -> freeLock(leadership, lock, held));
        }
    }

    private void freeLock(Leadership leadership, ZNode<MoveLock> lock, Versioned<MoveLock> held) {
        MoveId id = held.value().move();
        Optional<Versioned<MoveRecord>> move = stored(id);
        if (move.isPresent() && !ended(move.orElseThrow().value())) {
            return;
        }
        LeaderTransaction transaction = demandEnded(leadership, id, move).delete(lock, held);
        FaultPoints.around("housekeeping", "lock", transaction::commit);
        LOG.warn("left over from move {}, which has ended: lock {} is deleted", id, lock);
        write(leadership, id, "left over: the lock " + lock + " is deleted");
    }

    private static LeaderTransaction demandEnded(
            Leadership leadership, MoveId id, Optional<Versioned<MoveRecord>> move) {
        ZNode<MoveRecord> node = ZkLayout.move(id, MoveRecord.class);
        return move.isPresent()
                ? leadership.transaction().check(node, move.orElseThrow())
                : leadership.transaction().checkAbsent(node);
    }

    /** Under a fence the agents act; what they leave is SERVING. */
    private void releaseTopologies(Leadership leadership) {
        for (Versioned<ShardTopology> topology : services.topology().readAll()) {
            MoveId id = topology.value().move();
            boolean stale = id == null
                    && topology.value().replicas().stream().anyMatch(replica -> replica.role() != ReplicaRole.READ);
            if (topology.value().state() == TopologyState.SERVING && (id != null || stale)) {
                release(leadership, topology, Optional.ofNullable(id));
            }
        }
    }

    private void release(Leadership leadership, Versioned<ShardTopology> topology, Optional<MoveId> holder) {
        LeaderTransaction transaction;
        if (holder.isPresent()) {
            Optional<Versioned<MoveRecord>> move = stored(holder.orElseThrow());
            if (move.isPresent() && !ended(move.orElseThrow().value())) {
                return;
            }
            transaction = demandEnded(leadership, holder.orElseThrow(), move);
        } else {
            transaction = leadership.transaction();
        }
        transaction.set(
                ZkLayout.shardTopology(topology.value().shard()), topology, FenceTransitions.release(topology.value()));
        FaultPoints.around("housekeeping", "topology", transaction::commit);
        String what = "the topology of " + topology.value().shard() + " names no move and no copy of it any more";
        LOG.warn("left over from move {}, which has ended: {}", holder, what);
        holder.ifPresent(id -> write(leadership, id, "left over: " + what));
    }

    // ---- what agents have done ----

    private void tellActs(Leadership leadership) {
        for (var status : services.nodes().list()) {
            if (status.alive()) {
                tellActs(leadership, status.node().id());
            }
        }
    }

    private void tellActs(Leadership leadership, NodeId node) {
        try {
            services.agents().acts(node).acts().stream()
                    .filter(act -> told.add(node + " " + act))
                    .forEach(act -> tell(leadership, node, act));
        } catch (DroverException e) {
            LOG.debug("the agent of {} does not tell what it has done", node, e);
        }
    }

    /** A former leader may have written it down already. */
    private void tell(Leadership leadership, NodeId node, Act act) {
        String event = "left over on " + node + " at " + act.at() + ": " + act.what();
        ZDirectory<MoveRecord> moves = ZkLayout.moves(MoveRecord.class);
        List<MoveId> named = act.move().isEmpty()
                ? List.of()
                : services.documents().children(moves).stream()
                        .filter(name -> name.startsWith(act.move()))
                        .map(MoveId::new)
                        .toList();
        for (MoveId id : named) {
            List<HistoryEntry> history = services.documents().history(id, 0);
            if (history.stream().noneMatch(entry -> entry.event().equals(event))) {
                write(leadership, id, event);
            }
        }
    }

    private void write(Leadership leadership, MoveId id, String event) {
        Optional<Versioned<MoveRecord>> move = stored(id);
        if (move.isEmpty()) {
            return;
        }
        try {
            runner.find(id)
                    .orElseGet(() -> runner.idle(move.orElseThrow(), leadership))
                    .journal()
                    .write(
                            record -> record,
                            new MoveJournal.Line(
                                    MoveOrders.stepOf(move.orElseThrow().value()), event));
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            LOG.warn("the history of move {} could not be added to: {}", id, e.getMessage());
        }
    }
}
