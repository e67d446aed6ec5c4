/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.INSTANCE;
import static io.drover.daemon.move.Moved.SHARD;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.time.Scheduler;
import io.drover.topology.Leadership;
import io.drover.topology.MoveLock;
import io.drover.topology.ParticipantStore;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** What people ask of the leading controller. */
final class MoveDesk implements AutoCloseable {
    final FakeWorld world;
    final Moves moves;
    final Shards shards;
    final Services services;
    final MoveRunner runner;
    private final Leadership leadership;

    MoveDesk(MoveStage stage, Scheduler scheduler) {
        leadership = stage.leadership();
        world = new FakeWorld(new TopologyStore(stage.client()));
        services = stage.services(
                world,
                new RecordingObserver(),
                Clock.systemUTC(),
                scheduler,
                MoveStage.besides(),
                MoveStage.fewRehearsals());
        runner = new MoveRunner(services);
        adoptQuietly(SHARD);
        runner.gained(leadership);
        moves = new Moves(services, runner);
        shards = new Shards(services, new ParticipantStore(stage.client()), runner);
    }

    /** Publishes a shard of the instance without asking anybody. */
    void adoptQuietly(ShardId shard) {
        leadership
                .transaction()
                .create(ZkLayout.shardTopology(shard), MoveStage.freshShard(shard))
                .commit();
    }

    /** Has a shard serve where it is, under another epoch and with standbys. */
    void serveAt(ShardId shard, FenceEpoch epoch, List<ShardTopology.Replica> replicas) {
        Versioned<ShardTopology> known = services.topology().read(shard).orElseThrow();
        ShardTopology old = known.value();
        leadership
                .transaction()
                .set(
                        ZkLayout.shardTopology(shard),
                        known,
                        new ShardTopology(
                                old.v(),
                                shard,
                                old.instance(),
                                epoch,
                                old.state(),
                                old.database(),
                                old.primary(),
                                replicas,
                                null,
                                null))
                .commit();
    }

    /** Publishes a shard of another instance on node_a. */
    void addNeighbour(ShardId shard) {
        ShardTopology own = MoveStage.freshShard(shard);
        ShardTopology neighbour = new ShardTopology(
                own.v(),
                shard,
                new InstanceId("7300000000000000009"),
                own.epoch(),
                own.state(),
                own.database(),
                own.primary(),
                own.replicas(),
                null,
                null);
        leadership
                .transaction()
                .create(ZkLayout.shardTopology(shard), neighbour)
                .commit();
    }

    MoveId onlyMove() {
        List<Move> all = moves.list(Optional.empty(), Optional.empty());
        if (all.size() != 1) {
            throw new AssertionError("not one move: " + all);
        }
        return all.get(0).id();
    }

    /** A znode of a move that nobody can make sense of. */
    void storeGarbage(MoveId move) {
        leadership.transaction().create(ZkLayout.move(move, String.class), "?").commit();
    }

    /** Mends {@link #storeGarbage}; nobody is told. */
    void mend(MoveIdentity identity) {
        ZNode<String> garbage = ZkLayout.move(identity.id(), String.class);
        Versioned<String> stored = services.documents().read(garbage).orElseThrow();
        leadership
                .transaction()
                .delete(garbage, stored)
                .create(ZkLayout.move(identity.id(), MoveRecord.class), MoveRecord.of(identity))
                .commit();
    }

    MoveState stateOf(MoveId move) {
        return moves.get(move).state();
    }

    /** Takes a node as a move does. */
    void lock(NodeId node, MoveId move) {
        leadership
                .transaction()
                .create(ZkLayout.nodeLock(node), new MoveLock(move))
                .commit();
    }

    /** Has a move bake whose way back is ready. */
    MoveId bake(MoveRecord record) {
        MoveId move = record.identity().id();
        ZNode<MoveRecord> node = ZkLayout.move(move, MoveRecord.class);
        leadership.transaction().create(node, record).commit();
        lock(move);
        runner.start(services.documents().read(node).orElseThrow(), leadership)
                .live()
                .rollback(true, 0L);
        return move;
    }

    Optional<MoveId> holder(NodeId node) {
        return services.documents()
                .read(ZkLayout.nodeLock(node))
                .map(lock -> lock.value().move());
    }

    void free(NodeId node) {
        leadership
                .transaction()
                .delete(
                        ZkLayout.nodeLock(node),
                        services.documents().read(ZkLayout.nodeLock(node)).orElseThrow())
                .commit();
    }

    /** Takes the instance as a move does. */
    void lock(MoveId move) {
        leadership
                .transaction()
                .create(ZkLayout.instanceLock(INSTANCE), new MoveLock(move))
                .commit();
    }

    @Override
    public void close() {
        runner.close();
    }
}
