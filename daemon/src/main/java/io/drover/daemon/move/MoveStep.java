/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.MoveState;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One row of the move table.
 *
 * @param number its number; rises by the order of the rows, is never reused, and appears in logs, metrics, REST and docs
 * @param state the move's state while the row is current (a rollback is in ROLLING_BACK throughout)
 * @param name a short name
 * @param does the sentence that an operator sees; {@code {source}}, {@code {target}}, {@code {shard}} and {@code {slot}} are
 *     filled in
 * @param guard what must hold before the row begins
 * @param run brings its effect about; may be repeated
 * @param done whether the effect is there already: asks the world, not the record
 * @param undo takes the effect back; before the point of no return only
 * @param recording when the driver writes the row down
 * @param limits how long the row may take
 */
record MoveStep(
        int number,
        MoveState state,
        String name,
        String does,
        Guard guard,
        Action run,
        Probe done,
        Undo undo,
        Recording recording,
        Limits limits) {

    /** What must hold before a row begins. */
    interface Guard {
        Guard NONE = context -> Optional.empty();

        /** Why the row may not begin, or empty. */
        Optional<DroverException> refusal(MoveContext context);
    }

    /** Brings a row's effect about. */
    interface Action {
        void run(MoveContext context);
    }

    /** Asks the world whether a row's effect is there. */
    interface Probe {
        /** The effect has no trace that could be asked for cheaper than by repeating the row, which changes nothing then. */
        Probe REPEAT = context -> false;

        boolean isDone(MoveContext context);
    }

    /**
     * Takes a row's effect back.
     *
     * @param does what it does, or why there is nothing to do
     */
    record Undo(String does, Action action) {
        static Undo nothing(String reason) {
            return new Undo(reason, context -> {});
        }

        static Undo by(String does, Action action) {
            return new Undo(does, action);
        }

        /** The row lies behind the point of no return. */
        static Undo never() {
            return new Undo("only forward from here", context -> {
                throw new IllegalStateException("BUG: a row behind the point of no return is never undone");
            });
        }
    }

    /** When the driver writes a row down. Rows of the write pause share the transactions of rows 100 and 130. */
    enum Recording {
        /** The intent before it, the result after it. */
        OWN(true, true),
        /** By the transaction of an earlier row of the pause, or its own. */
        JOINED(false, false),
        /** The intent with an earlier row, the result after it. */
        RESULT(false, true);

        private final boolean intent;
        private final boolean result;

        Recording(boolean intent, boolean result) {
            this.intent = intent;
            this.result = result;
        }

        boolean writesIntent() {
            return intent;
        }

        boolean writesResult() {
            return result;
        }
    }

    /**
     * How long a row may take.
     *
     * @param run limit of one attempt, for each command it sends
     * @param retry how long failures that may pass are met with another attempt
     * @param undo the same for its undo, which gets a limit of its own, however little of the row's was left
     * @param rest how long it rests between two attempts at most: of one that begins its work anew each costs the nodes something
     */
    record Limits(Duration run, Duration retry, Duration undo, Duration rest) {
        /** Between two attempts that cost nothing. */
        static final Duration SHORTEST_REST = Duration.ofMillis(300);

        private static final Duration USUAL_UNDO = Duration.ofSeconds(60);

        static Limits seconds(long run, long retry) {
            return new Limits(Duration.ofSeconds(run), Duration.ofSeconds(retry), USUAL_UNDO, SHORTEST_REST);
        }

        /** With another limit for the undo. */
        Limits undoneWithin(long seconds) {
            return new Limits(run, retry, Duration.ofSeconds(seconds), rest);
        }

        /** With a rest that becomes twice as long after each failure, up to this. */
        Limits restingUpTo(long seconds) {
            return new Limits(run, retry, undo, Duration.ofSeconds(seconds));
        }

        /** Whether each attempt begins its work anew. */
        boolean beginsAnew() {
            return rest.compareTo(SHORTEST_REST) > 0;
        }
    }

    /** Where its fault points lie. */
    String place() {
        return "row-" + number;
    }

    /** The sentence with a move's names filled in. */
    String sentence(MoveRecord record) {
        return does.replace("{source}", record.from().node().value())
                .replace("{target}", record.to().node().value())
                .replace("{shard}", record.identity().request().shard().value())
                .replace("{slot}", record.streamingSlot())
                .replace("{standbys}", named(record));
    }

    private static String named(MoveRecord record) {
        String nodes = record.identity().standbys().stream()
                .filter(Standby::made)
                .map(standby -> standby.node().value())
                .collect(Collectors.joining(", "));
        return nodes.isEmpty() ? "no node" : nodes;
    }
}
