/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

/** Where a move is. */
public enum MoveState {
    PREPARING,
    COPYING,
    CATCHING_UP,
    VERIFYING,
    READY,
    CUTTING_OVER,
    REVERSING,
    BAKING,
    COMPLETED,
    ABORTING,
    ABORTED,
    ROLLING_BACK,
    ROLLED_BACK,
    NEEDS_OPERATOR;

    /** Whether nothing more happens to the move. NEEDS_OPERATOR is an end until a person acts. */
    public boolean isFinal() {
        return this == COMPLETED || this == ABORTED || this == ROLLED_BACK || this == NEEDS_OPERATOR;
    }
}
