/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.NodeReport;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything that the checks look at. They read no clock and ask nobody.
 *
 * @param request what was asked for
 * @param stream the move's own names; absent in a dry run, before there is a move
 * @param sourceNode the node that writes go to now
 * @param source the instance on it
 * @param targetNode the node that shall take over, as it is before a copy is made on it
 * @param target the instance on it, once it runs as a standby
 * @param wayBackLogin empty when drover_repl could log in to that standby from the source's node, else why not; absent while
 *     there is no standby
 * @param standbys the instance's other standbys, which the move leads along
 * @param poolers the groups of poolers' adapters in front of the instance's shards
 * @param openAccess znodes whose access lists are not what they should be, a line for each; none where access is not controlled
 * @param places nodes on which this move makes further standbys, before it has
 * @param lagBytes WAL that the target has not replayed; absent while there is no standby
 * @param lagMillis age of the last transaction that the target has replayed; absent when unknown
 */
public record PreflightFacts(
        MoveRequest request,
        Optional<Stream> stream,
        NodeReport sourceNode,
        InstanceFacts source,
        TargetFacts targetNode,
        Optional<InstanceFacts> target,
        Optional<String> wayBackLogin,
        List<Companion> standbys,
        List<TargetFacts> places,
        List<Poolers> poolers,
        List<String> openAccess,
        OptionalLong lagBytes,
        OptionalLong lagMillis) {

    /**
     * A group of poolers' adapters.
     *
     * @param least how many of them have to take part
     * @param ready the names of those that can
     * @param troubled those that say that something is in their way, with what
     */
    public record Poolers(ShardId shard, String group, int least, List<String> ready, List<String> troubled) {}

    /**
     * The names under which a move streams.
     *
     * @param slot the slot on the source from which the target streams
     * @param applicationName under which its walreceiver connects
     */
    public record Stream(MoveId move, String slot, String applicationName) {}

    /**
     * Another standby of the instance.
     *
     * @param made whether this move makes it, so that it has never streamed from the source
     * @param instance empty when it could not be asked, for the reason given as {@code trouble}
     * @param targetLogin empty when drover_repl could log in to the target from there, else why not; absent while there is no target
     */
    public record Companion(
            NodeId node, boolean made, Optional<InstanceFacts> instance, String trouble, Optional<String> targetLogin) {
        /** The name under which it streams. */
        Optional<String> applicationName() {
            return instance.flatMap(facts -> Optional.ofNullable(facts.receiver()))
                    .flatMap(receiver -> Optional.ofNullable(receiver.applicationName()));
        }
    }

    /** The same with another node as the one that takes a copy. */
    PreflightFacts copyingTo(TargetFacts place) {
        return new PreflightFacts(
                request,
                stream,
                sourceNode,
                source,
                place,
                target,
                wayBackLogin,
                standbys,
                places,
                poolers,
                openAccess,
                lagBytes,
                lagMillis);
    }

    NodeId from() {
        return sourceNode.id();
    }

    NodeId to() {
        return targetNode.node().id();
    }

    /** The standby; a check of {@link When#WITH_STANDBY} that finds none has failed. */
    InstanceFacts standby() {
        return target.orElseThrow(() -> new IllegalStateException("no standby runs on " + to()));
    }

    /** The move's own names; a check of {@link When#WITH_STANDBY} that finds none has failed. */
    Stream names() {
        return stream.orElseThrow(() -> new IllegalStateException("there is no move yet"));
    }

    /** Whether a text names something of this very move. */
    boolean isOurs(String text) {
        return stream.isPresent() && text.contains(stream.orElseThrow().move().shortId());
    }
}
