/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Fence;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every way in which a shard's topology may change, as pure functions. A write of the topology znode is the result of one of
 * these, applied to the version that was read and stored by compare-and-set.
 *
 * <p>What holds for all of them: the epoch never falls and grows by one exactly on entering FENCED and on entering SERVING; the
 * primary changes only in {@link #serve}; no node is both primary and replica.
 *
 * <pre>
 * SERVING e ── fence ──► FENCED e+1 ── promote ──► PROMOTING e+1 ── serve ──► SERVING e+2 on the target
 *                            └─ abort ──► ABORTING e+1 ── reopen ──► SERVING e+2 on the source
 * </pre>
 *
 * <p>Each function throws a {@link DroverException} with {@link ErrorCode#STATE_CONFLICT} where it does not apply.
 */
public final class FenceTransitions {
    private FenceTransitions() {}

    /** Gives the shard to a move; a repeat changes nothing. */
    public static ShardTopology reserve(ShardTopology topology, MoveId move) {
        requireServing(topology, "reserved for move " + move);
        requireMove(topology, move, "reserved for move " + move);
        return with(topology, topology.replicas(), move);
    }

    /** Names the copy that the move will promote. Takes the place of whatever replica is listed for that node. */
    public static ShardTopology withTarget(ShardTopology topology, Replica replica, MoveId move) {
        String wanted = "given the target " + replica.node();
        requireServing(topology, wanted);
        requireMove(topology, move, wanted);
        if (replica.role() != ReplicaRole.TARGET) {
            throw conflict(topology, wanted, "its role is " + replica.role() + ", not TARGET");
        }
        if (replica.node().equals(topology.primary().node())) {
            throw conflict(topology, wanted, "that node is its primary");
        }
        Optional<Replica> other = target(topology).filter(t -> !t.node().equals(replica.node()));
        if (other.isPresent()) {
            throw conflict(
                    topology, wanted, "it has the target " + other.orElseThrow().node() + " already");
        }
        return with(
                topology,
                Stream.concat(without(topology, replica.node()), Stream.of(replica))
                        .toList(),
                move);
    }

    /** Takes the target out again; the move keeps the shard. Without a target nothing changes. */
    public static ShardTopology withoutTarget(ShardTopology topology) {
        requireServing(topology, "relieved of its target");
        return with(
                topology,
                topology.replicas().stream()
                        .filter(r -> r.role() != ReplicaRole.TARGET)
                        .toList(),
                topology.move());
    }

    /** Makes the rollback replica the target of the way back. */
    public static ShardTopology rollbackAsTarget(ShardTopology topology, MoveId move) {
        String wanted = "given its rollback replica as target";
        Replica rollback = only(topology, ReplicaRole.ROLLBACK, wanted);
        return withTarget(topology, inRole(rollback, ReplicaRole.TARGET), move);
    }

    /** Undoes {@link #rollbackAsTarget}. Without a target nothing changes. */
    public static ShardTopology targetAsRollback(ShardTopology topology) {
        requireServing(topology, "given its target as rollback replica");
        return mapReplicas(topology, r -> r.role() == ReplicaRole.TARGET ? inRole(r, ReplicaRole.ROLLBACK) : r);
    }

    /**
     * Sets the share of reads that a replica gets.
     *
     * @param weight relative to the other weights; 0 for none
     */
    public static ShardTopology withReadWeight(ShardTopology topology, NodeId node, int weight) {
        String wanted = "given the read weight " + weight + " on " + node;
        requireServing(topology, wanted);
        if (weight < 0) {
            throw conflict(topology, wanted, "a weight cannot be negative");
        }
        if (topology.replicas().stream().noneMatch(r -> r.node().equals(node))) {
            throw conflict(topology, wanted, "it has no replica there");
        }
        return mapReplicas(
                topology, r -> r.node().equals(node) ? new Replica(r.node(), r.host(), r.port(), r.role(), weight) : r);
    }

    /**
     * Lists a standby for reads, without any share of them yet; a repeat changes nothing.
     *
     * @param move the move that makes it, or null when it was adopted
     */
    public static ShardTopology withReader(ShardTopology topology, Endpoint standby, @Nullable MoveId move) {
        String wanted = "given the standby " + standby.node();
        requireServing(topology, wanted);
        if (move == null ? topology.move() != null : !move.equals(topology.move())) {
            throw conflict(topology, wanted, "move " + topology.move() + " holds it");
        }
        if (standby.node().equals(topology.primary().node())) {
            throw conflict(topology, wanted, "that node is its primary");
        }
        Optional<Replica> known = topology.replicas().stream()
                .filter(r -> r.node().equals(standby.node()))
                .findFirst();
        if (known.isPresent()) {
            if (known.orElseThrow().role() == ReplicaRole.READ) {
                return topology;
            }
            throw conflict(
                    topology,
                    wanted,
                    "that node has its replica " + known.orElseThrow().role());
        }
        Replica reader = new Replica(standby.node(), standby.host(), standby.port(), ReplicaRole.READ, 0);
        return with(
                topology,
                Stream.concat(topology.replicas().stream(), Stream.of(reader)).toList(),
                topology.move());
    }

    /** Takes a standby out that does not follow any more. Without one nothing changes. */
    public static ShardTopology withoutReader(ShardTopology topology, NodeId node) {
        requireServing(topology, "relieved of its standby " + node);
        return with(
                topology,
                topology.replicas().stream()
                        .filter(r -> r.role() != ReplicaRole.READ || !r.node().equals(node))
                        .toList(),
                topology.move());
    }

    /** The nodes with standbys that belong to no move. */
    public static List<Endpoint> readers(ShardTopology topology) {
        return topology.replicas().stream()
                .filter(r -> r.role() == ReplicaRole.READ)
                .map(Replica::endpoint)
                .toList();
    }

    /** Ends the move's hold: its target and the rollback replica leave the topology, read replicas stay. */
    public static ShardTopology release(ShardTopology topology) {
        requireServing(topology, "released");
        return with(
                topology,
                topology.replicas().stream()
                        .filter(r -> r.role() == ReplicaRole.READ)
                        .toList(),
                null);
    }

    /**
     * SERVING e → FENCED e+1: clients hold new writes, finish what is in flight and acknowledge.
     *
     * @param since when the controller sends it
     * @param budget how long writes may be held before the move gives up by itself
     */
    public static ShardTopology fence(ShardTopology topology, MoveId move, Instant since, Duration budget) {
        require(topology, TopologyState.SERVING, TopologyState.FENCED);
        requireMove(topology, move, "brought to FENCED");
        only(topology, ReplicaRole.TARGET, "brought to FENCED");
        if (budget.isNegative() || budget.isZero()) {
            throw conflict(topology, "brought to FENCED", "the budget " + budget + " is not positive");
        }
        return change(
                topology,
                TopologyState.FENCED,
                topology.epoch().next(),
                topology.primary(),
                topology.replicas(),
                move,
                new Fence(since, budget.toMillis()));
    }

    /** FENCED → ABORTING: the move is given up before the point of no return; writes are still held. */
    public static ShardTopology abort(ShardTopology topology) {
        require(topology, TopologyState.FENCED, TopologyState.ABORTING);
        return inState(topology, TopologyState.ABORTING);
    }

    /** ABORTING → SERVING on the same primary with a new epoch; the move keeps the shard. */
    public static ShardTopology reopen(ShardTopology topology) {
        require(topology, TopologyState.ABORTING, TopologyState.SERVING);
        return change(
                topology,
                TopologyState.SERVING,
                topology.epoch().next(),
                topology.primary(),
                topology.replicas(),
                topology.move(),
                null);
    }

    /** FENCED → PROMOTING: the point of no return. From here only {@link #serve} follows. */
    public static ShardTopology promote(ShardTopology topology) {
        require(topology, TopologyState.FENCED, TopologyState.PROMOTING);
        only(topology, ReplicaRole.TARGET, "brought to PROMOTING");
        return inState(topology, TopologyState.PROMOTING);
    }

    /** PROMOTING → SERVING on the target with a new epoch; the old primary becomes the rollback replica and takes no reads yet. */
    public static ShardTopology serve(ShardTopology topology) {
        require(topology, TopologyState.PROMOTING, TopologyState.SERVING);
        Replica target = only(topology, ReplicaRole.TARGET, "brought to SERVING");
        Endpoint old = topology.primary();
        List<Replica> replicas = Stream.concat(
                        without(topology, target.node()).filter(r -> !r.node().equals(old.node())),
                        Stream.of(new Replica(old.node(), old.host(), old.port(), ReplicaRole.ROLLBACK, 0)))
                .toList();
        return change(
                topology,
                TopologyState.SERVING,
                topology.epoch().next(),
                target.endpoint(),
                replicas,
                topology.move(),
                null);
    }

    /** The copy that the running move will promote. */
    public static Optional<Replica> target(ShardTopology topology) {
        return topology.replicas().stream()
                .filter(r -> r.role() == ReplicaRole.TARGET)
                .findFirst();
    }

    private static Stream<Replica> without(ShardTopology topology, NodeId node) {
        return topology.replicas().stream().filter(r -> !r.node().equals(node));
    }

    private static Replica inRole(Replica replica, ReplicaRole role) {
        return new Replica(replica.node(), replica.host(), replica.port(), role, replica.readWeight());
    }

    private static ShardTopology mapReplicas(ShardTopology topology, UnaryOperator<Replica> change) {
        return with(topology, topology.replicas().stream().map(change).toList(), topology.move());
    }

    private static ShardTopology with(ShardTopology topology, List<Replica> replicas, @Nullable MoveId move) {
        return change(
                topology, topology.state(), topology.epoch(), topology.primary(), replicas, move, topology.fence());
    }

    private static ShardTopology inState(ShardTopology topology, TopologyState state) {
        return change(
                topology,
                state,
                topology.epoch(),
                topology.primary(),
                topology.replicas(),
                topology.move(),
                topology.fence());
    }

    private static ShardTopology change(
            ShardTopology topology,
            TopologyState state,
            FenceEpoch epoch,
            Endpoint primary,
            List<Replica> replicas,
            @Nullable MoveId move,
            @Nullable Fence fence) {
        return new ShardTopology(
                topology.v(),
                topology.shard(),
                topology.instance(),
                epoch,
                state,
                topology.database(),
                primary,
                replicas,
                move,
                fence);
    }

    private static void require(ShardTopology topology, TopologyState from, TopologyState to) {
        if (topology.state() != from) {
            throw conflict(topology, "brought from " + topology.state() + " to " + to, "only from " + from);
        }
    }

    private static void requireServing(ShardTopology topology, String wanted) {
        if (topology.state() != TopologyState.SERVING) {
            throw conflict(topology, wanted, "it is not SERVING");
        }
    }

    private static void requireMove(ShardTopology topology, MoveId move, String wanted) {
        MoveId holder = topology.move();
        if (holder != null && !holder.equals(move)) {
            throw conflict(topology, wanted, "move " + holder + " holds it");
        }
    }

    private static Replica only(ShardTopology topology, ReplicaRole role, String wanted) {
        List<Replica> found =
                topology.replicas().stream().filter(r -> r.role() == role).toList();
        if (found.size() != 1) {
            throw conflict(topology, wanted, "it has " + found.size() + " replicas in the role " + role + ", not one");
        }
        return found.get(0);
    }

    private static DroverException conflict(ShardTopology topology, String wanted, String why) {
        return new DroverException(
                ErrorCode.STATE_CONFLICT,
                "shard " + topology.shard() + " in state " + topology.state() + " at epoch " + topology.epoch()
                        + " cannot be " + wanted + ": " + why,
                "read the shard again; the topology of another state was expected");
    }
}
