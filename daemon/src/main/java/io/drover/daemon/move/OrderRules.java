/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Ruling.ACCEPTED;
import static io.drover.daemon.move.Ruling.REPEATED;
import static io.drover.daemon.move.Ruling.refused;

import io.drover.api.ErrorCode;
import java.time.Instant;

/**
 * Which order is accepted where: the only place that says so. {@code docs/calls.md} is the same table for people, and a test walks
 * all of it through REST.
 */
final class OrderRules {
    /** What programs look for: the word alone. The reason names the command. */
    private static final String ROLLBACK_HINT = "rollback";

    private static final String SHOW = "look how far it is: bin/drover show {id}";
    private static final String WAIT = "wait for its end: bin/drover show {id}";
    private static final String RESUME = "mend what its error names, then bin/drover resume {id}";
    private static final String MOVE_BACK =
            "its end is final; another move goes back: bin/drover move {shard} --to {source}";
    private static final String MOVE_AGAIN = "start it anew: bin/drover move {shard} --to {target}";

    private OrderRules() {}

    /** What becomes of an order to a move. */
    static Ruling of(Order order, MoveRecord record, boolean rollbackReady, Instant now) {
        return isGiven(order, record) ? REPEATED : of(order, Standing.of(record, rollbackReady, now));
    }

    /** Orders that leave a mark on the record, which outlasts the standing in which they were given. */
    private static boolean isGiven(Order order, MoveRecord record) {
        return switch (order) {
            case APPROVE -> record.orders().approved();
            case DRILL -> record.orders().drill();
            case PAUSE -> record.orders().paused();
            case ROLLBACK -> record.rollingBack() && record.leg().begun().contains(MoveSteps.PROMOTE);
            case ABORT, COMPLETE, END_BAKE, RESUME -> false;
        };
    }

    static Ruling of(Order order, Standing standing) {
        return switch (order) {
            case APPROVE -> approve(standing);
            case DRILL -> drill(standing);
            case ABORT -> abort(standing);
            case ROLLBACK -> rollback(standing);
            case COMPLETE -> complete(standing);
            case END_BAKE -> endBake(standing);
            case PAUSE -> pause(standing);
            case RESUME -> resume(standing);
        };
    }

    private static Ruling approve(Standing standing) {
        return switch (standing) {
            case READY, WAITING, WAITING_TO_STOP -> ACCEPTED;
            case DRILL_ORDERED, DRILLING, UNDOING_DRILL -> refused("a drill of its cutover goes on", WAIT);
            case UNDER_WAY -> refused("it is not READY yet", "approve it in READY; " + SHOW);
            case COMPLETED -> refused("it has ended, and {target} serves", SHOW);
            case ABORTED, ROLLED_BACK -> refused("it has ended, and {source} serves", MOVE_AGAIN);
            case CUTTING_OVER,
                    COMMITTED,
                    BAKING,
                    BAKING_NOT_READY,
                    BAKED,
                    BAKED_NOT_READY,
                    CLOSING,
                    ROLLING_BACK,
                    ROLLBACK_COMMITTED,
                    UNDOING,
                    UNDOING_ROLLBACK -> refused("it waits for no approval", SHOW);
            case UNDO_STUCK, ROLLBACK_UNDO_STUCK, PROMOTION_STUCK, WAY_BACK_STUCK ->
                refused("it needs a person", RESUME);
        };
    }

    private static Ruling drill(Standing standing) {
        String other = "a shard without a move is drilled with bin/drover drill {shard} --to NODE";
        return switch (standing) {
            case WAITING -> ACCEPTED;
            case DRILL_ORDERED, DRILLING, UNDOING_DRILL -> REPEATED;
            case WAITING_TO_STOP ->
                refused(
                        "modes strict and clean-stop stop the source, which is nothing to practise",
                        "approve it: bin/drover approve {id}");
            case UNDER_WAY ->
                refused("only a move that waits in READY for its approval is drilled", "wait for READY; " + other);
            case READY,
                    CUTTING_OVER,
                    COMMITTED,
                    BAKING,
                    BAKING_NOT_READY,
                    BAKED,
                    BAKED_NOT_READY,
                    CLOSING,
                    ROLLING_BACK,
                    ROLLBACK_COMMITTED,
                    UNDOING,
                    UNDOING_ROLLBACK,
                    COMPLETED,
                    ABORTED,
                    ROLLED_BACK -> refused("only a move that waits in READY for its approval is drilled", other);
            case UNDO_STUCK, ROLLBACK_UNDO_STUCK, PROMOTION_STUCK, WAY_BACK_STUCK ->
                refused("it needs a person", RESUME);
        };
    }

