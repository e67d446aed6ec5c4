/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveRequest.Waiver;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.daemon.remote.Agents;
import io.drover.daemon.remote.Monitors;
import io.drover.replication.InstanceMonitor.StandbyView;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Whether the other standbys of an instance follow. That a walreceiver is alive says nothing: one that is past the fork asks for
 * WAL for ever and receives none (H29). So each has to be on its leader's timeline, and its leader has to see it close behind.
 */
record Standbys(Agents agents, Monitors monitors) {
    /** The check of the preflight that a person may waive to go on without a standby. */
    static final String CHECK = "P41-standbys";

    /** Whether the move may go on without a standby that does not stream. */
    static boolean waived(MoveRecord record) {
        return waivers(record).stream().anyMatch(waiver -> waiver.check().equals(CHECK));
    }

    /** What people have waived: with the request, and with the order to roll back. */
    static List<Waiver> waivers(MoveRecord record) {
        String reason = record.orders().standbysWaived();
        List<Waiver> asked = record.identity().request().waive();
        return reason == null
                ? asked
                : Stream.concat(asked.stream(), Stream.of(new Waiver(CHECK, reason)))
                        .toList();
    }

    /**
     * Why a person takes it upon themselves that the shard has fewer standbys; blank when nobody does.
     *
     * @throws DroverException INVALID_VALUE when something else is waived, or without a reason
     */
    static String acceptance(MoveRecord record, List<Waiver> waive) {
        for (Waiver waiver : waive) {
            if (!waiver.check().equals(CHECK) || waiver.reason().isBlank()) {
                throw new DroverException(
                        ErrorCode.INVALID_VALUE,
                        waiver.reason().isBlank()
                                ? "the waiver of " + waiver.check() + " gives no reason"
                                : "this order has no check " + waiver.check() + " to waive",
                        "waive " + CHECK + " only, with a reason");
            }
        }
        return Stream.concat(waive.stream(), record.identity().request().waive().stream())
                .filter(waiver -> waiver.check().equals(CHECK))
                .map(Waiver::reason)
                .findFirst()
                .orElse("");
    }

    /** Why a standby does not follow a server, or empty when it does. */
    Optional<String> trouble(MoveRecord record, Follower follower, Endpoint leader) {
        try {
            InstanceReport mine =
                    agents.instance(follower.node(), record.identity().instance());
            Integer timeline =
                    agents.instance(leader.node(), record.identity().instance()).timeline();
            if (!Boolean.TRUE.equals(mine.streaming())) {
                return Optional.of("it does not stream");
            }
            if (!Objects.equals(mine.timeline(), timeline)) {
                return Optional.of("it is on timeline " + mine.timeline() + ", " + leader.node() + " on " + timeline);
            }
            Optional<StandbyView> seen = monitors.standby(leader, follower.applicationName());
            if (seen.filter(view -> view.state().equals("streaming")).isEmpty()) {
                return Optional.of("it does not stream from " + leader.node());
            }
            long lag = seen.orElseThrow().lagBytes();
            return lag <= CopyRows.LAG_GATE_BYTES ? Optional.empty() : Optional.of("it is " + lag + " bytes behind");
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            return Optional.of(e.getMessage());
        }
    }

    /** Whether a standby follows a server, and its agent has nothing of the move to take back that would lead it away. */
    boolean followsForGood(MoveRecord record, Follower follower, Endpoint leader) {
        return trouble(record, follower, leader).isEmpty()
                && !record.identity()
                        .id()
                        .equals(agents.instance(
                                        follower.node(), record.identity().instance())
                                .journaledMove());
    }

    /**
     * One that still has to be told that it follows for good. A rollback would begin on what its agent remembers of the way there, and its
     * undo would lead the standby to the server that it followed before the move.
     */
    private Optional<String> onlyForNow(MoveRecord record, Follower follower) {
        try {
            return followsForGood(record, follower, record.to())
                    ? Optional.empty()
                    : Optional.of(
                            "it follows for the time of the cutover only, and is told every second that this is for good");
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            return Optional.of(e.getMessage());
        }
    }

    /** The standbys that the shard should have on its new primary and has not, each with the reason. */
    Map<NodeId, String> missing(MoveRecord record) {
        Map<NodeId, String> missing = new TreeMap<>();
        Neighbours neighbours = record.leg().neighbours();
        for (Standby standby : record.identity().standbys()) {
            Optional<Follower> follower = neighbours == null
                    ? Optional.empty()
                    : neighbours.followers().stream()
                            .filter(each -> each.node().equals(standby.node()))
                            .findFirst();
            follower.map(each -> trouble(record, each, record.to()).or(() -> onlyForNow(record, each)))
                    .orElseGet(() -> Optional.of("it was left behind when the move led the others away"))
                    .ifPresent(why -> missing.put(standby.node(), why));
        }
        return missing;
    }
}
