/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.testing.checker.Check;
import io.drover.testing.checker.Evidence;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A negative control.
 *
 * @param id its number in the list of hazards
 * @param sabotage what is broken
 * @param levers the layers that are disarmed, the sabotage itself and those that would catch it
 * @param load who does the harm, in words
 * @param script sets the load up, and does what the run does besides; the run without sabotage has the same
 * @param spoil what is broken in the client instead of in a daemon
 * @param caughtBy the checks one of which has to notice
 */
record Control(
        String id,
        String sabotage,
        Set<Lever> levers,
        String load,
        Script script,
        UnaryOperator<Evidence> spoil,
        Set<Check> caughtBy) {

    /** Sets up a run. */
    @FunctionalInterface
    interface Script {
        void prepare(ControlScene scene);
    }

    /** Nothing is broken in the client. */
    static Control of(String id, String sabotage, Set<Lever> levers, String load, Script script, Set<Check> caughtBy) {
        return new Control(id, sabotage, levers, load, script, UnaryOperator.identity(), caughtBy);
    }
}