    private static Ruling abort(Standing standing) {
        return switch (standing) {
            case UNDER_WAY,
                    READY,
                    WAITING,
                    WAITING_TO_STOP,
                    DRILL_ORDERED,
                    DRILLING,
                    CUTTING_OVER,
                    ROLLING_BACK,
                    UNDOING_DRILL,
                    UNDO_STUCK,
                    ROLLBACK_UNDO_STUCK -> ACCEPTED;
            case UNDOING, UNDOING_ROLLBACK, ABORTED -> REPEATED;
            case COMMITTED ->
                refused(
                        "the point of no return is passed; the way back is bin/drover rollback {id}, in BAKING",
                        ROLLBACK_HINT);
            case BAKING, BAKING_NOT_READY, BAKED, BAKED_NOT_READY ->
                refused("the point of no return is passed; the way back is bin/drover rollback {id}", ROLLBACK_HINT);
            case CLOSING ->
                refused(
                        "the point of no return is passed, and its completion was ordered",
                        "rollback is refused now, too; another move goes back: bin/drover move {shard} --to {source}");
            case ROLLBACK_COMMITTED ->
                refused("the rollback has passed its point of no return: {source} is to serve", WAIT);
            case PROMOTION_STUCK, WAY_BACK_STUCK ->
                refused(
                        "the point of no return is passed",
                        RESUME + "; a move that bakes then goes back with rollback");
            case COMPLETED ->
                refused(
                        "it has ended, and the rollback is closed",
                        "another move goes back: bin/drover move {shard} --to {source}");
            case ROLLED_BACK -> refused("it has ended, by its rollback", "nothing is left to abort; " + MOVE_AGAIN);
        };
    }

    private static Ruling rollback(Standing standing) {
        return switch (standing) {
            case BAKING, BAKED -> ACCEPTED;
            case BAKING_NOT_READY, BAKED_NOT_READY ->
                refused(
                        ErrorCode.ROLLBACK_NOT_READY,
                        "the replica on {source} does not stream close behind {target}",
                        "wait until rollback.ready is true: bin/drover show {id}; when it does not become so, look at"
                                + " PostgreSQL and the agent on {source}");
            case ROLLING_BACK, ROLLBACK_COMMITTED, ROLLED_BACK -> REPEATED;
            case UNDOING_ROLLBACK ->
                refused(
                        "its rollback is being given up",
                        "order it again once the move is in BAKING: bin/drover show {id}");
            case CLOSING -> refused("its completion was ordered, and the way back is being closed", MOVE_BACK);
            case COMPLETED -> refused("the way back is closed", MOVE_BACK);
            case UNDER_WAY, READY, WAITING, WAITING_TO_STOP, DRILL_ORDERED, DRILLING, CUTTING_OVER, UNDOING_DRILL ->
                refused("{source} serves still", "to give the move up: bin/drover abort {id}");
            case UNDOING -> refused("{source} serves, and everything is being undone", WAIT);
            case ABORTED -> refused("{source} serves, and everything is undone", MOVE_AGAIN);
            case COMMITTED ->
                refused("the way back is not there yet", "wait for BAKING and rollback.ready: bin/drover show {id}");
            case UNDO_STUCK, ROLLBACK_UNDO_STUCK, PROMOTION_STUCK, WAY_BACK_STUCK ->
                refused("it needs a person", RESUME);
        };
    }

