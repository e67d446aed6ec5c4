/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the driver writes into a move's record before, after and instead of a row: how far the move has come. */
final class MoveProgress {
    private static final Logger LOG = LoggerFactory.getLogger(MoveProgress.class);

    private final MoveContext context;
    private final MoveJournal journal;
    private final Services services;
    private boolean enteredRollingBack;

    MoveProgress(MoveContext context) {
        this.context = context;
        this.journal = context.journal();
        this.services = context.services();
    }

    private MoveRecord record() {
        return journal.record();
    }

    /** Waits while the move is paused; throws when it may not go on to this row. */
    void enter(MoveStep step) {
        context.at(step, false);
        enteredRollingBack = record().rollingBack();
        awaitResume(step);
        context.checkOrders();
        Optional<DroverException> refusal = step.guard().refusal(context);
        if (refusal.isPresent()) {
            throw refusal.orElseThrow();
        }
        LOG.info(
                "move {} shard {}: step {} {}: {}",
                context.id().shortId(),
                record().identity().request().shard(),
                step.number(),
                step.name(),
                step.sentence(record()));
        services.observer().stepStarted(context.id(), step.number());
    }

    /** Records the intent. An order that was accepted since {@link #enter} looked is seen here, under the record's lock. */
    void begin(MoveStep step) {
        while (!journal.writeWhen(
                record -> !isHeld(record, step),
                record -> {
                    context.checkOrders();
                    return record.withState(record.rollingBack() ? MoveState.ROLLING_BACK : step.state())
                            .withStep(mark(record, step))
                            .withLeg(record.leg().begin(step.number()));
                },
                new MoveJournal.Line(step.number(), step.sentence(record())))) {
            awaitResume(step);
        }
    }

    /** A row that another driver had begun has its time still. */
    private StepMark mark(MoveRecord record, MoveStep step) {
        StepMark now = record.step();
        if (now != null && now.number() == step.number() && record.leg().begun().contains(step.number())) {
            return now;
        }
        return new StepMark(step.number(), step.name(), services.clock().instant());
    }

    private void awaitResume(MoveStep step) {
        if (isHeld(record(), step)) {
            Wait resumed = Wait.of(
                            "a person to resume it",
                            "it was paused before step " + step.number() + " " + step.name() + ": bin/drover resume "
                                    + context.id() + ", or " + WaitText.giveUp(record()))
                    .begun(pausedAt());
            context.waitUntil(resumed, Duration.ofDays(365), () -> !isHeld(record(), step));
        }
    }

