/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Fence;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What an agent does by itself about an instance, decided from the level of things, never from events (H41). It gives a controller
 * time to act first; afterwards each answer may be repeated, by the agent or by a controller.
 *
 * <pre>
 * topology                      this node is   after                      reaction
 * FENCED                        the primary    the budget and 1 s         ABANDON: ABORTING, unseal, SERVING here
 * ABORTING                      the primary    0.5 s                      ABANDON: unseal, SERVING here
 * FENCED, ABORTING              the primary    the seal has lasted for    ABANDON: an agent that is started again
 *                                              the budget and 1 s         does not begin to count anew
 * PROMOTING                     the target     0.5 s                      FINISH: promote, publish
 * SERVING                       the primary    at once, when sealed       UNSEAL
 * SERVING                       the primary    at once, newer epoch       GRANT: remember the epoch
 * older than was ever seen      any            never                      NOTHING but the guard: H39
 * SERVING, or not known         the primary    a commit has hung for as   DISARM: take the guard back; the move cannot
 *                                              long as the move allows,   seal any more
 *                                              guard armed
 * SERVING, or not known         the primary    30 s without a verb of a   DISARM, when commits would wait for a standby
 *                                              move, guard armed          that does not stream
 * SERVING, another primary      a primary      at once                    DEMOTE: stop at once, never start
 * PROMOTING to another          a primary      1 s                        DEMOTE
 * </pre>
 *
 * ABANDON and FINISH, which write the topology, are carried out by an agent that holds the claim of its node only: a clone of the node
 * finds the same on its disk. A node that has lost its grant, or was stopped on a wrong timeline, does nothing by itself whatever the topology says.
 */
enum Reaction {
    NOTHING,
    ABANDON,
    FINISH,
    UNSEAL,
    GRANT,
    DISARM,
    DEMOTE;

    /** Where its fault points lie. */
    String place() {
        return "reaction-" + name().toLowerCase(Locale.ROOT);
    }

    /** Whether it writes the topology, which only the one agent of a node may. */
    boolean isForTheNode() {
        return this == ABANDON || this == FINISH;
    }

    /** A controller that leads ends a pause by itself when its budget is spent. */
    private static final Duration LEADERS_TURN = Duration.ofSeconds(1);
    /** How the pause ends is decided, and nobody writes until somebody carries it out. */
    static final Duration DECIDED_TURN = Duration.ofMillis(500);
    /** Nobody waits for it, and the promotion has the processors for itself. */
    private static final Duration STOPPERS_TURN = Duration.ofSeconds(1);
    /** Between two commands of a cutover lie seconds at most; a new leader takes over in less. */
    private static final Duration MOVES_TURN = Duration.ofSeconds(30);

    /**
     * Decides.
     *
     * @param topologies the newest topologies of all the instance's shards
     * @param unchangedFor how long this agent has seen them in this state and epoch, by its own clock
     * @param quietFor how long no verb of a move has come
     * @param hung whether a commit has waited for the target of a move for longer than it may
     * @param now by the wall clock, which outlives the agent
     */
    static Reaction to(
            InstanceRecord record,
            NodeId node,
            List<ShardTopology> topologies,
            Duration unchangedFor,
            Duration quietFor,
            boolean hung,
            Instant now) {
        if (record.role() == Role.DEMOTED) {
            return NOTHING;
        }
        if (topologies.isEmpty() || StartRule.outdated(record, topologies)) {
            return guard(record, quietFor, hung);
        }
        TopologyState state = topologies.get(0).state();
        if (topologies.stream().anyMatch(t -> t.state() != state)) {
            return NOTHING;
        }
        if (topologies.stream().allMatch(t -> StartRule.promotingTo(t, node))) {
            return unchangedFor.compareTo(DECIDED_TURN) >= 0 ? FINISH : NOTHING;
        }
        if (topologies.stream().anyMatch(t -> StartRule.lost(t, node))) {
            return lost(record, topologies, unchangedFor);
        }
        return switch (state) {
            case FENCED, ABORTING -> held(record, topologies, unchangedFor, now);
            case SERVING -> serving(record, StartRule.newestEpoch(topologies), quietFor, hung);
            case PROMOTING, UNKNOWN -> NOTHING;
        };
    }

    private static Reaction held(
            InstanceRecord record, List<ShardTopology> topologies, Duration unchangedFor, Instant now) {
        Duration budgetsTurn = budget(topologies).plus(LEADERS_TURN);
        Duration turn = topologies.get(0).state() == TopologyState.FENCED ? budgetsTurn : DECIDED_TURN;
        boolean over = unchangedFor.compareTo(turn) >= 0
                || sealedFor(record, topologies, now).compareTo(budgetsTurn) >= 0;
        return over && record.role() == Role.PRIMARY ? ABANDON : NOTHING;
    }

    private static Duration sealedFor(InstanceRecord record, List<ShardTopology> topologies, Instant now) {
        return record.seal() != null && record.seal().epoch().equals(StartRule.newestEpoch(topologies))
                ? record.seal().lastedUntil(now)
                : Duration.ZERO;
    }

    /**
     * An epoch that is not newer than the grant is a stale sight of what was before it. Who never had one lost none: it was adopted and
     * never published, and its server may be the one that another agent of this machine serves.
     */
    private static Reaction lost(InstanceRecord record, List<ShardTopology> topologies, Duration unchangedFor) {
        boolean newer = StartRule.newestEpoch(topologies).compareTo(record.grantEpoch()) > 0;
        if (record.role() != Role.PRIMARY || !newer || record.grantEpoch().value() == 0) {
            return NOTHING;
        }
        boolean beingPromoted = topologies.get(0).state() == TopologyState.PROMOTING;
        return !beingPromoted || unchangedFor.compareTo(STOPPERS_TURN) >= 0 ? DEMOTE : NOTHING;
    }

    private static Reaction serving(InstanceRecord record, FenceEpoch epoch, Duration quietFor, boolean hung) {
        if (record.role() != Role.PRIMARY) {
            return NOTHING;
        }
        if (record.seal() != null && record.seal().epoch().compareTo(epoch) < 0) {
            return UNSEAL;
        }
        return record.seal() == null && record.grantEpoch().compareTo(epoch) < 0
                ? GRANT
                : guard(record, quietFor, hung);
    }

    /**
     * The guard is no part of the proof, so it may go whatever the topology says by now: without it nothing is sealed here, and
     * without a seal nothing is promoted. A node that has sealed keeps it.
     */
    private static Reaction guard(InstanceRecord record, Duration quietFor, boolean hung) {
        return armed(record) && (hung || quietFor.compareTo(MOVES_TURN) >= 0) ? DISARM : NOTHING;
    }

    /** Whether commits wait for the target of a move, and nothing is sealed. */
    static boolean armed(InstanceRecord record) {
        return record.role() == Role.PRIMARY
                && record.seal() == null
                && SettingsJournal.guard(record.settings()).isPresent();
    }

    private static Duration budget(List<ShardTopology> topologies) {
        long longest = 0;
        for (ShardTopology topology : topologies) {
            Fence fence = topology.fence();
            longest = fence == null ? longest : Math.max(longest, fence.budgetMillis());
        }
        return Duration.ofMillis(longest);
    }
}
