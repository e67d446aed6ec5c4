/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What came of all runs: the sum, as outside programs know it, and every run.
 *
 * @param byFault runs by the kind of fault that was done; a run with two counts for both
 * @param byOutcome runs by the state that the move ended in
 * @param bySlot runs that counted, by the part of the move
 * @param byTail runs that counted with a burst past the end of the WAL, by what came of it
 * @param withoutWriterMillis for each kind, done while writes were held: how long no write was acknowledged, sorted; before and after
 *     the point of no return apart
 */
record FaultReport(
        long seed,
        int runs,
        int vacuous,
        long lost,
        long duplicated,
        long twoPrimaries,
        int noEndState,
        int leftovers,
        int otherProblems,
        long acked,
        long unknown,
        double seconds,
        Map<String, Integer> byFault,
        Map<String, Integer> byOutcome,
        Map<String, Integer> bySlot,
        Map<String, Integer> byTail,
        Map<String, List<Long>> withoutWriterMillis,
        List<RunResult> details) {

    /** Sums up. */
    static FaultReport of(long seed, Collection<RunResult> results, double seconds) {
        Map<String, Integer> byFault = new TreeMap<>();
        Map<String, Integer> byOutcome = new TreeMap<>();
        Map<String, Integer> bySlot = new TreeMap<>();
        Map<String, Integer> byTail = new TreeMap<>();
        Map<String, List<Long>> gaps = new TreeMap<>();
        for (RunResult result : results) {
            byOutcome.merge(result.outcome(), 1, Integer::sum);
            if (result.vacuous() == null) {
                bySlot.merge(result.slot(), 1, Integer::sum);
                result.kinds().forEach(kind -> byFault.merge(kind, 1, Integer::sum));
                Optional.ofNullable(result.tail()).ifPresent(tail -> byTail.merge(tail.toString(), 1, Integer::sum));
                result.gapKey()
                        .ifPresent(key -> gaps.computeIfAbsent(key, ignored -> new ArrayList<>())
                                .add(result.withoutWriterMillis()));
            }
        }
        gaps.values().forEach(list -> list.sort(null));
        return new FaultReport(
                seed,
                results.size(),
                (int) results.stream()
                        .filter(result -> result.vacuous() != null)
                        .count(),
                results.stream().mapToLong(RunResult::lost).sum(),
                results.stream().mapToLong(RunResult::duplicated).sum(),
                results.stream().mapToLong(RunResult::twoPrimaries).sum(),
                (int) results.stream().filter(RunResult::noEndState).count(),
                results.stream().mapToInt(result -> result.leftovers().size()).sum(),
                (int) results.stream()
                        .filter(result -> !result.problems().isEmpty())
                        .count(),
                results.stream().mapToLong(RunResult::acked).sum(),
                results.stream().mapToLong(RunResult::unknown).sum(),
                seconds,
                byFault,
                byOutcome,
                bySlot,
                byTail,
                gaps,
                List.copyOf(results));
    }

    /** Whether no run has shown harm. */
    boolean isClean() {
        return lost == 0
                && duplicated == 0
                && twoPrimaries == 0
                && noEndState == 0
                && leftovers == 0
                && otherProblems == 0;
    }
}