    private @Nullable Instant pausedAt() {
        return journal.history(services.documents()).stream()
                .filter(line -> line.event().equals(MoveOrders.PAUSED))
                .map(Move.HistoryEntry::at)
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    /** A pause is accepted up to row 70, so that row 75 is the last that it may have to keep from starting. */
    private static boolean isHeld(MoveRecord record, MoveStep step) {
        return record.orders().paused() && step.number() <= MoveSteps.ARM;
    }

    void finish(MoveStep step) {
        // a rollback that was ordered during the bake has begun a new leg: the bake's end does not belong to it
        journal.write(
                record -> record.rollingBack() == enteredRollingBack
                        ? record.withLeg(record.leg().finish(step.number()))
                        : record,
                new MoveJournal.Line(step.number(), step.name() + " done"));
    }

    /** Tells the metrics, also of a row whose result a later one stores. */
    void left(MoveStep step) {
        services.observer().stepFinished(context.id(), step.number());
    }

    /** Decides what a failure means: before the point of no return the move is undone, after it a person is needed. */
    void fail(MoveStep step, DroverException e) {
        services.observer().failed(e.code());
        boolean forwardOnly = record().leg().begun().contains(MoveSteps.PROMOTE) || step.number() > MoveSteps.PROMOTE;
        Problem problem = Problem.of(withHint(e, forwardOnly).at(context.id(), step.number()));
        try {
            journal.write(
                    record -> {
                        if (record.state() == MoveState.ABORTING && record.error() != null) {
                            return record;
                        }
                        MoveRecord seen =
                                record.drilling() ? record.withDrill(Drills.failed(context, problem)) : record;
                        // a copy that waits for its approval is worth more than a drill of its cutover
                        return record.orders().drill()
                                ? seen.withState(MoveState.ABORTING)
                                : OperatorAdvice.on(
                                        seen.withState(forwardOnly ? MoveState.NEEDS_OPERATOR : MoveState.ABORTING)
                                                .withError(problem));
                    },
                    new MoveJournal.Line(step.number(), "failed: " + e.getMessage()));
        } catch (DroverException conflict) {
            throw MoveContext.stale(conflict);
        }
    }

    /** An error that a person reads says what the person can do. */
    private DroverException withHint(DroverException e, boolean forwardOnly) {
        if (e.hint().isPresent()) {
            return e;
        }
        MoveIdentity identity = record().identity();
        String again = record().rollingBack()
                ? "the move goes back to BAKING; then bin/drover rollback " + context.id()
                : "the move is undone; then bin/drover move "
                        + identity.request().shard() + " --to "
                        + identity.request().target();
        return new DroverException(
                e.code(),
                e.getMessage(),
                "mend the cause; " + (forwardOnly ? "then bin/drover resume " + context.id() : again),
                e);
    }

    void undoing(MoveStep step) {
        context.at(step, true);
        LOG.info(
                "move {} shard {}: undo of step {}: {}",
                context.id().shortId(),
                record().identity().request().shard(),
                step.number(),
                step.undo().does());
    }

    void undone(MoveStep step) {
        journal.write(
                record -> record.withLeg(record.leg().undone(step.number()))
                        .withStep(new StepMark(
                                step.number(), step.name(), services.clock().instant())),
                new MoveJournal.Line(step.number(), "undone: " + step.undo().does()));
    }

    /** Ends the way back to where the move began: ABORTED, or BAKING when it was a rollback that was given up. */
    void endUnwinding(List<DroverException> failures) {
        if (!failures.isEmpty()) {
            String detail = failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; "));
            String hints = failures.stream()
                    .flatMap(failure -> failure.hint().stream())
                    .distinct()
                    .collect(Collectors.joining("; "));
            DroverException e = new DroverException(
                    ErrorCode.OPERATOR_NEEDED,
                    "the move could not be undone: " + detail,
                    hints.isEmpty() ? null : hints);
            journal.write(
                    record -> OperatorAdvice.on(record.withState(MoveState.NEEDS_OPERATOR)
                            .withUndoneFor(record.error())
                            .withError(Problem.of(e.at(context.id(), context.currentStep())))),
                    new MoveJournal.Line(context.currentStep(), e.getMessage()));
            return;
        }
        if (isAbortOfDrill(record())) {
            return;
        }
        MoveJournal.Line line = new MoveJournal.Line(
                context.currentStep(),
                record().orders().drill()
                        ? "the cutover is undone, the move waits for its approval again"
                        : "everything is undone");
        // a rollback that was given up leads into the bake, during which the nodes are free
        boolean freed = record().rollingBack();
        journal.write(MoveProgress::unwound, List.of(line), transaction -> {
            if (freed) {
                new NodeLocks(context.services().documents()).free(record().identity(), transaction);
            }
        });
    }

    private static MoveRecord unwound(MoveRecord record) {
        if (record.rollingBack()) {
            return record.withBack(null)
                    .withOrders(record.orders().withStandbysKept())
                    .withLeg(record.forward().undone(MoveSteps.BAKE))
                    .withState(MoveState.BAKING);
        }
        if (record.orders().drill()) {
            return record.withOrders(record.orders().withDrill(false))
                    .withLeg(record.leg().withoutCutover())
                    .withState(MoveState.READY);
        }
        return isAbortOfDrill(record) ? record : record.withState(MoveState.ABORTED);
    }

    /** An abort that was ordered while a drill was being undone: the rows below the drill's are still to be undone. */
    private static boolean isAbortOfDrill(MoveRecord record) {
        return !record.rollingBack()
                && !record.orders().drill()
                && !record.leg().begun().isEmpty();
    }

    /** The last row is done. */
    void end() {
        if (record().drilling()) {
            Drills.end(context);
            return;
        }
        MoveState end = record().rollingBack() ? MoveState.ROLLED_BACK : MoveState.COMPLETED;
        journal.write(
                record -> record.withState(end),
                new MoveJournal.Line(context.currentStep(), "the move has ended: " + end));
    }
}
