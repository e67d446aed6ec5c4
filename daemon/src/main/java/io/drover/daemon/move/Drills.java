/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Drill;
import io.drover.api.Drill.Acknowledgement;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Cutover;
import io.drover.api.Move.Phase;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import io.drover.api.agent.Verb;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A drill: the move goes up to the final sync on real clients and is then given up on plan, through the undo that a failure
 * would take. What it measured is written down while clients wait; what that means is worked out once they do not.
 */
final class Drills {
    private Drills() {}

    /** The last row of a drill is done: what follows is its undo. */
    static void end(MoveContext context) {
        Drill seen = seen(context, null);
        context.journal()
                .write(
                        record -> {
                            context.checkOrders();
                            return record.withState(MoveState.ABORTING).withDrill(seen);
                        },
                        List.of(
                                new MoveJournal.Line(
                                        MoveSteps.SEAL,
                                        PromotionRows.silenced(context.pause().seal())),
                                new MoveJournal.Line(
                                        MoveSteps.SYNC,
                                        "drill: the final sync is done, nothing is promoted, everything is undone")),
                        transaction -> {});
    }

    /** What a drill has shown that failed before its end. */
    static Drill failed(MoveContext context, Problem error) {
        return seen(context, error);
    }

    private static Drill seen(MoveContext context, @Nullable Problem error) {
        Cutover cutover = context.record().leg().cutover();
        Instant fencedAt = cutover == null ? null : cutover.fencedAt();
        return new Drill(
                fencedAt,
                fencedAt == null ? List.of() : measured(context, fencedAt),
                List.of(),
                null,
                null,
                List.of(),
                null,
                clients(context),
                error);
    }

    private static List<Phase> measured(MoveContext context, Instant fencedAt) {
        return context.pause()
                .clock()
                .map(PauseClock::phases)
                .orElseGet(() -> List.of(new Phase(
                        MoveSteps.FENCE,
                        "pause, with a change of the leader in it",
                        Duration.between(fencedAt, context.services().clock().instant())
                                .toMillis())));
    }

    private static List<Acknowledgement> clients(MoveContext context) {
        return context.pause().drain().stream()
                .flatMap(drain -> Stream.concat(
                        drain.acknowledgedAfter().entrySet().stream()
                                .map(entry -> new Acknowledgement(entry.getKey(), entry.getValue()))
                                .sorted(Comparator.comparing(
                                        acknowledged -> Objects.requireNonNullElse(acknowledged.millis(), 0.0))),
                        drain.missing().stream().map(client -> new Acknowledgement(client, null))))
                .toList();
    }

    /** Writes go on at the source: completes the figures, once. */
    static void reopened(MoveContext context) {
        Drill drill = context.record().drill();
        if (drill == null || drill.fencedAt() == null || drill.heldMillis() != null) {
            return;
        }
        List<Phase> all = context.pause().clock().map(PauseClock::phases).orElse(List.of());
        List<Phase> undo = all.size() > drill.measured().size()
                ? all.subList(drill.measured().size(), all.size())
                : List.of();
        double held = context.pause().clock().map(PauseClock::totalMillis).orElseGet(() -> (double)
                Duration.between(drill.fencedAt(), context.services().clock().instant())
                        .toMillis());
        Drill reopened = drill.reopened(undo, held);
        Drill complete = drill.error() == null ? withExpectation(context, reopened) : reopened;
        context.journal()
                .write(
                        record -> record.withDrill(complete),
                        new MoveJournal.Line(MoveSteps.FENCE, sentence(context, complete)));
        Double pause = complete.pauseMillis();
        if (pause != null) {
            context.services().observer().drillMeasured(context.id(), pause, held);
        }
    }

    private static String sentence(MoveContext context, Drill drill) {
        String held = String.format(
                Locale.ROOT, "drill: SERVING on %s again after %.1f ms", context.from(), drill.heldMillis());
        return drill.pauseMillis() == null
                ? held
                : held
                        + String.format(
                                Locale.ROOT, "; a move would have paused writes for %.1f ms", drill.pauseMillis());
    }

    private static Drill withExpectation(MoveContext context, Drill drill) {
        Optional<MoveRecord> earlier = EarlierPause.newestSwitch(context);
        List<Phase> expected = earlier.map(EarlierPause::pastTheSync).orElseGet(() -> usual(drill));
        double pause = Stream.concat(drill.measured().stream(), expected.stream())
                .mapToDouble(Phase::millis)
                .sum();
        String from = earlier.map(
                        record -> "measured by move " + record.identity().id() + " to "
                                + record.identity().target().node())
                .orElse("assumed: no move is stored that has measured them");
        return new Drill(
                drill.fencedAt(),
                drill.measured(),
                expected,
                from,
                pause,
                drill.undo(),
                drill.heldMillis(),
                drill.clients(),
                null);
    }

    /** The declaration is a ZooKeeper transaction like that of the fence. */
    private static List<Phase> usual(Drill drill) {
        double write = drill.measured().isEmpty() ? 0 : drill.measured().get(0).millis();
        return List.of(
                new Phase(MoveSteps.COMMIT, MoveSteps.nameOf(MoveSteps.COMMIT), write),
                new Phase(MoveSteps.PROMOTE, MoveSteps.nameOf(MoveSteps.PROMOTE), PauseModel.USUAL_PROMOTION_MILLIS),
                new Phase(MoveSteps.PUBLISH, MoveSteps.nameOf(MoveSteps.PUBLISH), PauseModel.USUAL_PUBLICATION_MILLIS));
    }

    /**
     * Deletes the copy that the drill made and has set aside: it was never promoted, so it holds nothing that the source does not
     * (rule R9 is about the old copy). What cannot be deleted waits for a purge, as after any move.
     */
    static void removeCopy(MoveContext context, NodeId node) {
        try {
            context.call(node, new Verb.RemoveCopy());
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            String left = "the copy on " + node + " is set aside and not deleted: " + e.getMessage()
                    + "; delete it with bin/drover purge "
                    + context.record().identity().request().shard() + " --node " + node;
            context.journal().write(record -> record, new MoveJournal.Line(MoveSteps.STANDBY, left));
        }
    }
}
