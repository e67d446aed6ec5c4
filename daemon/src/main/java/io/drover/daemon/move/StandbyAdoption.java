/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.NodeRecord;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Takes a standby that somebody else made into a shard that is known: moves lead it along from then on. */
final class StandbyAdoption {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Services services;

    StandbyAdoption(Services services) {
        this.services = services;
    }

    /** Whether an adoption speaks of another node than the one that serves the shard. */
    static boolean isAskedFor(ShardTopology known, ShardAdoption adoption) {
        return !known.primary().node().equals(adoption.node())
                && adoption.dataDir() != null
                && !Boolean.TRUE.equals(adoption.initialize());
    }

    /**
     * Adopts it; a repeat changes nothing.
     *
     * @throws DroverException SHARD_BUSY while a move holds the instance; IDENTITY_MISMATCH or STATE_CONFLICT when it is no standby
     *     of this instance, or does not stream from its primary
     */
    ShardTopology adopt(Leadership leadership, ShardTopology known, ShardAdoption adoption, NodeRecord node) {
        refuseOthers(known, adoption);
        refuseWhileMoving(known);
        List<ShardId> shards = services.topology().readInstance(known.instance()).stream()
                .map(topology -> topology.value().shard())
                .sorted()
                .toList();
        Verb.AdoptStandby verb = new Verb.AdoptStandby(
                shards, requireNonNull(adoption.dataDir(), "dataDir is null"), adoption.port(), adoption.database());
        InstanceReport standby = services.agents().call(node.id(), known.instance(), null, verb, LIMIT);
        requireItFollows(known, node.id(), standby);
        return publish(leadership, known, new Endpoint(node.id(), node.host(), adoption.port()));
    }

    private static void refuseOthers(ShardTopology known, ShardAdoption adoption) {
        if (known.primary().port() != adoption.port()
                || !known.database().equals(adoption.database().value())) {
            throw new DroverException(
                    ErrorCode.ALREADY_EXISTS,
                    "shard " + known.shard() + " exists: database " + known.database() + " at port "
                            + known.primary().port() + " on " + known.primary().node()
                            + "; a standby of it has the same database and port",
                    "name these, or choose another shard id");
        }
    }

    private void refuseWhileMoving(ShardTopology known) {
        services.documents().read(ZkLayout.instanceLock(known.instance())).ifPresent(lock -> {
            MoveId move = lock.value().move();
            throw new DroverException(
                            ErrorCode.SHARD_BUSY,
                            "a standby of shard " + known.shard() + " cannot be adopted now: its instance "
                                    + known.instance() + " is held by move " + move,
                            "adopt it when move " + move + " has ended")
                    .heldBy(move);
        });
    }

    /** Streaming alone says nothing (H29): the timeline has to be the primary's. */
    private void requireItFollows(ShardTopology known, NodeId node, InstanceReport standby) {
        InstanceReport primary = services.agents().instance(known.primary().node(), known.instance());
        if (!Boolean.TRUE.equals(standby.streaming()) || !Objects.equals(standby.timeline(), primary.timeline())) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "the standby on " + node + " does not follow "
                            + known.primary().node() + ": it "
                            + (Boolean.TRUE.equals(standby.streaming()) ? "streams" : "does not stream")
                            + " and is on timeline " + standby.timeline() + ", the primary on " + primary.timeline(),
                    "let it stream from " + known.primary().node() + " first; nothing was published");
        }
    }

    private ShardTopology publish(Leadership leadership, ShardTopology known, Endpoint standby) {
        List<Versioned<ShardTopology>> all = services.topology().readInstance(known.instance());
        LeaderTransaction transaction = leadership.transaction().checkAbsent(ZkLayout.instanceLock(known.instance()));
        for (Versioned<ShardTopology> topology : all) {
            transaction.set(
                    ZkLayout.shardTopology(topology.value().shard()),
                    topology,
                    FenceTransitions.withReader(topology.value(), standby, null));
        }
        try {
            return FaultPoints.around("shard", "adopt-standby", transaction::commit)
                    .of(ZkLayout.shardTopology(known.shard()))
                    .value();
        } catch (DroverException e) {
            if (e.code() == ErrorCode.ALREADY_EXISTS) {
                refuseWhileMoving(known);
            }
            throw e;
        }
    }

    /** The adoption of what is a standby of the shard already. */
    static Optional<ShardTopology> repeated(ShardTopology known, ShardAdoption adoption) {
        return FenceTransitions.readers(known).stream()
                .filter(standby -> standby.node().equals(adoption.node())
                        && standby.port() == adoption.port()
                        && known.database().equals(adoption.database().value()))
                .findFirst()
                .map(standby -> known);
    }
}
