/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.ApplicationName;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Receiver;
import io.drover.api.agent.Verb;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.Guard;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Row 78 and its consequences: the instance's other standbys are led under the target before anything is fenced, so that none of
 * them can ever hold WAL that the target has not (H29), and come through the promotion with it. A shard whose commits wait for
 * them waits for the target meanwhile, and for them again from its first commit on the target on (R10).
 */
final class StandbyRows {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration FOLLOW_LIMIT = Duration.ofMinutes(2);
    private static final Duration RETURN_LIMIT = Duration.ofSeconds(30);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(30);

    private static final Duration TEND_LIMIT = Duration.ofSeconds(5);

    private StandbyRows() {}

    // ---- 78 ----

    static void follow(MoveContext context) {
        if (context.record().identity().standbys().isEmpty()) {
            return;
        }
        Neighbours neighbours = neighbours(context);
        for (Follower follower : neighbours.followers()) {
            context.call(context.to(), new Verb.CreateSlot(slotOf(context, follower)));
        }
        if (!neighbours.synchronousNames().isEmpty()) {
            waitForTheTargetInstead(context, neighbours.synchronousNames());
        }
        Endpoint target = context.record().to();
        for (Follower follower : neighbours.followers()) {
            context.call(follower.node(), leadTo(context, follower, target, false));
        }
        for (Follower follower : neighbours.followers()) {
            await(context, follower, target, FOLLOW_LIMIT);
        }
    }

    /**
     * First the target is told for whom its commits will wait, with a checkpoint as the proof that it knows (H13), long before it
     * may commit anything; then the source waits for the target, and only then its standbys leave it: no commit waits for nobody.
     */
    private static void waitForTheTargetInstead(MoveContext context, String names) {
        context.call(context.to(), new Verb.SetSynchronousStandbys(names, null));
        context.call(context.to(), new Verb.Checkpoint());
        context.call(
                context.from(),
                new Verb.SetSynchronousStandbys(
                        Guard.standingIn(names, context.record().applicationName()), CutoverRows.patience(context)));
    }

    private static Verb.Follow leadTo(MoveContext context, Follower follower, Endpoint leader, boolean lasting) {
        return new Verb.Follow(
                leader.host(), leader.port(), slotOf(context, follower), follower.applicationName(), lasting);
    }

    private static String slotOf(MoveContext context, Follower follower) {
        return context.record().identity().slotOf(follower.node());
    }

    /** What is there before anything is changed, written down first: once the standbys have left the source it cannot be seen. */
    private static Neighbours neighbours(MoveContext context) {
        Neighbours known = context.record().leg().neighbours();
        if (known != null) {
            return known;
        }
        InstanceFacts source = context.services()
                .agents()
                .facts(context.from(), context.record().identity().instance());
        var names = source.settings().get("synchronous_standby_names");
        String text =
                names == null || names.value() == null ? "" : names.value().strip();
        List<Follower> followers = new ArrayList<>();
        List<NodeId> left = new ArrayList<>();
        for (Standby standby : context.record().identity().standbys()) {
            find(context, standby).ifPresentOrElse(followers::add, () -> left.add(standby.node()));
        }
        Neighbours found = new Neighbours(text, List.copyOf(followers));
        context.journal()
                .write(
                        record -> {
                            // of a rollback nobody asks again before it ends
                            GivenOrders orders =
                                    record.rollingBack() ? record.orders().withStandbysGivenUp(left) : record.orders();
                            return record.withOrders(orders)
                                    .withLeg(record.leg().withNeighbours(found));
                        },
                        new MoveJournal.Line(
                                MoveSteps.FOLLOW,
                                "other standbys: "
                                        + followers.stream().map(Follower::node).toList()
                                        + (text.isEmpty() ? "" : ", commits wait for " + text)));
        return found;
    }

    /** One that does not stream was reported by the preflight; it is left behind only when a person has waived that. */
    private static Optional<Follower> find(MoveContext context, Standby standby) {
        String trouble;
        try {
            Receiver receiver = context.services()
                    .agents()
                    .facts(standby.node(), context.record().identity().instance())
                    .receiver();
            String name = receiver == null ? null : receiver.applicationName();
            if (receiver != null
                    && name != null
                    && ApplicationName.isOne(name)
                    && receiver.status().equals("streaming")) {
                String slot = receiver.slot();
                boolean ours = slot != null
                        && slot.equals(context.record().identity().slotOf(standby.node()))
                        && !context.record().rollingBack();
                return Optional.of(new Follower(standby.node(), name, ours ? null : slot));
            }
            trouble = "its walreceiver does not stream, or under a name that Drover writes into no setting";
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            trouble = e.getMessage();
        }
        if (Standbys.waived(context.record())) {
            return Optional.empty();
        }
        throw new DroverException(
                ErrorCode.REPLICATION_BROKEN,
                "the standby on " + standby.node() + " cannot be led to " + context.to() + ": " + trouble,
                "mend that standby, or waive " + Standbys.CHECK + " to leave it behind");
    }

    /** Waits until it streams from there on its leader's timeline. */
    static void await(MoveContext context, Follower follower, Endpoint leader, Duration limit) {
        Wait wait = Wait.of(
                        "the standby on " + follower.node() + " to stream from " + leader.node(),
                        "see the server's log on " + follower.node() + "; " + WaitText.giveUp(context.record()))
                .atMost(limit, "the step fails");
        context.waitFor(wait, limit, POLL, () -> {
            var trouble = context.services().standbys().trouble(context.record(), follower, leader);
            context.waits(wait.now(trouble.map(Object::toString).orElse("it streams")));
            return trouble.isEmpty() ? Optional.of(true) : Optional.empty();
        });
    }

