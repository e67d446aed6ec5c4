/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.PausePrediction;
import io.drover.bench.ObservedLoad;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A move and, as the second switch, its rollback: the same cutover with the roles swapped, and one copy for two switches. A single
 * switch is completed instead. The copy is made under load before; the cutover waits for its approval, so that the checkpoint comes
 * just before it.
 */
final class DroverTurn implements Turn {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    /** Every node of the run is this machine, and the peers' managers are on it. */
    private static final String OTHERS =
            "{\"check\":\"P23\",\"reason\":\"the peers of this run manage instances of their own\"}";

    private final Ground ground;
    private final String mode;
    private final Supplier<ObservedLoad> loads;
    private final DroverRest rest;

    DroverTurn(Ground ground, String mode, Supplier<ObservedLoad> loads) {
        this.ground = ground;
        this.mode = mode;
        this.loads = loads;
        this.rest = ground.cluster().rest();
    }

    @Override
    public void take(int switches, SeriesResult result) {
        NodeId source = ground.primary();
        NodeId target = source.equals(LocalCluster.NODE_A) ? LocalCluster.NODE_B : LocalCluster.NODE_A;
        try (ObservedLoad load = loads.get()) {
            try {
                Move baking = forward(load, result, source, target);
                if (switches > 1) {
                    back(load, result, baking);
                } else {
                    rest.complete(baking.id());
                    rest.await(baking.id(), MoveState.COMPLETED, LIMIT);
                }
            } finally {
                result.addErrors(load.errors());
            }
        }
    }

    private Move forward(ObservedLoad load, SeriesResult result, NodeId source, NodeId target) {
        Move created = rest.createMove(
                "{\"shard\":\"%s\",\"target\":\"%s\",\"mode\":\"%s\",\"cutover\":\"approve\",\"bake\":\"1h\",\"waive\":[%s,%s]}"
                        .formatted(LocalCluster.SHARD, target, mode, LocalCluster.WAIVER, OTHERS));
        rest.await(created.id(), MoveState.READY, LIMIT);
        ground.prepare(load, source);
        rest.act(created.id(), "approve");
        Move baking = rest.await(created.id(), MoveState.BAKING, LIMIT);
        result.add(measured(Switch.Kind.MOVE, load, baking, baking.cutover(), baking.prediction()));
        return baking;
    }

    private void back(ObservedLoad load, SeriesResult result, Move baking) {
        rest.await(baking.id(), "ready for a rollback", LIMIT, DroverTurn::isReadyForRollback, move -> {});
        ground.prepare(load, baking.target());
        rest.act(baking.id(), "rollback");
        Move back = rest.await(baking.id(), MoveState.ROLLED_BACK, LIMIT);
        Move.Rollback rollback = back.rollback();
        result.add(
                rollback == null
                        ? measured(Switch.Kind.ROLLBACK, load, back, null, null)
                        : measured(Switch.Kind.ROLLBACK, load, back, rollback.cutover(), rollback.prediction()));
    }

    private static boolean isReadyForRollback(Move move) {
        Move.Rollback rollback = move.rollback();
        return rollback != null && rollback.ready();
    }

    private static Switch measured(
            Switch.Kind kind,
            ObservedLoad load,
            Move move,
            Move.@Nullable Cutover cutover,
            @Nullable PausePrediction prediction) {
        if (cutover == null || cutover.fencedAt() == null || cutover.servingAt() == null) {
            throw new IllegalStateException("move " + move.id() + " tells nothing about its cutover");
        }
        return new Switch(
                kind,
                load.observed(nanos(cutover.fencedAt()), nanos(cutover.servingAt())),
                cutover.writePauseMillis(),
                prediction == null ? null : prediction.writePauseMillis(),
                cutover.phases());
    }

    /** A moment of the past on the clock of {@link System#nanoTime()}. */
    private static long nanos(Instant moment) {
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        return System.nanoTime() - Duration.between(moment, now).toNanos();
    }
}
