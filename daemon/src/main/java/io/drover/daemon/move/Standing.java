/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.MoveRequest;
import java.time.Instant;

/** Where a move stands, as far as people's orders go: finer than its state. {@link OrderRules} has an answer for each. */
enum Standing {
    /** Before READY. */
    UNDER_WAY,
    /** READY, and goes on: no approval is asked for, or it was given. */
    READY,
    /** READY, waits for its approval. */
    WAITING,
    /** The same in a mode that stops the source, which is not drilled. */
    WAITING_TO_STOP,
    /** A move that waits for its approval will begin a drill. */
    DRILL_ORDERED,
    /** A move that waits for its approval is in its drill. */
    DRILLING,
    /** Up to row 130; also a drill that is a move of its own. */
    CUTTING_OVER,
    /** Behind the point of no return, before the bake. */
    COMMITTED,
    /** The bake runs, the way back is open. */
    BAKING,
    /** The bake runs, the way back is not open now. */
    BAKING_NOT_READY,
    /** The bake is over, the way back is open still. */
    BAKED,
    /** The bake is over, the way back is not open now. */
    BAKED_NOT_READY,
    /** Completion was ordered. */
    CLOSING,
    /** A rollback up to its row 130. */
    ROLLING_BACK,
    /** A rollback behind its point of no return. */
    ROLLBACK_COMMITTED,
    UNDOING,
    /** What is undone is the drill of a move that will wait for its approval again. */
    UNDOING_DRILL,
    /** What is undone is a rollback, and the move will bake again. */
    UNDOING_ROLLBACK,
    /** Needs a person: the undo failed. */
    UNDO_STUCK,
    /** Needs a person: the undo of a rollback failed. */
    ROLLBACK_UNDO_STUCK,
    /** Needs a person: the target is to serve and does not yet. */
    PROMOTION_STUCK,
    /** Needs a person: the target serves, and something about the old primary failed. */
    WAY_BACK_STUCK,
    COMPLETED,
    ABORTED,
    ROLLED_BACK;

    static Standing of(MoveRecord record, boolean rollbackReady, Instant now) {
        return switch (record.state()) {
            case PREPARING, COPYING, CATCHING_UP, VERIFYING -> UNDER_WAY;
            case READY -> ready(record);
            case CUTTING_OVER -> cuttingOver(record);
            case REVERSING -> COMMITTED;
            case BAKING -> baking(record, rollbackReady, now);
            case ROLLING_BACK -> committed(record) ? ROLLBACK_COMMITTED : ROLLING_BACK;
            case ABORTING -> undoing(record);
            case NEEDS_OPERATOR -> stuck(record);
            case COMPLETED -> COMPLETED;
            case ABORTED -> ABORTED;
            case ROLLED_BACK -> ROLLED_BACK;
        };
    }

    private static Standing ready(MoveRecord record) {
        if (record.orders().drill()) {
            return DRILL_ORDERED;
        }
        boolean waits = record.identity().request().cutover() == MoveRequest.Cutover.APPROVE
                && !record.identity().request().drill()
                && !record.orders().approved();
        if (!waits) {
            return READY;
        }
        return record.identity().mode().stopsSource() ? WAITING_TO_STOP : WAITING;
    }

    private static Standing cuttingOver(MoveRecord record) {
        if (committed(record)) {
            return COMMITTED;
        }
        return record.orders().drill() ? DRILLING : CUTTING_OVER;
    }

    private static Standing baking(MoveRecord record, boolean rollbackReady, Instant now) {
        if (record.orders().complete()) {
            return CLOSING;
        }
        Instant end = record.bakeEndsAt();
        if (end == null || now.isBefore(end)) {
            return rollbackReady ? BAKING : BAKING_NOT_READY;
        }
        return rollbackReady ? BAKED : BAKED_NOT_READY;
    }

    private static Standing undoing(MoveRecord record) {
        if (record.rollingBack()) {
            return UNDOING_ROLLBACK;
        }
        return record.orders().drill() ? UNDOING_DRILL : UNDOING;
    }

    private static Standing stuck(MoveRecord record) {
        if (!committed(record)) {
            return record.rollingBack() ? ROLLBACK_UNDO_STUCK : UNDO_STUCK;
        }
        return record.leg().done().contains(MoveSteps.PUBLISH) ? WAY_BACK_STUCK : PROMOTION_STUCK;
    }

    private static boolean committed(MoveRecord record) {
        return record.leg().begun().contains(MoveSteps.PROMOTE);
    }
}
