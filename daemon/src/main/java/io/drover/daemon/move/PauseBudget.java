/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Cutover;
import io.drover.api.NodeId;
import io.drover.api.agent.Verb;
import java.time.Duration;
import java.util.Optional;

/** The longest that the write pause may take ({@code maxWritePause}). Over it, before the point of no return, the move aborts by itself. */
final class PauseBudget {

    private PauseBudget() {}

    /** Over the budget, before the point of no return, the move aborts by itself. */
    static Optional<DroverException> withinBudget(MoveContext context) {
        Duration budget = context.record().identity().request().maxWritePause();
        Cutover cutover = context.record().leg().cutover();
        Duration spent = context.pause()
                .elapsed()
                .orElseGet(() -> cutover == null || cutover.fencedAt() == null
                        ? Duration.ZERO
                        : Duration.between(
                                cutover.fencedAt(), context.services().clock().instant()));
        return spent.compareTo(budget) <= 0
                ? Optional.empty()
                : Optional.of(new DroverException(
                        ErrorCode.PAUSE_BUDGET_SPENT,
                        "the write pause has taken " + spent.toMillis() + " ms, the budget is " + budget.toMillis()
                                + " ms; writes go on at " + context.from(),
                        "look at the phases of the pause for what took long, or allow a longer maxWritePause"));
    }

    /** An agent that took the rest of the budget is named, and that it was the budget. */
    static <R> R call(MoveContext context, NodeId node, Verb<R> verb) {
        try {
            return context.callAtClientsCost(node, verb, remaining(context));
        } catch (DroverException e) {
            if (e.code() != ErrorCode.TIMEOUT) {
                throw e;
            }
            throw withinBudget(context)
                    .map(spent -> new DroverException(
                            spent.code(),
                            spent.getMessage() + ": " + e.getMessage(),
                            spent.hint().orElse(null),
                            e))
                    .orElse(e);
        }
    }

    /** What is left of the budget; a little at least, so that a command that is sent can be answered. */
    static Duration remaining(MoveContext context) {
        Duration budget = context.record().identity().request().maxWritePause();
        Duration spent = context.pause().elapsed().orElse(Duration.ZERO);
        Duration left = budget.minus(spent);
        return left.compareTo(Duration.ofMillis(50)) < 0 ? Duration.ofMillis(50) : left;
    }
}