    private static Ruling complete(Standing standing) {
        if (standing == Standing.BAKING || standing == Standing.BAKING_NOT_READY) {
            return refused(
                    ErrorCode.BAKE_NOT_OVER,
                    "it bakes until {bake}: the way back would be gone",
                    "to close the way back now: bin/drover complete {id} --end-bake, or endBake in the call");
        }
        if (standing == Standing.WAY_BACK_STUCK) {
            return refused(
                    "the way back is not there: resume, or give it up with endBake",
                    "bin/drover resume {id}, or bin/drover complete {id} --end-bake");
        }
        return endBake(standing);
    }

    private static Ruling endBake(Standing standing) {
        return switch (standing) {
            case BAKING, BAKING_NOT_READY, BAKED, BAKED_NOT_READY, WAY_BACK_STUCK -> ACCEPTED;
            case CLOSING, COMPLETED -> REPEATED;
            case UNDER_WAY,
                    READY,
                    WAITING,
                    WAITING_TO_STOP,
                    DRILL_ORDERED,
                    DRILLING,
                    CUTTING_OVER,
                    COMMITTED,
                    UNDOING_DRILL -> refused("a move is completed in BAKING only", SHOW);
            case ROLLING_BACK, ROLLBACK_COMMITTED, UNDOING_ROLLBACK ->
                refused("it is on its way back", "complete it when it is in BAKING again: bin/drover show {id}");
            case UNDOING -> refused("it is being undone", WAIT);
            case ABORTED, ROLLED_BACK -> refused("it has ended, and {source} serves", MOVE_AGAIN);
            case UNDO_STUCK, ROLLBACK_UNDO_STUCK, PROMOTION_STUCK -> refused("it needs a person", RESUME);
        };
    }

    /** Rows from 75 on are on the way to the fence, or behind it: nothing may keep them. */
    private static Ruling pause(Standing standing) {
        String abort = "to give it up: bin/drover abort {id}";
        return switch (standing) {
            case UNDER_WAY, READY, WAITING, WAITING_TO_STOP, DRILL_ORDERED -> ACCEPTED;
            case DRILLING, CUTTING_OVER, ROLLING_BACK -> refused("a move is paused up to step 70 only", abort);
            case UNDOING_DRILL ->
                refused("the undo of a drill is not held up", "pause it when it is READY again: bin/drover show {id}");
            case UNDOING, UNDOING_ROLLBACK -> refused("an undo is not held up", WAIT);
            case COMMITTED, BAKING, BAKING_NOT_READY, BAKED, BAKED_NOT_READY, CLOSING, ROLLBACK_COMMITTED ->
                refused("a move is paused up to step 70 only", SHOW);
            case UNDO_STUCK, ROLLBACK_UNDO_STUCK, PROMOTION_STUCK, WAY_BACK_STUCK ->
                refused("it stands still until a person acts", RESUME);
            case COMPLETED, ABORTED, ROLLED_BACK -> refused("it has ended", SHOW);
        };
    }

    /** Of a move that is not paused it is no error to say that it may go on. */
    private static Ruling resume(Standing standing) {
        return switch (standing) {
            case UNDER_WAY,
                    READY,
                    WAITING,
                    WAITING_TO_STOP,
                    DRILL_ORDERED,
                    DRILLING,
                    UNDOING_DRILL,
                    UNDO_STUCK,
                    ROLLBACK_UNDO_STUCK,
                    PROMOTION_STUCK,
                    WAY_BACK_STUCK -> ACCEPTED;
            case CUTTING_OVER,
                    COMMITTED,
                    BAKING,
                    BAKING_NOT_READY,
                    BAKED,
                    BAKED_NOT_READY,
                    CLOSING,
                    ROLLING_BACK,
                    ROLLBACK_COMMITTED -> REPEATED;
            case UNDOING, UNDOING_ROLLBACK -> refused("it is being undone, which nothing holds up", WAIT);
            case COMPLETED, ABORTED, ROLLED_BACK -> refused("it has ended", SHOW);
        };
    }
}
