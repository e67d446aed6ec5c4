/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.TopologyState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** For how long a shard may have no writer when a process dies or stands still inside the pause. Each has to be shown by a run. */
enum FaultGoal {
    LEADER_BEFORE_THE_POINT(
            "a controller dies in the pause before PROMOTING",
            Set.of(FaultKind.KILL_LEADER, FaultKind.FREEZE_LEADER),
            Set.of(TopologyState.FENCED, TopologyState.ABORTING)),
    LEADER_BEHIND_THE_POINT(
            "a controller dies in PROMOTING",
            Set.of(FaultKind.KILL_LEADER, FaultKind.FREEZE_LEADER),
            Set.of(TopologyState.PROMOTING)),
    CONTROLLERS(
            "all controllers die in the pause",
            Set.of(FaultKind.KILL_CONTROLLERS, FaultKind.FREEZE_CONTROLLERS),
            Held.STATES),
    TARGET_POSTGRES("the target's PostgreSQL dies in the pause", Set.of(FaultKind.KILL_TARGET_POSTGRES), Held.STATES),
    /** Nobody but the source's agent may let it go on. */
    SOURCE_POSTGRES(
            "the source's PostgreSQL stands still in the pause", Set.of(FaultKind.FREEZE_SOURCE_POSTGRES), Held.STATES);

    /** Of every process of a fault cluster. */
    private static final long SESSION_MILLIS = 3_000;
    /** What a move may hold writes for when nothing else is asked. */
    private static final long BUDGET_MILLIS = 2_000;

    private static final long BEHIND_THE_POINT_MILLIS = 1_000;
    private static final long BEFORE_THE_POINT_MILLIS = 2_000;
    private static final long NOBODY_MILLIS = 5_000;

    private final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<FaultKind> kinds;

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<TopologyState> states;

    FaultGoal(String sentence, Set<FaultKind> kinds, Set<TopologyState> states) {
        this.sentence = sentence;
        this.kinds = kinds;
        this.states = states;
    }

    /** The states in which writes are held. */
    private static final class Held {
        static final Set<TopologyState> STATES =
                Set.of(TopologyState.FENCED, TopologyState.PROMOTING, TopologyState.ABORTING);
    }

    /**
     * The goal of one group of runs; empty where none is promised.
     *
     * @param group a kind of fault and the topology's state when it was done, as {@link RunResult#gapKey}
     */
    static Optional<FaultGoal> of(String group) {
        return Arrays.stream(values()).filter(goal -> goal.covers(group)).findFirst();
    }

    /** Those that none of the groups shows. What died while an abort was on its way shows nothing: who goes on was decided by then. */
    static List<FaultGoal> without(Set<String> groups) {
        return Arrays.stream(values())
                .filter(goal -> groups.stream()
                        .noneMatch(group -> goal.covers(group) && stateOf(group) != TopologyState.ABORTING))
                .toList();
    }

    /**
     * The limit.
     *
     * @param usualMillis the pause of a cutover that no fault disturbs, on the same machine
     */
    long limitMillis(long usualMillis) {
        return switch (this) {
            case LEADER_BEFORE_THE_POINT -> SESSION_MILLIS + BEFORE_THE_POINT_MILLIS;
            case LEADER_BEHIND_THE_POINT -> usualMillis + BEHIND_THE_POINT_MILLIS;
            case CONTROLLERS, SOURCE_POSTGRES -> BUDGET_MILLIS + NOBODY_MILLIS;
            // and its restart, which is not measured
            case TARGET_POSTGRES -> NOBODY_MILLIS;
        };
    }

    private boolean covers(String group) {
        String kind = group.substring(0, group.indexOf(' '));
        return kinds.stream().anyMatch(one -> one.toString().equals(kind)) && states.contains(stateOf(group));
    }

    private static TopologyState stateOf(String group) {
        return TopologyState.valueOf(group.substring(group.lastIndexOf(' ') + 1));
    }

    /** What dies when. */
    @Override
    public String toString() {
        return sentence;
    }
}
