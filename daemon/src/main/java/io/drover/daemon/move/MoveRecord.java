/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.Drill;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import io.drover.api.Move.Cutover;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.PausePrediction;
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
 * @param undoneFor why the move is undone, while its error says why it could not be
 * @param historyCount number of the newest line of the history
 * @param starter who asked for it; null when callers are not told from each other, and in a record that an older version wrote
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
        @Nullable Problem undoneFor,
        long historyCount,
        @Nullable String starter) {
    MoveRecord {
        requireNonNull(identity, "identity is null");
        requireNonNull(state, "state is null");
        requireNonNull(orders, "orders is null");
        requireNonNull(forward, "forward is null");
    }

    /**
     * What never changes.
     *
     * @param mode how the source is stopped; auto only until the first preflight has chosen, before anything is stored
     * @param standbys the instance's standbys besides source and target, which follow it through the switch
     * @param table number of the move table that it walks from its beginning to its end, whoever leads
     */
    record Identity(
            MoveId id,
            MoveRequest request,
            InstanceId instance,
            List<ShardId> shards,
            Endpoint source,
            Endpoint target,
            MoveRequest.Mode mode,
            Instant createdAt,
            @Nullable Instant deadlineAt,
            List<Standby> standbys,
            Integer table) {
        Identity {
            requireNonNull(id, "id is null");
            requireNonNull(request, "request is null");
            requireNonNull(instance, "instance is null");
            requireNonNull(source, "source is null");
            requireNonNull(target, "target is null");
            requireNonNull(createdAt, "createdAt is null");
            shards = List.copyOf(requireNonNull(shards, "shards is null"));
            // absent in a record that an older version wrote
            standbys = standbys == null ? List.of() : List.copyOf(standbys);
            table = table == null ? Integer.valueOf(MoveSteps.FIRST_TABLE) : table;
        }

        /** One that begins now. */
        Identity(
                MoveId id,
                MoveRequest request,
                InstanceId instance,
                List<ShardId> shards,
                Endpoint source,
                Endpoint target,
                MoveRequest.Mode mode,
                Instant createdAt,
                @Nullable Instant deadlineAt,
                List<Standby> standbys) {
            this(
                    id,
                    request,
                    instance,
                    shards,
                    source,
                    target,
                    mode,
                    createdAt,
                    deadlineAt,
                    standbys,
                    MoveSteps.NEWEST_TABLE);
        }

        Identity withMode(MoveRequest.Mode chosen) {
            return new Identity(
                    id, request, instance, shards, source, target, chosen, createdAt, deadlineAt, standbys, table);
        }

        /** The slot from which a standby streams that follows the move's target. */
        String slotOf(NodeId standby) {
            int number = 1;
            for (Standby each : standbys) {
                if (each.node().equals(standby)) {
                    return id.standbySlotName(number);
                }
                number++;
            }
            throw new IllegalArgumentException("BUG: no standby on " + standby);
        }
    }

    /**
     * Another standby of the instance.
     *
     * @param made whether the move makes it
     */
    record Standby(Endpoint endpoint, boolean made) {
        NodeId node() {
            return endpoint.node();
        }
    }

    /**
     * What was found before the other standbys were led away from the source, and is needed to bring it back or to keep it.
     *
     * @param synchronousNames the source's synchronous_standby_names; empty when no commit waits
     */
    record Neighbours(String synchronousNames, List<Follower> followers) {}

    /**
     * A standby that follows.
     *
     * @param formerSlot the slot on the source from which it streamed, or null when it had none
     */
    record Follower(
            NodeId node, String applicationName, @Nullable String formerSlot) {}

    /** The current row and since when. */
    record StepMark(int number, String name, Instant since) {}

    /**
     * What people have asked for.
     *
     * @param oldPrimaryGivenUp the move may end without the old primary, whatever becomes of that
     * @param drill a drill of the cutover, after which the move waits for its approval again
     * @param standbysGivenUp nodes whose standby does not follow, without which the move may end
     * @param standbysWaived why a person lets the rollback leave standbys behind that do not stream, or null when nobody does
     */
    record Orders(
            boolean paused,
            boolean approved,
            boolean complete,
            boolean oldPrimaryGivenUp,
            Boolean drill,
            List<NodeId> standbysGivenUp,
            @Nullable String standbysWaived) {
        static final Orders NONE = new Orders(false, false, false, false, false, List.of(), null);

        Orders {
            // absent in a record that an older version wrote
            drill = drill != null && drill;
            standbysGivenUp = standbysGivenUp == null ? List.of() : List.copyOf(standbysGivenUp);
        }

        Orders withPaused(boolean now) {
            return new Orders(now, approved, complete, oldPrimaryGivenUp, drill, standbysGivenUp, standbysWaived);
        }

        Orders withApproved() {
            return new Orders(paused, true, complete, oldPrimaryGivenUp, drill, standbysGivenUp, standbysWaived);
        }

        Orders withComplete() {
            return new Orders(false, approved, true, oldPrimaryGivenUp, drill, standbysGivenUp, standbysWaived);
        }

        Orders withOldPrimaryGivenUp() {
            return new Orders(false, approved, true, true, drill, standbysGivenUp, standbysWaived);
        }

        Orders withStandbysGivenUp(List<NodeId> nodes) {
            return new Orders(paused, approved, complete, oldPrimaryGivenUp, drill, nodes, standbysWaived);
        }

        Orders withDrill(boolean now) {
            return new Orders(paused, approved, complete, oldPrimaryGivenUp, now, standbysGivenUp, standbysWaived);
        }

        /** For the rollback that begins. */
        Orders withStandbysWaived(String reason) {
            return new Orders(paused, approved, complete, oldPrimaryGivenUp, drill, standbysGivenUp, reason);
        }

        /** After a rollback that was given up: what it would have left behind is there still. */
        Orders withStandbysKept() {
            return new Orders(paused, approved, complete, oldPrimaryGivenUp, drill, List.of(), null);
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
     * @param prediction how long the pause was told to be, before the fence
     * @param cutover the switch as people see it
     * @param neighbours the other standbys, once row 78 has looked at them
     */
    record Leg(
            List<Integer> begun,
            List<Integer> done,
            @Nullable Integer timeline,
            @Nullable Lsn finalLsn,
            @Nullable Lsn fork,
            @Nullable FenceEpoch fencedEpoch,
            @Nullable PausePrediction prediction,
            @Nullable Cutover cutover,
            @Nullable Neighbours neighbours) {
        static final Leg EMPTY = new Leg(List.of(), List.of(), null, null, null, null, null, null, null);

        Leg begin(int number) {
            return new Leg(
                    with(begun, number), done, timeline, finalLsn, fork, fencedEpoch, prediction, cutover, neighbours);
        }

        Leg finish(int number) {
            return new Leg(
                    with(begun, number),
                    with(done, number),
                    timeline,
                    finalLsn,
                    fork,
                    fencedEpoch,
                    prediction,
                    cutover,
                    neighbours);
        }

        Leg undone(int number) {
            return new Leg(
                    without(begun, number),
                    without(done, number),
                    timeline,
                    finalLsn,
                    fork,
                    fencedEpoch,
                    prediction,
                    cutover,
                    number == MoveSteps.FOLLOW ? null : neighbours);
        }

        /** The row has to be done once more. */
        Leg again(int number) {
            return new Leg(
                    begun,
                    without(done, number),
                    timeline,
                    finalLsn,
                    fork,
                    fencedEpoch,
                    prediction,
                    cutover,
                    neighbours);
        }

        Leg withNeighbours(Neighbours found) {
            return new Leg(begun, done, timeline, finalLsn, fork, fencedEpoch, prediction, cutover, found);
        }

        Leg predicted(PausePrediction told) {
            return new Leg(begun, done, timeline, finalLsn, fork, fencedEpoch, told, cutover, neighbours);
        }

        Leg fenced(FenceEpoch epoch, Cutover started) {
            return new Leg(begun, done, timeline, finalLsn, fork, epoch, prediction, started, neighbours);
        }

        Leg sealed(int sourceTimeline, Lsn end) {
            return new Leg(begun, done, sourceTimeline, end, fork, fencedEpoch, prediction, cutover, neighbours);
        }

        Leg forked(Lsn at) {
            return new Leg(begun, done, timeline, finalLsn, at, fencedEpoch, prediction, cutover, neighbours);
        }

        Leg withCutover(Cutover now) {
            return new Leg(begun, done, timeline, finalLsn, fork, fencedEpoch, prediction, now, neighbours);
        }

        /** After a drill: nothing was cut over. */
        Leg withoutCutover() {
            return new Leg(begun, done, timeline, finalLsn, fork, fencedEpoch, prediction, null, neighbours);
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
        return new MoveRecord(
                identity, MoveState.PREPARING, null, Orders.NONE, reserved, null, null, null, null, null, 0, null);
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

    MoveRecord withOrders(Orders next) {
        return new MoveRecord(
                identity, state, step, next, forward, back, bakeEndsAt, error, drill, undoneFor, historyCount, starter);
    }

    /** Replaces the way that the move is on. */
    MoveRecord withLeg(Leg next) {
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

    MoveRecord withBack(@Nullable Leg next) {
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
