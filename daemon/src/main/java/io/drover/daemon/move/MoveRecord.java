/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.Drill;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import io.drover.api.Move.Cutover;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology.Endpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
 * @param historyCount number of the newest line of the history
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record MoveRecord(
        Identity identity,
        MoveState state,
        @Nullable StepMark step,
        Orders orders,
        Leg forward,
        @Nullable Leg back,
        @Nullable Instant bakeEndsAt,
        @Nullable Problem error,
        @Nullable Drill drill,
        long historyCount) {

    /** What never changes. */
    record Identity(
            MoveId id,
            MoveRequest request,
            InstanceId instance,
            List<ShardId> shards,
            Endpoint source,
            Endpoint target,
            MoveRequest.Mode mode,
            Instant createdAt,
            @Nullable Instant deadlineAt) {}

    /** The current row and since when. */
    record StepMark(int number, String name, Instant since) {}

    /**
     * What people have asked for.
     *
     * @param oldPrimaryGivenUp the move may end without the old primary, whatever becomes of that
     * @param drill a drill of the cutover, after which the move waits for its approval again
     */
    record Orders(boolean paused, boolean approved, boolean complete, boolean oldPrimaryGivenUp, Boolean drill) {
        static final Orders NONE = new Orders(false, false, false, false, false);

        Orders {
            // absent in a record that an older version wrote
            drill = drill != null && drill;
        }

        Orders withPaused(boolean now) {
            return new Orders(now, approved, complete, oldPrimaryGivenUp, drill);
        }

        Orders withApproved() {
            return new Orders(paused, true, complete, oldPrimaryGivenUp, drill);
        }

        Orders withComplete() {
            return new Orders(false, approved, true, oldPrimaryGivenUp, drill);
        }

        Orders withOldPrimaryGivenUp() {
            return new Orders(false, approved, true, true, drill);
        }

        Orders withDrill(boolean now) {
            return new Orders(paused, approved, complete, oldPrimaryGivenUp, now);
        }
    }

    /**
     * One way over.
     *
     * @param begun rows whose intent is recorded and that are not undone, in order
     * @param done rows whose result is recorded
     * @param timeline the source's timeline before the switch
     * @param finalLsn the end of the source's WAL, which the target must have replayed
     * @param fork where the new timeline leaves the old one
     * @param fencedEpoch the highest FENCED epoch of the instance's shards
     * @param cutover the switch as people see it
     */
    record Leg(
            List<Integer> begun,
            List<Integer> done,
            @Nullable Integer timeline,
            @Nullable Lsn finalLsn,
            @Nullable Lsn fork,
            @Nullable FenceEpoch fencedEpoch,
            @Nullable Cutover cutover) {
        static final Leg EMPTY = new Leg(List.of(), List.of(), null, null, null, null, null);

        Leg begin(int number) {
            return new Leg(with(begun, number), done, timeline, finalLsn, fork, fencedEpoch, cutover);
        }

        Leg finish(int number) {
            return new Leg(with(begun, number), with(done, number), timeline, finalLsn, fork, fencedEpoch, cutover);
        }

        Leg undone(int number) {
            return new Leg(
                    without(begun, number), without(done, number), timeline, finalLsn, fork, fencedEpoch, cutover);
        }

        Leg fenced(FenceEpoch epoch, Cutover started) {
            return new Leg(begun, done, timeline, finalLsn, fork, epoch, started);
        }

        Leg sealed(int sourceTimeline, Lsn end) {
            return new Leg(begun, done, sourceTimeline, end, fork, fencedEpoch, cutover);
        }

        Leg forked(Lsn at) {
            return new Leg(begun, done, timeline, finalLsn, at, fencedEpoch, cutover);
        }

        Leg withCutover(Cutover now) {
            return new Leg(begun, done, timeline, finalLsn, fork, fencedEpoch, now);
        }

        /** After a drill: nothing was cut over. */
        Leg withoutCutover() {
            return new Leg(begun, done, timeline, finalLsn, fork, fencedEpoch, null);
        }

        private static List<Integer> with(List<Integer> numbers, int number) {
            if (numbers.contains(number)) {
                return numbers;
            }
            List<Integer> more = new ArrayList<>(numbers);
            more.add(number);
            return List.copyOf(more);
        }

        private static List<Integer> without(List<Integer> numbers, int number) {
            return numbers.stream().filter(other -> other != number).toList();
        }
    }

    /** A new move. Its locks come into being with it, so the row that frees them has begun before any row has run. */
    static MoveRecord of(Identity identity) {
        Leg reserved = Leg.EMPTY.begin(MoveSteps.RESERVE);
        return new MoveRecord(identity, MoveState.PREPARING, null, Orders.NONE, reserved, null, null, null, null, 0);
    }

    boolean rollingBack() {
        return back != null;
    }

    /** Whether the way ends before the point of no return, on plan. */
    boolean drilling() {
        return !rollingBack() && (identity.request().drill() || orders.drill());
    }

    /** The way that the move is on. */
    Leg leg() {
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
        return new MoveRecord(identity, next, step, orders, forward, back, bakeEndsAt, error, drill, historyCount);
    }

    MoveRecord withStep(@Nullable StepMark mark) {
        return new MoveRecord(identity, state, mark, orders, forward, back, bakeEndsAt, error, drill, historyCount);
    }

    MoveRecord withOrders(Orders next) {
        return new MoveRecord(identity, state, step, next, forward, back, bakeEndsAt, error, drill, historyCount);
    }

    /** Replaces the way that the move is on. */
    MoveRecord withLeg(Leg next) {
        return rollingBack()
                ? new MoveRecord(identity, state, step, orders, forward, next, bakeEndsAt, error, drill, historyCount)
                : new MoveRecord(identity, state, step, orders, next, null, bakeEndsAt, error, drill, historyCount);
    }

    MoveRecord withBack(@Nullable Leg next) {
        return new MoveRecord(identity, state, step, orders, forward, next, bakeEndsAt, error, drill, historyCount);
    }

    MoveRecord withBakeEndsAt(Instant end) {
        return new MoveRecord(identity, state, step, orders, forward, back, end, error, drill, historyCount);
    }

    MoveRecord withError(@Nullable Problem next) {
        return new MoveRecord(identity, state, step, orders, forward, back, bakeEndsAt, next, drill, historyCount);
    }

    MoveRecord withDrill(@Nullable Drill next) {
        return new MoveRecord(identity, state, step, orders, forward, back, bakeEndsAt, error, next, historyCount);
    }

    MoveRecord withHistoryCount(long count) {
        return new MoveRecord(identity, state, step, orders, forward, back, bakeEndsAt, error, drill, count);
    }
}
