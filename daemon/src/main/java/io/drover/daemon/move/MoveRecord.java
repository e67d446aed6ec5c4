/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.Drill;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import io.drover.api.ShardTopology.Endpoint;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored about a move. Progress and lag are not: they are asked for when somebody wants to know.
 *
 * @param identity what never changes
 * @param step the current row
 * @param orders what people have asked for
 * @param forward the way to the target
 * @param back the way back, once a rollback has been accepted
 * @param bakeEndsAt end of the bake, once the shard serves on the target
 * @param error why the move ended, or what keeps it
 * @param drill what the last drill has shown
 * @param undoneFor why the move is undone, while its error says why it could not be
 * @param historyCount number of the newest line of the history
 * @param starter who asked for it; null when callers are not told from each other, and in a record that an older version wrote
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record MoveRecord(
        MoveIdentity identity,
        MoveState state,
        @Nullable StepMark step,
        GivenOrders orders,
        MoveLeg forward,
        @Nullable MoveLeg back,
        @Nullable Instant bakeEndsAt,
        @Nullable Problem error,
        @Nullable Drill drill,
        @Nullable Problem undoneFor,
        long historyCount,
        @Nullable String starter) {
    MoveRecord {
        requireNonNull(identity, "identity is null");
        requireNonNull(state, "state is null");
        requireNonNull(orders, "orders is null");
        requireNonNull(forward, "forward is null");
    }

    /** A new move. Its locks come into being with it, so the row that frees them has begun before any row has run. */
    static MoveRecord of(MoveIdentity identity) {
        MoveLeg reserved = MoveLeg.EMPTY.begin(MoveSteps.RESERVE);
        return new MoveRecord(
                identity, MoveState.PREPARING, null, GivenOrders.NONE, reserved, null, null, null, null, null, 0, null);
    }

    MoveRecord startedBy(@Nullable String name) {
        return new MoveRecord(
                identity, state, step, orders, forward, back, bakeEndsAt, error, drill, undoneFor, historyCount, name);
    }

    boolean rollingBack() {
        return back != null;
    }

    /** Whether the way ends before the point of no return, on plan. */
    boolean drilling() {
        return !rollingBack() && (identity.request().drill() || orders.drill());
    }

    /** The way that the move is on. */
    MoveLeg leg() {
        return back == null ? forward : back;
    }

    /** The node that gives the shard away on the current way. */
    Endpoint from() {
        return rollingBack() ? identity.target() : identity.source();
    }

    /** The node that takes the shard on the current way. */
    Endpoint to() {
        return rollingBack() ? identity.source() : identity.target();
    }

    /** The slot that holds WAL for the copy on {@link #to()}. */
    String streamingSlot() {
        return rollingBack() ? identity.id().rollbackSlotName() : identity.id().slotName();
    }

    /** application_name of every copy that streams for this move. */
    String applicationName() {
        return identity.id().slotName();
    }

    MoveRecord withState(MoveState next) {
        return new MoveRecord(
                identity,
                next,
                step,
                orders,
                forward,
                back,
                bakeEndsAt,
                error,
                drill,
                undoneFor,
                historyCount,
                starter);
    }

    MoveRecord withStep(@Nullable StepMark mark) {
        return new MoveRecord(
                identity,
                state,
                mark,
                orders,
                forward,
                back,
                bakeEndsAt,
                error,
                drill,
                undoneFor,
                historyCount,
                starter);
    }

    MoveRecord withOrders(GivenOrders next) {
        return new MoveRecord(
                identity, state, step, next, forward, back, bakeEndsAt, error, drill, undoneFor, historyCount, starter);
    }

    /** Replaces the way that the move is on. */
    MoveRecord withLeg(MoveLeg next) {
        return rollingBack()
                ? new MoveRecord(
                        identity,
                        state,
                        step,
                        orders,
                        forward,
                        next,
                        bakeEndsAt,
                        error,
                        drill,
                        undoneFor,
                        historyCount,
                        starter)
                : new MoveRecord(
                        identity,
                        state,
                        step,
                        orders,
                        next,
                        null,
                        bakeEndsAt,
                        error,
                        drill,
                        undoneFor,
                        historyCount,
                        starter);
    }

    MoveRecord withBack(@Nullable MoveLeg next) {
        return new MoveRecord(
                identity,
                state,
                step,
                orders,
                forward,
                next,
                bakeEndsAt,
                error,
                drill,
                undoneFor,
                historyCount,
                starter);
    }

    MoveRecord withBakeEndsAt(Instant end) {
        return new MoveRecord(
                identity, state, step, orders, forward, back, end, error, drill, undoneFor, historyCount, starter);
    }

    MoveRecord withError(@Nullable Problem next) {
        return new MoveRecord(
                identity,
                state,
                step,
                orders,
                forward,
                back,
                bakeEndsAt,
                next,
                drill,
                undoneFor,
                historyCount,
                starter);
    }

    MoveRecord withDrill(@Nullable Drill next) {
        return new MoveRecord(
                identity,
                state,
                step,
                orders,
                forward,
                back,
                bakeEndsAt,
                error,
                next,
                undoneFor,
                historyCount,
                starter);
    }

    MoveRecord withUndoneFor(@Nullable Problem next) {
        return new MoveRecord(
                identity, state, step, orders, forward, back, bakeEndsAt, error, drill, next, historyCount, starter);
    }

    MoveRecord withHistoryCount(long count) {
        return new MoveRecord(
                identity, state, step, orders, forward, back, bakeEndsAt, error, drill, undoneFor, count, starter);
    }
}
