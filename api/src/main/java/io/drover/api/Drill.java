/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import io.drover.api.Move.Phase;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a drill has shown: a cutover on real clients up to the final sync, given up on plan and undone. Nothing is promoted.
 *
 * @param fencedAt when FENCED was sent
 * @param measured the phases of the pause that the drill went through, in order
 * @param expected the phases that a move adds to them: declaration, promotion, publication
 * @param expectedFrom where the figures of {@code expected} come from
 * @param pauseMillis what the pause of a move would have been: both lists together
 * @param undo how writes were let go on at the source
 * @param heldMillis how long writes were held in the drill itself; null until they go on
 * @param clients who was asked to drain, the quickest first
 * @param error why the drill ended before the final sync; null when it came to its end
 */
public record Drill(
        @Nullable Instant fencedAt,
        List<Phase> measured,
        List<Phase> expected,
        @Nullable String expectedFrom,
        @Nullable Double pauseMillis,
        List<Phase> undo,
        @Nullable Double heldMillis,
        List<Acknowledgement> clients,
        @Nullable Problem error) {
    public Drill {
        measured = List.copyOf(measured);
        expected = List.copyOf(expected);
        undo = List.copyOf(undo);
        clients = List.copyOf(clients);
    }

    /**
     * A client in the drain.
     *
     * @param millis from the end of the fence's own write to its acknowledgement; null when it did not come in time
     */
    public record Acknowledgement(String client, @Nullable Double millis) {}

    /** A drill that ended early. */
    public static Drill failed(Problem error) {
        return new Drill(null, List.of(), List.of(), null, null, List.of(), null, List.of(), error);
    }

    /** The same with how it was undone. */
    public Drill reopened(List<Phase> steps, double held) {
        return new Drill(fencedAt, measured, expected, expectedFrom, pauseMillis, steps, held, clients, error);
    }
}
