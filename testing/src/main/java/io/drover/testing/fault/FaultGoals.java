/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.util.Optional;

/** For how long a shard may have no writer when a process dies or stands still inside the pause. */
final class FaultGoals {
    /** Of every process of a fault cluster. */
    private static final long SESSION_MILLIS = 3_000;
    /** What a move may hold writes for when nothing else is asked. */
    private static final long BUDGET_MILLIS = 2_000;

    private static final long AFTER_THE_POINT_MILLIS = 1_000;
    private static final long BEFORE_THE_POINT_MILLIS = 2_000;
    private static final long NOBODY_MILLIS = 5_000;

    private FaultGoals() {}

    /**
     * The limit for one group of runs; empty where none is promised.
     *
     * @param group a kind of fault and the topology's state when it was done, as {@link RunResult#gapKey}
     * @param usualMillis the pause of a cutover that no fault disturbs, on the same machine
     */
    static Optional<Long> limitMillis(String group, long usualMillis) {
        String[] parts = group.split(" in ", 2);
        boolean decided = parts[1].equals("PROMOTING");
        return switch (parts[0]) {
            case "kill-leader", "freeze-leader" ->
                Optional.of(decided ? usualMillis + AFTER_THE_POINT_MILLIS : SESSION_MILLIS + BEFORE_THE_POINT_MILLIS);
            case "kill-controllers", "freeze-controllers" -> Optional.of(BUDGET_MILLIS + NOBODY_MILLIS);
            // nobody but the source's agent may let it go on
            case "freeze-source-postgres" -> Optional.of(BUDGET_MILLIS + NOBODY_MILLIS);
            // and its restart, which is not measured
            case "kill-target-postgres" -> Optional.of(NOBODY_MILLIS);
            default -> Optional.empty();
        };
    }
}
