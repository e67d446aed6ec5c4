/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a person's order makes of a record: pure decisions, so that a refusal changes nothing and a repeat of an accepted order
 * is no change. Whether it is accepted is for {@link OrderRules} to say.
 */
final class MoveOrders {
    /** Its line of the history, from which is known since when a move is paused. */
    static final String PAUSED = "paused by a person";

    private final Clock clock;

    MoveOrders(Clock clock) {
        this.clock = clock;
    }

    /** An order, with all that it depends on but the record. */
    interface Decision {
        Change on(MoveRecord record);
    }

    /** The record that follows, and the line of history, or null when nothing changes. */
    record Change(MoveRecord record, @Nullable String event) {
        static Change none(MoveRecord record) {
            return new Change(record, null);
        }

        boolean changes() {
            return event != null;
        }
    }

    Change approve(MoveRecord record) {
        return decide(
                Order.APPROVE,
                record,
                () -> new Change(record.withOrders(record.orders().withApproved()), "approved by a person"));
    }

    /** Rehearses the cutover of a move that waits for its approval, which goes on waiting afterwards. */
    Change drill(MoveRecord record) {
        return decide(
                Order.DRILL,
                record,
                () -> new Change(
                        record.withOrders(record.orders().withDrill(true)).withDrill(null),
                        "drill ordered by a person"));
    }

    /** Undoes the whole move, also one of which only a drill was being undone, or whose undo needed a person. */
    Change abort(MoveRecord record) {
        return decide(Order.ABORT, record, () -> {
            DroverException e = new DroverException(
                    ErrorCode.ABORTED_BY_OPERATOR,
                    record.rollingBack()
                            ? "a person gave up the rollback at step " + stepOf(record) + ": "
                                    + record.identity().target().node()
                                    + " goes on to serve, and the move to bake"
                            : "a person aborted the move at step " + stepOf(record));
            return new Change(
                    record.withState(MoveState.ABORTING)
                            .withOrders(record.orders().withDrill(false))
                            .withUndoneFor(null)
                            .withError(Problem.of(e.at(record.identity().id(), stepOf(record)))),
                    "aborted by a person");
        });
    }

    Change rollback(MoveRecord record, boolean ready) {
        return rollback(record, ready, Map.of(), "");
    }

    /**
     * Goes back.
     *
     * @param missing the standbys that the shard has not now, each with the reason
     * @param accepted why a person lets them be left behind; blank when nobody does
     */
    Change rollback(MoveRecord record, boolean ready, Map<NodeId, String> missing, String accepted) {
        return decide(Order.ROLLBACK, record, ready, () -> {
            MoveRecord back = record.withBack(MoveLeg.EMPTY)
                    .withState(MoveState.ROLLING_BACK)
                    .withError(null);
            String event = "rollback ordered by a person";
            if (missing.isEmpty()) {
                return new Change(back, event);
            }
            if (accepted.isBlank()) {
                throw standbysMissing(record, missing, "rolled back", "rollback");
            }
            return new Change(
                    back.withOrders(record.orders().withStandbysWaived(accepted)),
                    event + ", without the standbys " + missing + ": " + accepted);
        });
    }

    private static DroverException standbysMissing(
            MoveRecord record, Map<NodeId, String> missing, String done, String order) {
        NodeId primary = record.to().node();
        return new DroverException(
                ErrorCode.STANDBYS_MISSING,
                "move " + record.identity().id() + " is not " + done + ": shard "
                        + record.identity().request().shard()
                        + " would have fewer streaming standbys than before. Missing on " + primary + ": " + missing,
                "mend the standby on " + missing.keySet() + " until it streams from " + primary
                        + "; or give it up: bin/drover " + order + " "
                        + record.identity().id()
                        + " --waive P41-standbys=REASON, or waive in the call");
    }

    Change complete(MoveRecord record, boolean endBake) {
        return complete(record, endBake, Map.of(), "");
    }

