/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says of a move that has not ended what it waits for, since when, and what a person can do: in every state, on every controller. */
final class WaitText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private WaitText() {}

    /**
     * An attempt of a row, or of its undo, that failed and is repeated.
     *
     * @param what what is attempted
     * @param tries how often it has failed
     * @param since when it was tried first
     * @param at when it failed last
     * @param next when the next try begins its work anew; null for a try that comes at once and goes on where the last one was
     * @param until when it is given up
     * @param tried whether the next try is under way
     */
    record Retry(
            String what,
            int tries,
            DroverException failure,
            Instant since,
            Instant at,
            @Nullable Instant next,
            Instant until,
            boolean undo,
            boolean tried) {
        Retry underWay() {
            return new Retry(what, tries, failure, since, at, next, until, undo, true);
        }

        private String failed() {
            return "try " + tries + " failed at " + time(at) + " with " + failure.code() + ": " + failure.getMessage();
        }
    }

    /** A command that an agent has not answered yet. */
    record Command(NodeId node, String verb, Instant since, Duration limit) {}

    static @Nullable String of(MoveRecord record, LiveView live) {
        if (record.state() == MoveState.NEEDS_OPERATOR) {
            return needsOperator(record);
        }
        if (record.state().isFinal()) {
            return null;
        }
        Retry retry = live.retry();
        Wait wait = live.awaitedIn(MoveOrders.stepOf(record));
        Command command = live.command();
        if (retry != null && !retry.tried()) {
            return retrying(record, retry);
        }
        String failed = retry == null ? "" : "; this is try " + (retry.tries() + 1) + ": " + retry.failed();
        if (wait != null) {
            return wait.text(begin(record)) + failed + pausedToo(record);
        }
        return (command == null ? standing(record) : commanding(record, command)) + failed;
    }

    /** A move that waits for its approval says that this is not all. */
    private static String pausedToo(MoveRecord record) {
        return record.state() == MoveState.READY
                        && record.orders().paused()
                        && !record.orders().approved()
                ? "; it is paused besides, and goes on after bin/drover resume " + id(record)
                : "";
    }

    /** The hint of the error is made from the record: who serves, what not to do, which orders are taken. */
    private static String needsOperator(MoveRecord record) {
        Problem error = record.error();
        String hint = error == null ? null : error.hint();
        String advice = hint == null || !hint.contains("bin/drover ")
                ? "mend what the error names; then bin/drover resume " + id(record)
                : hint;
        return "a person: " + advice + " (the move stands at step " + MoveOrders.stepOf(record) + " " + name(record)
                + ", since " + time(begin(record)) + ")";
    }

    private static String retrying(MoveRecord record, Retry retry) {
        String then = retry.undo() || forwardOnly(record) ? "the move needs a person" : given(record);
        return retry.what() + ", since " + time(retry.undo() ? retry.since() : begin(record)) + ": " + retry.failed()
                + "; it is tried again " + again(retry) + ", until "
                + time(retry.until()) + ": then " + then + "; "
                + retry.failure().hint().map(hint -> hint + "; ").orElse("")
                + (retry.undo() ? look(record) : giveUp(record));
    }

    private static String again(Retry retry) {
        Instant next = retry.next();
        if (next != null) {
            return "at " + time(next);
        }
        return retry.undo() ? "every few seconds" : "at once";
    }

    /** What an abort comes to. */
    private static String given(MoveRecord record) {
        return record.rollingBack()
                ? "the rollback is given up, and the move bakes again on "
                        + record.identity().target().node()
                : "the move is undone";
    }

    private static String commanding(MoveRecord record, Command command) {
        return "node " + command.node() + " to answer " + command.verb() + " of step " + MoveOrders.stepOf(record) + " "
                + name(record) + ", since " + time(command.since()) + ", for at most " + words(command.limit())
                + ": then it is asked again or given up; "
                + (record.state() == MoveState.ABORTING ? look(record) : giveUp(record));
    }

    /** Between two waits, or while no driver is at work here. */
    private static String standing(MoveRecord record) {
        if (record.state() == MoveState.ABORTING) {
            return "the undo, which is at step " + MoveOrders.stepOf(record) + " " + name(record) + ", since "
                    + time(begin(record)) + "; " + look(record);
        }
        return "the leading controller to go on with step " + MoveOrders.stepOf(record) + " " + name(record) + " ("
                + MoveSteps.sentence(record) + "), since " + time(begin(record))
                + "; when none leads, the next one goes on after the last one's session has timed out; "
                + giveUp(record);
    }

    /** How to end it, where it can be ended. */
    static String giveUp(MoveRecord record) {
        return forwardOnly(record) ? look(record) : "to give it up: bin/drover abort " + id(record);
    }

    private static String look(MoveRecord record) {
        return "nothing is left to order, it goes on by itself: bin/drover show " + id(record);
    }

    static boolean forwardOnly(MoveRecord record) {
        return record.leg().begun().contains(MoveSteps.PROMOTE);
    }

    private static String id(MoveRecord record) {
        return record.identity().id().value();
    }

    private static String name(MoveRecord record) {
        return MoveSteps.nameOf(MoveOrders.stepOf(record));
    }

    private static Instant begin(MoveRecord record) {
        StepMark mark = record.step();
        return mark == null ? record.identity().createdAt() : mark.since();
    }

    static String time(Instant instant) {
        return TIME.format(Objects.requireNonNull(instant, "instant is null"));
    }

    static String words(Duration time) {
        if (time.toMinutes() >= 120) {
            return time.toHours() + " h";
        }
        if (time.toSeconds() >= 120) {
            return time.toMinutes() + " min";
        }
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
