/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Blocker;
import io.drover.api.Blocker.Stance;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveRequest.Blockers;
import io.drover.api.agent.SessionMark;
import io.drover.api.agent.Verb;
import io.drover.replication.InstanceMonitor.BlockerView;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Row 75, while nothing is prepared that would hold up anybody: looks for what stands in the way of the cutover and does about it what
 * the move was asked for with {@code blockers}. What that is for each kind is the table {@link Blocker.Kind}.
 */
final class BlockerRadar {
    private static final Logger LOG = LoggerFactory.getLogger(BlockerRadar.class);
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final MoveContext context;
    private final Blockers policy;
    private final Set<SessionMark> toldToEnd = new HashSet<>();

    private BlockerRadar(MoveContext context) {
        this.context = context;
        Blockers asked = context.record().identity().request().blockers();
        // a drill costs nobody an error
        this.policy = asked == Blockers.TERMINATE && context.record().drilling() ? Blockers.WAIT : asked;
    }

    /** Returns when nothing stands in the way, or only what the cutover may break off. */
    static void clear(MoveContext context) {
        clear(context, LIMIT);
    }

    static void clear(MoveContext context, Duration limit) {
        try {
            new BlockerRadar(context).clear(limit);
        } finally {
            context.live().blockers(List.of());
        }
    }

    /**
     * Shows a person who is to approve what row 75 would see now, and waits for none of it.
     *
     * @return why nothing is shown, when the source cannot be asked: an empty list alone would say that nothing stands in the way
     */
    static Optional<String> show(MoveContext context) {
        try {
            new BlockerRadar(context).look();
            return Optional.empty();
        } catch (DroverException e) {
            LOG.debug("move {}: no look at what stands in the way on {}", context.id(), context.from(), e);
            context.live().blockers(List.of());
            return Optional.of("what stands in the way is not known, " + context.from() + " could not be asked: "
                    + e.code() + ": " + e.getMessage());
        }
    }

    private void clear(Duration limit) {
        List<BlockerView> atFirst = look();
        if (atFirst.isEmpty()) {
            return;
        }
        if (policy == Blockers.ABORT) {
            throw blocked("the cutover of " + context.from() + " does not begin, as was asked for", atFirst);
        }
        tell("what stands in the way of the cutover: " + names(atFirst));
        Wait wait = Wait.of(
                        "what stands in the way on " + context.from() + " to end",
                        remedies(atFirst) + "; or " + WaitText.giveUp(context.record()))
                .atMost(limit, then(atFirst));
        try {
            context.waitFor(wait.now(names(atFirst)), limit, BETWEEN, () -> {
                List<BlockerView> open = look();
                end(open);
                context.waits(wait.now(names(open)));
                return open.isEmpty() ? Optional.of(true) : Optional.empty();
            });
        } catch (DroverException e) {
            if (e.code() != ErrorCode.TIMEOUT) {
                throw e;
            }
            giveUp(look(), limit);
        }
    }

    /** What is waited for; people are shown all that is there. */
    private List<BlockerView> look() {
        List<BlockerView> found =
                context.services().monitors().blockers(context.record().from());
        context.live()
                .blockers(found.stream()
                        .map(BlockerView::blocker)
                        .limit(Checks.MOST_NAMED)
                        .toList());
        return found.stream()
                .filter(view -> view.blocker().kind().stance() != Stance.SHOWN)
                .toList();
    }

    /** Says first whom it ends: the sessions' clients will ask. */
    private void end(List<BlockerView> open) {
        if (policy != Blockers.TERMINATE) {
            return;
        }
        List<BlockerView> now = open.stream()
                .filter(view -> view.blocker().kind().terminable())
                .filter(view -> view.session() != null && !toldToEnd.contains(view.session()))
                .toList();
        if (now.isEmpty()) {
            return;
        }
        tell("ends what stands in the way, as was asked for: " + names(now));
        List<SessionMark> sessions =
                now.stream().map(BlockerView::session).filter(Objects::nonNull).toList();
        context.call(context.from(), new Verb.EndSessions(sessions));
        toldToEnd.addAll(sessions);
    }

    private void giveUp(List<BlockerView> left, Duration limit) {
        List<BlockerView> held = left.stream()
                .filter(view -> view.blocker().kind().stance() == Stance.HOLDS)
                .toList();
        if (!held.isEmpty()) {
            throw blocked(
                    "gave up after " + WaitText.words(limit) + " waiting for what stands in the way on "
                            + context.from(),
                    held);
        }
        if (!left.isEmpty()) {
            tell("goes on after " + WaitText.words(limit) + " and breaks off: " + names(left));
        }
    }

    private static String then(List<BlockerView> open) {
        boolean undone = open.stream().anyMatch(view -> view.blocker().kind().stance() == Stance.HOLDS);
        return undone ? "the cutover is undone" : "the cutover goes on and breaks it off";
    }

    private static DroverException blocked(String what, List<BlockerView> by) {
        return new DroverException(
                ErrorCode.BLOCKED,
                what + ": " + names(by) + "; nothing was fenced, the cutover is undone",
                remedies(by) + "; then try again");
    }

    private static String names(List<BlockerView> views) {
        return Checks.several(views.stream().map(view -> view.blocker().line()).toList());
    }

    private static String remedies(List<BlockerView> views) {
        return views.stream()
                .map(view -> view.blocker().kind())
                .distinct()
                .map(kind -> kind.text() + ": " + kind.remedy())
                .collect(Collectors.joining("; "));
    }

    private void tell(String event) {
        context.journal().write(record -> record, new MoveJournal.Line(MoveSteps.ARM, event));
    }
}
