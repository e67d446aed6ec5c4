/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a person's order makes of a record: pure decisions, so that a refusal changes nothing and a repeat of an accepted order
 * is no change.
 */
final class MoveOrders {
    private static final int LAST_PAUSABLE = 70;

    private final Clock clock;

    MoveOrders(Clock clock) {
        this.clock = clock;
    }

    /** An order. */
    interface Order {
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
        if (record.orders().approved()) {
            return Change.none(record);
        }
        if (record.state() != MoveState.READY) {
            throw refused(
                    record, "approve", "a move is approved in READY only", "look how far it is: bin/drover show ID");
        }
        if (record.orders().drill()) {
            throw refused(record, "approve", "a drill of its cutover goes on", "wait for its end: bin/drover show ID");
        }
        return new Change(record.withOrders(record.orders().withApproved()), "approved by a person");
    }

    /** Rehearses the cutover of a move that waits for its approval, which goes on waiting afterwards. */
    Change drill(MoveRecord record) {
        if (record.orders().drill()) {
            return Change.none(record);
        }
        boolean waits = record.identity().request().cutover() == MoveRequest.Cutover.APPROVE
                && !record.identity().request().drill()
                && record.identity().mode() != MoveRequest.Mode.STRICT
                && !record.orders().approved();
        if (record.state() != MoveState.READY || !waits) {
            throw refused(
                    record,
                    "drill",
                    "a move is drilled while it waits in READY for its approval only, and not in mode strict",
                    "a shard without a move is drilled with bin/drover drill SHARD --to NODE");
        }
        return new Change(
                record.withOrders(record.orders().withDrill(true)).withDrill(null), "drill ordered by a person");
    }

    Change abort(MoveRecord record) {
        boolean undone =
                record.state() == MoveState.ABORTING && !record.orders().drill();
        if (undone || record.state() == MoveState.ABORTED) {
            return Change.none(record);
        }
        if (record.state().isFinal()) {
            throw refused(
                    record, "abort", "it has ended", "nothing is left to abort; start another move to move the shard");
        }
        if (record.leg().begun().contains(MoveSteps.PROMOTE)) {
            throw refused(
                    record,
                    "abort",
                    "the point of no return is passed: use rollback once the move is in BAKING",
                    "rollback");
        }
        DroverException e = new DroverException(ErrorCode.ABORTED_BY_OPERATOR, "a person aborted the move");
        return new Change(
                record.withState(MoveState.ABORTING)
                        .withOrders(record.orders().withDrill(false))
                        .withError(Problem.of(e.at(record.identity().id(), stepOf(record)))),
                "aborted by a person");
    }

    Change rollback(MoveRecord record, boolean ready) {
        if (record.rollingBack()) {
            return Change.none(record);
        }
        if (record.state() != MoveState.BAKING) {
            throw refused(
                    record,
                    "rollback",
                    "a move is rolled back in BAKING only",
                    "before its point of no return it is aborted: bin/drover abort ID; after its end another move goes back");
        }
        if (record.orders().complete()) {
            throw refused(
                    record,
                    "rollback",
                    "its completion was ordered, and the way back is being closed",
                    "start another move to go back");
        }
        if (!ready) {
            throw new DroverException(
                    ErrorCode.ROLLBACK_NOT_READY,
                    "move " + record.identity().id() + " cannot go back now: the replica on "
                            + record.identity().source().node() + " does not stream close behind",
                    "wait until rollback.ready is true, and look at that node when it does not become so");
        }
        return new Change(
                record.withBack(MoveRecord.Leg.EMPTY)
                        .withState(MoveState.ROLLING_BACK)
                        .withError(null),
                "rollback ordered by a person");
    }

    Change complete(MoveRecord record, boolean endBake) {
        if (wayBackIsStuck(record)) {
            return giveUpWayBack(record, endBake);
        }
        if (record.orders().complete() || record.state() == MoveState.COMPLETED) {
            return Change.none(record);
        }
        if (record.state() != MoveState.BAKING) {
            throw refused(
                    record, "complete", "a move is completed in BAKING only", "look how far it is: bin/drover show ID");
        }
        Instant end = record.bakeEndsAt();
        if (!endBake && (end == null || clock.instant().isBefore(end))) {
            throw new DroverException(
                    ErrorCode.BAKE_NOT_OVER,
                    "move " + record.identity().id() + " bakes until " + end + ": the way back would be gone",
                    "to close the way back now: bin/drover complete ID --end-bake, or endBake in the call");
        }
        return new Change(record.withOrders(record.orders().withComplete()), "completion ordered by a person");
    }

    /** The new primary serves, and what is left to do on the old one needs a person. */
    private static boolean wayBackIsStuck(MoveRecord record) {
        return record.state() == MoveState.NEEDS_OPERATOR && record.leg().done().contains(MoveSteps.PUBLISH);
    }

    /** Without this a move whose old primary must not rejoin would hold its instance for ever. */
    private static Change giveUpWayBack(MoveRecord record, boolean endBake) {
        if (!endBake) {
            throw refused(
                    record,
                    "complete",
                    "the way back is not there yet: resume, or give it up with endBake",
                    "bin/drover resume ID, or bin/drover complete ID --end-bake");
        }
        MoveRecord.Leg leg = record.leg().finish(MoveSteps.REVERSE);
        return new Change(
                record.withLeg(record.rollingBack() ? leg : leg.finish(MoveSteps.BAKE))
                        .withState(record.rollingBack() ? MoveState.ROLLING_BACK : MoveState.REVERSING)
                        .withOrders(record.orders().withOldPrimaryGivenUp())
                        .withError(null),
                "the way back is given up by a person");
    }

    Change pause(MoveRecord record) {
        if (record.orders().paused()) {
            return Change.none(record);
        }
        if (record.state().isFinal()
                || record.state() == MoveState.ABORTING
                || record.rollingBack()
                || stepOf(record) > LAST_PAUSABLE) {
            throw refused(
                    record,
                    "pause",
                    "a move is paused up to step " + LAST_PAUSABLE + " only",
                    "let it go on, or abort it before its point of no return: bin/drover abort ID");
        }
        return new Change(record.withOrders(record.orders().withPaused(true)), "paused by a person");
    }

    /** Lets a paused move go on; tries again what left a move in NEEDS_OPERATOR. */
    Change resume(MoveRecord record) {
        if (record.state() == MoveState.NEEDS_OPERATOR) {
            return new Change(record.withState(stateToResume(record)).withError(null), "resumed by a person");
        }
        if (record.state().isFinal() || record.state() == MoveState.ABORTING) {
            throw refused(record, "resume", "it is not paused", "look how far it is: bin/drover show ID");
        }
        return record.orders().paused()
                ? new Change(record.withOrders(record.orders().withPaused(false)), "resumed by a person")
                : Change.none(record);
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

    static int stepOf(MoveRecord record) {
        MoveRecord.StepMark mark = record.step();
        return mark == null ? MoveSteps.TABLE.get(0).number() : mark.number();
    }

    private static DroverException refused(MoveRecord record, String order, String why, String hint) {
        return new DroverException(
                ErrorCode.STATE_CONFLICT,
                "move " + record.identity().id() + " is in " + record.state() + " at step " + stepOf(record) + ": "
                        + order + " is refused, " + why,
                hint.replace("ID", record.identity().id().value()));
    }

    /** The modes that this version carries out. */
    static MoveRequest.Mode effective(MoveRequest.Mode asked) {
        return asked == MoveRequest.Mode.AUTO ? MoveRequest.Mode.SEALED : asked;
    }
}
