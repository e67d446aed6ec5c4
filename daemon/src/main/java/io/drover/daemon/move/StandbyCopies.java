/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.ByteSize;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.JobState;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Verb;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Row 55: the further standbys that were asked for are copied from the target, which has no clients yet, and follow it from the
 * beginning. Their application_name is their node's id.
 */
final class StandbyCopies {
    private static final Duration POLL = Duration.ofMillis(300);
    private static final Duration FOREVER = Duration.ofDays(3650);
    private static final Duration FOLLOW_LIMIT = Duration.ofMinutes(10);

    private StandbyCopies() {}

    private static List<Standby> made(MoveContext context) {
        return context.record().identity().standbys().stream()
                .filter(Standby::made)
                .toList();
    }

    static void make(MoveContext context) {
        for (Standby standby : made(context)) {
            make(context, standby.node());
        }
    }

    private static void make(MoveContext context, NodeId node) {
        MoveIdentity identity = context.record().identity();
        Endpoint target = context.record().to();
        String slot = identity.slotOf(node);
        ByteSize maxRate = identity.request().bootstrap().maxRate();
        context.call(target.node(), new Verb.CreateSlot(slot));
        context.call(
                node,
                new Verb.StartCopy(
                        identity.shards(),
                        target.host(),
                        target.port(),
                        slot,
                        maxRate == null ? null : maxRate.bytes(),
                        identity.request().bootstrap().checkpoint()));
        Wait wait = Wait.of("the copy for the standby on " + node, WaitText.giveUp(context.record()));
        context.waitFor(wait, FOREVER, POLL, () -> {
            JobReport job = context.services().agents().job(node, identity.instance());
            return ended(node, job);
        });
        context.call(node, new Verb.StartStandby(identity.shards(), target.host(), target.port(), slot, node.value()));
        StandbyRows.await(context, new Follower(node, node.value(), null), target, FOLLOW_LIMIT);
    }

    private static Optional<Boolean> ended(NodeId node, JobReport job) {
        if (job.state() == JobState.FAILED || job.state() == JobState.NONE) {
            throw new DroverException(
                    ErrorCode.COPY_FAILED,
                    "the copy for the standby on " + node + " failed: " + job.error(),
                    "look at the agent's log on " + node);
        }
        return job.state() == JobState.DONE ? Optional.of(true) : Optional.empty();
    }

    /** Sets them aside while the target still runs, so that their slots go with them. */
    static void setAside(MoveContext context) {
        for (Standby standby : made(context)) {
            NodeId node = standby.node();
            context.call(node, new Verb.DiscardCopy());
            context.call(node, new Verb.Stop(StopMode.FAST));
            context.call(node, new Verb.SetAside());
            if (context.record().drilling()) {
                Drills.removeCopy(context, node);
            }
            context.call(
                    context.to(), new Verb.DropSlot(context.record().identity().slotOf(node)));
        }
    }
}