    /**
     * Each standby goes back first, then commits wait for it again. One that cannot be reached keeps neither the others nor the
     * source's settings from being put back.
     */
    static void unfollow(MoveContext context) {
        Neighbours neighbours = context.record().leg().neighbours();
        if (neighbours == null) {
            return;
        }
        List<DroverException> failures = new ArrayList<>();
        for (Follower follower : neighbours.followers()) {
            attempt(failures, () -> context.call(follower.node(), new Verb.RestoreSettings(MoveSteps.FOLLOW)));
        }
        if (failures.isEmpty()) {
            for (Follower follower : neighbours.followers()) {
                if (follower.formerSlot() != null || !isMade(context, follower.node())) {
                    attempt(
                            failures,
                            () -> await(context, follower, context.record().from(), RETURN_LIMIT));
                }
            }
        }
        attempt(failures, () -> context.call(context.from(), new Verb.RestoreSettings(MoveSteps.FOLLOW)));
        attempt(failures, () -> context.call(context.to(), new Verb.RestoreSettings(MoveSteps.FOLLOW)));
        for (Follower follower : neighbours.followers()) {
            if (!isMade(context, follower.node()) || context.record().rollingBack()) {
                attempt(failures, () -> context.call(context.to(), new Verb.DropSlot(slotOf(context, follower))));
            }
        }
        throwFirst(failures);
    }

    private static boolean isMade(MoveContext context, NodeId node) {
        return context.record().identity().standbys().stream()
                .anyMatch(standby -> standby.made() && standby.node().equals(node));
    }

    private static void attempt(List<DroverException> failures, Runnable action) {
        try {
            action.run();
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            failures.add(e);
        }
    }

    private static void throwFirst(List<DroverException> failures) {
        if (failures.isEmpty()) {
            return;
        }
        DroverException first = failures.get(0);
        failures.stream().skip(1).forEach(first::addSuppressed);
        throw first;
    }

    // ---- 160 to 180 ----

    /**
     * What the standbys follow is theirs for good now. One that does not answer does not hold the move up: the bake tries again,
     * and the move is not completed without it.
     */
    static void settle(MoveContext context) {
        Neighbours neighbours = context.record().leg().neighbours();
        if (neighbours == null) {
            return;
        }
        Endpoint primary = context.record().to();
        for (Follower follower : neighbours.followers()) {
            try {
                context.call(follower.node(), leadTo(context, follower, primary, true));
                await(context, follower, primary, SETTLE_LIMIT);
            } catch (DroverException e) {
                if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                    throw e;
                }
                context.journal()
                        .write(
                                record -> record,
                                new MoveJournal.Line(
                                        MoveSteps.REVERSE,
                                        "the standby on " + follower.node() + " does not follow " + primary.node()
                                                + " yet: " + e.getMessage()));
            }
        }
        showReaders(context);
    }

    /** Those that the move has made appear for reads beside those that were there. */
    private static void showReaders(MoveContext context) {
        List<NodeId> givenUp = context.record().orders().standbysGivenUp();
        List<Endpoint> made = context.record().identity().standbys().stream()
                .filter(Standby::made)
                .map(Standby::endpoint)
                .filter(standby -> !givenUp.contains(standby.node()))
                .toList();
        boolean shown = context.topologies().stream()
                .map(Versioned::value)
                .allMatch(topology -> FenceTransitions.readers(topology).containsAll(made));
        if (!shown) {
            context.writeTopologies(
                    topology -> {
                        var all = topology;
                        for (Endpoint standby : made) {
                            all = FenceTransitions.withReader(all, standby, context.id());
                        }
                        return all;
                    },
                    record -> record,
                    List.of());
        }
    }

    /** Slots on the old primary that its standbys have left would hold WAL there for ever (H83). */
    static void dropFormerSlots(MoveContext context) {
        Neighbours neighbours = context.record().leg().neighbours();
        if (neighbours != null) {
            neighbours.followers().stream()
                    .map(Follower::formerSlot)
                    .filter(slot -> slot != null)
                    .forEach(slot -> context.call(context.from(), new Verb.DropSlot(slot)));
        }
    }

    /** During the bake a standby that has come back is told whom to follow, and that this is for good. */
    static void tend(MoveContext context) {
        Neighbours neighbours = context.record().leg().neighbours();
        if (neighbours == null) {
            return;
        }
        Endpoint primary = context.record().to();
        for (Follower follower : neighbours.followers()) {
            attempt(new ArrayList<>(), () -> {
                if (!context.services().standbys().followsForGood(context.record(), follower, primary)) {
                    context.call(follower.node(), leadTo(context, follower, primary, true), TEND_LIMIT);
                }
            });
        }
    }

    /**
     * One that was led away for the cutover only would be led back to the old primary when the move is gone, and commits that wait for
     * it would wait for ever: whatever was tried before, it is told once more that this is for good.
     */
    static void keepFollowing(MoveContext context) {
        Neighbours neighbours = context.record().leg().neighbours();
        if (neighbours == null) {
            return;
        }
        List<NodeId> givenUp = context.record().orders().standbysGivenUp();
        neighbours.followers().stream()
                .filter(follower -> !givenUp.contains(follower.node()))
                .forEach(follower -> context.call(
                        follower.node(),
                        leadTo(context, follower, context.record().to(), true)));
        // row 160 has not come so far when a person gave the way back up
        showReaders(context);
    }

    /** The slots of standbys that a person has given up, on the node that serves. */
    static void dropSlotsGivenUp(MoveContext context, NodeId primary) {
        for (NodeId node : context.record().orders().standbysGivenUp()) {
            context.call(primary, new Verb.DropSlot(context.record().identity().slotOf(node)));
        }
    }
}
