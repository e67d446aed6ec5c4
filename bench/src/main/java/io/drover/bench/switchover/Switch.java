/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.Move;
import io.drover.bench.Observed;
import io.drover.testing.ledger.Pauses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One switch.
 *
 * @param kind what it was to Drover
 * @param observed what its clients saw
 * @param writePauseMillis the pause as Drover measured it, or null when Drover had no part in it
 * @param predictedMillis what Drover had predicted of it, or null
 * @param phases what Drover says that its pause consisted of; empty when it had no part in it
 */
public record Switch(
        Kind kind,
        Observed observed,
        @Nullable Double writePauseMillis,
        @Nullable Double predictedMillis,
        List<Move.Phase> phases) {
    /** What a switch is to Drover. */
    public enum Kind {
        MOVE,
        ROLLBACK,
        /** It had no part in it. */
        NONE
    }

    public Switch {
        phases = List.copyOf(phases);
    }

    /** One that Drover had no part in. */
    public static Switch withoutDrover(Observed observed) {
        return new Switch(Kind.NONE, observed, null, null, List.of());
    }

    /** The longest gaps. */
    public Pauses pauses() {
        return observed.pauses();
    }
}
