/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run.
 *
 * @param seed repeats it
 * @param slot the part of the move
 * @param point the fault point
 * @param faults what was planned
 * @param hit what shows that each of them was done at the point; empty when the run is vacuous
 * @param stateAtHit the topology's state then, which tells whether writes were held
 * @param outcome the state that the move ended in
 * @param vacuous why it proves nothing, or null
 * @param acked acknowledged writes
 * @param unknown writes of unknown fate
 * @param ratePerSecond acknowledged writes per second before the fault
 * @param withoutWriterMillis the longest time around the fault in which no write of anybody was acknowledged
 * @param pauseBeforeMillis the same around a cutover that was over before the fault, or null: what the machine takes for a pause
 * @param tail what came of a burst past the end of the WAL, or null when none was planned
 * @param seconds how long it took
 * @param problems what else was wrong, in words
 */
record RunResult(
        long seed,
        String slot,
        String point,
        List<String> faults,
        List<String> hit,
        @Nullable String stateAtHit,
        String outcome,
        @Nullable String vacuous,
        long acked,
        long lost,
        long duplicated,
        long unknown,
        long twoPrimaries,
        boolean noEndState,
        List<String> leftovers,
        double ratePerSecond,
        long withoutWriterMillis,
        @Nullable Long pauseBeforeMillis,
        @Nullable TailOutcome tail,
        double seconds,
        List<String> problems) {
    RunResult {
        faults = List.copyOf(faults);
        hit = List.copyOf(hit);
        leftovers = List.copyOf(leftovers);
        problems = List.copyOf(problems);
    }

    /** Of a run that the harness itself did not bring to its end: nobody can say that it was well. */
    static RunResult brokenOff(FaultPlan plan, RuntimeException failure) {
        return new RunResult(
                plan.seed(),
                plan.slot().toString(),
                plan.point(),
                plan.faults().stream().map(FaultPlan.Fault::toString).toList(),
                List.of(),
                null,
                "BROKEN_OFF",
                "the run broke off",
                0,
                0,
                0,
                0,
                0,
                true,
                List.of(),
                0,
                0,
                null,
                null,
                0,
                List.of(String.valueOf(failure.getMessage())));
    }

    /** The kinds of faults, without their times. */
    List<String> kinds() {
        return faults.stream().map(fault -> fault.split(" ")[0]).toList();
    }

    /** The kind and the time of a single fault that was done while writes were held, for as long as a move holds them by default. */
    Optional<String> gapKey() {
        return faults.size() != 1 || tail != null || stateAtHit == null || stateAtHit.equals("SERVING")
                ? Optional.empty()
                : Optional.of(kinds().get(0) + " in " + stateAtHit);
    }

    /** Whether nothing was wrong. */
    boolean isClean() {
        return lost == 0
                && duplicated == 0
                && twoPrimaries == 0
                && !noEndState
                && leftovers.isEmpty()
                && problems.isEmpty();
    }
}
