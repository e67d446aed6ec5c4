/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What came of a burst past the aligned end of the WAL, and where the faults of the run found the move. */
enum TailOutcome {
    /** The move was given up before its fence. */
    NOT_FENCED,
    /** The WAL was ended before enough of the burst was written, or the seal was not come to. */
    NOT_MISSED,
    /** A second chance that no fault was made in. */
    MISSED_WITHOUT_FAULT,
    MISSED_FAULT_BEFORE,
    MISSED_FAULT_IN_FIRST_PAUSE,
    /** From the moment at which the fence is given up until it is raised once more. */
    MISSED_FAULT_BETWEEN,
    MISSED_FAULT_IN_SECOND_PAUSE,
    MISSED_FAULT_AFTERWARDS;

    /** Faults in the second chance itself: on the way to the second fence, or behind it. */
    static final Set<TailOutcome> UNDER_FAULT = Set.of(MISSED_FAULT_BETWEEN, MISSED_FAULT_IN_SECOND_PAUSE);

    private static final String SECOND_CHANCE = "once more";

    /**
     * The epoch grows by one with each fence and with each end of one.
     *
     * @param fenced the epoch of the fence at which the burst was made; empty when none was
     * @param atHit the topology when the faults were made; empty when they were not
     * @param history what the move tells of itself
     */
    static TailOutcome of(Optional<FenceEpoch> fenced, Optional<ShardTopology> atHit, List<String> history) {
        if (fenced.isEmpty()) {
            return NOT_FENCED;
        }
        if (history.stream().noneMatch(event -> event.contains(SECOND_CHANCE))) {
            return NOT_MISSED;
        }
        if (atHit.isEmpty()) {
            return MISSED_WITHOUT_FAULT;
        }
        ShardTopology then = atHit.orElseThrow();
        long since = then.epoch().value() - fenced.orElseThrow().value();
        if (since < 0) {
            return MISSED_FAULT_BEFORE;
        }
        if (since == 0) {
            return then.state() == TopologyState.ABORTING ? MISSED_FAULT_BETWEEN : MISSED_FAULT_IN_FIRST_PAUSE;
        }
        if (since == 1) {
            return MISSED_FAULT_BETWEEN;
        }
        return since == 2 ? MISSED_FAULT_IN_SECOND_PAUSE : MISSED_FAULT_AFTERWARDS;
    }

    /** Its name in reports. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
