/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.Move;
import io.drover.testing.ledger.Pauses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One switch as its clients saw it.
 *
 * @param writePauseMillis the pause as Drover measured it, or null when Drover had no part in it
 * @param phases what Drover says that its pause consisted of; empty when it had no part in it
 */
public record Switch(Pauses pauses, @Nullable Double writePauseMillis, List<Move.Phase> phases) {
    /** Who writes less than this before a switch does not notice its pause. */
    private static final double LEAST_WRITES_PER_SECOND = 500;

    public Switch {
        phases = List.copyOf(phases);
    }

    /** Whether too few writes came before it for its gaps to prove anything. */
    boolean isVacuous() {
        return pauses.writesPerSecondBefore() < LEAST_WRITES_PER_SECOND;
    }
}