    /**
     * Closes the way back.
     *
     * @param missing the standbys that the shard had before and has not now, each with the reason
     * @param accepted why a person takes that upon themselves; blank when nobody does
     */
    Change complete(MoveRecord record, boolean endBake, Map<NodeId, String> missing, String accepted) {
        return decide(
                endBake ? Order.END_BAKE : Order.COMPLETE,
                record,
                () -> withoutStandbys(
                        record.state() == MoveState.NEEDS_OPERATOR
                                ? giveUpWayBack(record)
                                : new Change(
                                        // what has kept an earlier rollback from its end is settled by this
                                        record.withOrders(record.orders().withComplete())
                                                .withError(null),
                                        "completion ordered by a person"),
                        missing,
                        accepted));
    }

    /** Nobody loses a standby by moving, unless they say so. */
    private static Change withoutStandbys(Change change, Map<NodeId, String> missing, String accepted) {
        if (missing.isEmpty()) {
            return change;
        }
        MoveRecord record = change.record();
        if (accepted.isBlank()) {
            throw standbysMissing(record, missing, "completed", "complete");
        }
        return new Change(
                record.withOrders(record.orders().withStandbysGivenUp(List.copyOf(missing.keySet()))),
                change.event() + ", without the standbys " + missing + ": " + accepted);
    }

    /** Without this a move whose old primary must not rejoin would hold its instance for ever. */
    private static Change giveUpWayBack(MoveRecord record) {
        MoveLeg leg = record.leg().finish(MoveSteps.REVERSE);
        return new Change(
                record.withLeg(record.rollingBack() ? leg : leg.finish(MoveSteps.BAKE))
                        .withState(record.rollingBack() ? MoveState.ROLLING_BACK : MoveState.REVERSING)
                        .withOrders(record.orders().withOldPrimaryGivenUp())
                        .withError(null),
                "the way back is given up by a person");
    }

    Change pause(MoveRecord record) {
        return decide(
                Order.PAUSE,
                record,
                () -> new Change(record.withOrders(record.orders().withPaused(true)), PAUSED));
    }

    /** Lets a paused move go on; tries again what left a move in NEEDS_OPERATOR. */
    Change resume(MoveRecord record) {
        return decide(Order.RESUME, record, () -> {
            if (record.state() == MoveState.NEEDS_OPERATOR) {
                return new Change(
                        record.withState(stateToResume(record))
                                // of a move that is undone it stays known why
                                .withError(record.undoneFor())
                                .withUndoneFor(null),
                        "resumed by a person");
            }
            return record.orders().paused()
                    ? new Change(record.withOrders(record.orders().withPaused(false)), "resumed by a person")
                    : Change.none(record);
        });
    }

    private static MoveState stateToResume(MoveRecord record) {
        if (!record.leg().begun().contains(MoveSteps.PROMOTE)) {
            return MoveState.ABORTING;
        }
        // row 180 has the state of its end, which is not reached before it has run
        return record.rollingBack()
                ? MoveState.ROLLING_BACK
                : MoveSteps.next(record, Set.of())
                        .map(MoveStep::state)
                        .filter(state -> !state.isFinal())
                        .orElse(MoveState.BAKING);
    }

    private Change decide(Order order, MoveRecord record, Supplier<Change> change) {
        return decide(order, record, false, change);
    }

    private Change decide(Order order, MoveRecord record, boolean rollbackReady, Supplier<Change> change) {
        Ruling ruling = OrderRules.of(order, record, rollbackReady, clock.instant());
        ruling.refusal(record, order).ifPresent(refusal -> {
            throw refusal;
        });
        return ruling.equals(Ruling.REPEATED) ? Change.none(record) : change.get();
    }

    static int stepOf(MoveRecord record) {
        StepMark mark = record.step();
        return mark == null ? MoveSteps.TABLE.get(0).number() : mark.number();
    }
}
