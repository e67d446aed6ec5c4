/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every place that a move can stand in, as its record says it. The names are the rows of docs/calls.md. */
final class Scenes {
    @SuppressWarnings("TimeInStaticInitializer") // the end of a bake lies days from it
    private static final Instant NOW = Instant.now();

    /** The places, in the order of a move's life. */
    static final List<Scene> ALL = Stream.of(
                    List.of(
                            scene("PREPARING", () -> at(MoveState.PREPARING, 20)),
                            scene("COPYING", () -> at(MoveState.COPYING, 40)),
                            scene("COPYING, paused", () -> orders(at(MoveState.COPYING, 40), Scenes::paused)),
                            scene("CATCHING_UP", () -> at(MoveState.CATCHING_UP, 50)),
                            scene("VERIFYING", () -> at(MoveState.VERIFYING, 60)),
                            scene("READY, about to go on", () -> at(MoveState.READY, 70)),
                            scene("READY, waits for approval", () -> waiting(MoveRequest.Mode.SEALED)),
                            scene(
                                    "READY, waits for approval, paused",
                                    () -> orders(waiting(MoveRequest.Mode.SEALED), Scenes::paused)),
                            scene("READY, waits for approval, mode strict", () -> waiting(MoveRequest.Mode.STRICT)),
                            scene(
                                    "READY, waits for approval, mode clean-stop",
                                    () -> waiting(MoveRequest.Mode.CLEAN_STOP)),
                            scene(
                                    "READY, approved, paused",
                                    () -> orders(
                                            waiting(MoveRequest.Mode.SEALED), orders -> paused(orders.withApproved()))),
                            scene(
                                    "READY, drill ordered",
                                    () -> orders(waiting(MoveRequest.Mode.SEALED), Scenes::drill))),
                    List.of(
                            scene("CUTTING_OVER, step 75 to 95", () -> at(MoveState.CUTTING_OVER, 75)),
                            scene(
                                    "CUTTING_OVER, step 75 to 95, was approved",
                                    () -> orders(cuttingOver(75), GivenOrders::withApproved)),
                            scene("CUTTING_OVER, step 100 to 130", () -> at(MoveState.CUTTING_OVER, 120)),
                            scene(
                                    "CUTTING_OVER, drill of a move that waits",
                                    () -> orders(cuttingOver(110), Scenes::drill)),
                            scene(
                                    "CUTTING_OVER, `bin/drover drill`",
                                    () -> in(Moved.drillRequest(), MoveState.CUTTING_OVER, 110)),
                            scene("CUTTING_OVER, step 140 or 150", () -> at(MoveState.CUTTING_OVER, 140)),
                            scene("REVERSING", () -> at(MoveState.REVERSING, 160))),
                    List.of(
                            ready("BAKING, the way back ready", () -> baking(Duration.ofHours(1))),
                            scene("BAKING, the way back not ready", () -> baking(Duration.ofHours(1))),
                            ready("BAKING, bake over, the way back ready", () -> baking(Duration.ofHours(-1))),
                            scene("BAKING, bake over, the way back not ready", () -> baking(Duration.ofHours(-1))),
                            ready(
                                    "BAKING, the way back ready, a standby missing",
                                    () -> lacking(MoveState.BAKING, MoveSteps.BAKE, Duration.ofHours(1))),
                            ready(
                                    "BAKING, bake over, the way back ready, a standby missing",
                                    () -> lacking(MoveState.BAKING, MoveSteps.BAKE, Duration.ofHours(-1))),
                            ready(
                                    "BAKING, completion ordered",
                                    () -> orders(baking(Duration.ofHours(1)), GivenOrders::withComplete)),
                            scene("ROLLING_BACK, up to step 130", () -> back(MoveState.ROLLING_BACK, 100)),
                            scene("ROLLING_BACK, from step 140 on", () -> back(MoveState.ROLLING_BACK, 140))),
                    List.of(
                            scene("ABORTING", () -> at(MoveState.ABORTING, 50)),
                            scene(
                                    "ABORTING, end of a `bin/drover drill`",
                                    () -> in(Moved.drillRequest(), MoveState.ABORTING, 110)),
                            scene(
                                    "ABORTING, end of the drill of a move that waits",
                                    () -> orders(in(Moved.approvedRequest(), MoveState.ABORTING, 110), Scenes::drill)),
                            scene("ABORTING, a rollback is given up", () -> back(MoveState.ABORTING, 95)),
                            stuck("NEEDS_OPERATOR, the undo failed", () -> at(MoveState.NEEDS_OPERATOR, 50)),
                            stuck(
                                    "NEEDS_OPERATOR, the undo of a drill failed",
                                    () -> orders(
                                            in(Moved.approvedRequest(), MoveState.NEEDS_OPERATOR, 95), Scenes::drill)),
                            stuck(
                                    "NEEDS_OPERATOR, the undo of a rollback failed",
                                    () -> back(MoveState.NEEDS_OPERATOR, 95)),
                            stuck("NEEDS_OPERATOR, step 140 or 150", () -> at(MoveState.NEEDS_OPERATOR, 140)),
                            stuck("NEEDS_OPERATOR, step 160", () -> at(MoveState.NEEDS_OPERATOR, 160)),
                            stuck(
                                    "NEEDS_OPERATOR, step 160, a standby missing",
                                    () -> lacking(MoveState.NEEDS_OPERATOR, MoveSteps.REVERSE, null)),
                            stuck(
                                    "NEEDS_OPERATOR, step 180",
                                    () -> orders(
                                            baking(Duration.ofHours(1))
                                                    .withState(MoveState.NEEDS_OPERATOR)
                                                    .withStep(mark(MoveSteps.CLOSE))
                                                    .withLeg(walked(0, MoveSteps.CLOSE)),
                                            GivenOrders::withComplete)),
                            stuck(
                                    "NEEDS_OPERATOR, a rollback from step 140 on",
                                    () -> back(MoveState.NEEDS_OPERATOR, 160))),
                    List.of(
                            over("COMPLETED", () -> orders(at(MoveState.COMPLETED, 180), GivenOrders::withComplete)),
                            over("ABORTED", () -> at(MoveState.ABORTED, 20).withLeg(MoveLeg.EMPTY)),
                            over("ROLLED_BACK", () -> back(MoveState.ROLLED_BACK, 180))))
            .flatMap(List::stream)
            .toList();

