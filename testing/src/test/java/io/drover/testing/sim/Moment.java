/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoint;

/**
 * A process at a fault point, the first time in this state and row of the move.
 *
 * @param member the process
 * @param state of the move, empty before there is one
 * @param step row of the move
 */
record Moment(String member, FaultPoint point, String state, int step) {
    boolean ofController() {
        return member.startsWith("controller");
    }

    @Override
    public String toString() {
        return point + " of " + member + (state.isEmpty() ? "" : " in " + state + " at row " + step);
    }
}
