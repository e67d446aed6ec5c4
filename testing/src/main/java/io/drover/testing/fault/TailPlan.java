/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.testing.fault.FaultSlot.Actor;
import io.drover.testing.fault.FaultSlot.Leg;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * A run in which the source's WAL does not end where it was aligned to: its segments are large, and somebody writes past the alignment the
 * moment the fence is raised. Drover lowers the fence then and raises it once more, so some points are passed twice and oftener.
 *
 * @param point the fault point, in the part of the move that the seed stands for
 * @param passage at which passage of it the faults are made
 */
record TailPlan(String point, int passage) {
    /** More than Drover fills up while clients wait lies behind the burst; the usual 16 MiB can always be filled up. */
    static final int SEGMENT_MEBIBYTES = 64;

    /** What holds up a cutover for a session's length must not end it: the second fence is to come after it. */
    static final Duration MAX_WRITE_PAUSE = Duration.ofSeconds(10);

    /** One in so many of the runs whose part lies where a burst at the fence makes a difference. */
    private static final int ONE_IN = 4;

    private static final int PREPARE_SEAL = 95;
    private static final int FENCE = 100;
    private static final int SERVING = 150;
    /** On the way to the second fence: ABORTING, SERVING, why, the new prediction, and FENCED once more; the first is FENCED itself. */
    private static final int RECORDS = 5;

    /** What a seed makes of a part of a move; the rest of the plan is drawn by another generator, and is the same with a burst and without. */
    static Optional<TailPlan> of(long seed, FaultSlot slot, String point) {
        Random random = new Random(seed * 0xD1B54A32D192ED03L + 1);
        if (!fits(slot) || random.nextInt(ONE_IN) != 0) {
            return Optional.empty();
        }
        return Optional.of(
                slot.leg() == Leg.ABORT
                        // ordered behind the second seal, and the point is passed behind that
                        ? new TailPlan(point, 1)
                        : inTheSecondChance(slot, point, random));
    }

    /** An abort before the fence leaves nothing to miss, and behind the end of the pause it is over. */
    static boolean fits(FaultSlot slot) {
        return slot.row() >= (slot.leg() == Leg.ABORT ? FENCE : PREPARE_SEAL) && slot.row() <= SERVING;
    }

    /** What is only passed before the fence otherwise is wanted between the two fences; the seal in either pause. */
    private static TailPlan inTheSecondChance(FaultSlot slot, String point, Random random) {
        if (slot.actor() == Actor.CONTROLLER && slot.row() == FENCE) {
            String record = "row-" + FENCE + "/record/" + (random.nextBoolean() ? "before" : "after");
            return new TailPlan(record, 2 + random.nextInt(RECORDS));
        }
        if (point.startsWith("verb-prepare-seal/")) {
            return new TailPlan(point, 2);
        }
        // the end of the WAL is reached by the second seal only
        boolean twice = point.startsWith("seal/") && !point.equals("seal/wal/after");
        return new TailPlan(point, twice ? 1 + random.nextInt(2) : 1);
    }

    /** What is said of it in the plan. */
    @Override
    public String toString() {
        return "a burst past the end of a WAL segment of " + SEGMENT_MEBIBYTES + " MiB at FENCED"
                + (passage == 1 ? "" : ", faults at passage " + passage + " of the point");
    }
}