    private Scenes() {}

    /**
     * One place.
     *
     * @param maker makes the record; each time one of a move of its own
     * @param rollbackReady what the driver has seen of the way back
     * @param over whether the move holds nothing any more
     */
    record Scene(String name, Supplier<MoveRecord> maker, boolean rollbackReady, boolean over) {
        MoveRecord record() {
            return maker.get();
        }

        /** Whether the shard has had another standby that does not follow its new primary. */
        boolean lacksAStandby() {
            return !record().identity().standbys().isEmpty();
        }

        /** Nodes are free during the bake, the instance is not. */
        boolean holdsNodes() {
            return !over && (record().bakeEndsAt() == null || record().rollingBack());
        }
    }

    private static Scene scene(String name, Supplier<MoveRecord> maker) {
        return new Scene(name, maker, false, false);
    }

    private static Scene ready(String name, Supplier<MoveRecord> maker) {
        return new Scene(name, maker, true, false);
    }

    private static Scene over(String name, Supplier<MoveRecord> maker) {
        return new Scene(name, maker, false, true);
    }

    private static Scene stuck(String name, Supplier<MoveRecord> maker) {
        return scene(name, () -> {
            MoveRecord record = maker.get();
            DroverException e = new DroverException(ErrorCode.OPERATOR_NEEDED, "a disk is full", "make room");
            return record.withError(Problem.of(e.at(record.identity().id(), MoveOrders.stepOf(record))));
        });
    }

    private static MoveRecord orders(MoveRecord record, UnaryOperator<GivenOrders> change) {
        return record.withOrders(change.apply(record.orders()));
    }

    private static GivenOrders paused(GivenOrders orders) {
        return orders.withPaused(true);
    }

    private static GivenOrders drill(GivenOrders orders) {
        return orders.withDrill(true);
    }

    private static MoveRecord at(MoveState state, int step) {
        return in(Moved.request(), state, step);
    }

    private static MoveRecord waiting(MoveRequest.Mode mode) {
        return in(identity(Moved.approvedRequest(), mode), MoveState.READY, MoveSteps.APPROVAL);
    }

    private static MoveRecord cuttingOver(int step) {
        return in(Moved.approvedRequest(), MoveState.CUTTING_OVER, step);
    }

    private static MoveRecord baking(Duration left) {
        return at(MoveState.BAKING, MoveSteps.BAKE).withBakeEndsAt(NOW.plus(left));
    }

    /** Of a shard with another standby, which was left behind. */
    private static MoveRecord lacking(MoveState state, int step, @Nullable Duration left) {
        MoveRecord record = in(Moved.withStandby(Moved.request(), false), state, step);
        return left == null ? record : record.withBakeEndsAt(NOW.plus(left));
    }

    private static MoveRecord back(MoveState state, int step) {
        MoveRecord record = baking(Duration.ofHours(1));
        return record.withBack(walked(MoveSteps.ARM, step)).withState(state).withStep(mark(step));
    }

    private static MoveRecord in(MoveRequest request, MoveState state, int step) {
        return in(identity(request, MoveRequest.Mode.SEALED), state, step);
    }

    private static MoveRecord in(MoveIdentity identity, MoveState state, int step) {
        return MoveRecord.of(identity).withState(state).withStep(mark(step)).withLeg(walked(0, step));
    }

    private static StepMark mark(int step) {
        return new StepMark(step, MoveSteps.nameOf(step), NOW);
    }

    private static MoveIdentity identity(MoveRequest request, MoveRequest.Mode mode) {
        MoveIdentity any = Moved.identity(request, null);
        return new MoveIdentity(
                MoveId.random(),
                request,
                any.instance(),
                any.shards(),
                any.source(),
                any.target(),
                mode,
                NOW,
                null,
                List.of());
    }

    /** All rows before this one are done, and this one has begun; what row 130 begins has begun with it. */
    private static MoveLeg walked(int first, int step) {
        MoveLeg leg = MoveLeg.EMPTY;
        for (MoveStep row : MoveSteps.TABLE) {
            if (row.number() >= first && row.number() < step) {
                leg = leg.finish(row.number());
            }
        }
        leg = leg.begin(step);
        return step == MoveSteps.PROMOTE ? leg.begin(MoveSteps.PUBLISH) : leg;
    }
}
