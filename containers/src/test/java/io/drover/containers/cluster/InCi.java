/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

/** Which runs of CI have time for a case: each commit has its turn, {@code -Dcluster.turn}. */
enum InCi {
    ALWAYS,
    FIRST_TURN,
    SECOND_TURN,
    NEVER;

    /** Whether the run of this turn has time for it. */
    boolean has(int turn) {
        return switch (this) {
            case ALWAYS -> true;
            case FIRST_TURN -> turn == 1;
            case SECOND_TURN -> turn == 2;
            case NEVER -> false;
        };
    }

    /** Whether some run has. */
    boolean hasEver() {
        return this != NEVER;
    }
}
