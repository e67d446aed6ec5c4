/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.api.PreflightReport.Severity;
import java.util.Optional;
import java.util.function.Function;

/**
 * One row of the preflight.
 *
 * @param id its number in {@code docs/hazards.md}, such as P47; a second row under the same number has a word after it
 * @param severity what it means when the check fails; never {@link Severity#WAIVED}
 * @param waivable whether a person may take responsibility for a failure
 * @param when in which phase it is asked
 * @param good what holds when it passes: the message of a passed check
 * @param test tells what is wrong, or nothing; asks only the facts
 */
public record PreflightCheck(
        String id,
        Severity severity,
        boolean waivable,
        When when,
        String good,
        Function<PreflightFacts, Optional<Finding>> test) {

    /** Refuses the move, whatever a person says. */
    static PreflightCheck block(String id, When when, String good, Function<PreflightFacts, Optional<Finding>> test) {
        return new PreflightCheck(id, Severity.BLOCK, false, when, good, test);
    }

    /** Refuses the move until a person waives it with a reason. */
    static PreflightCheck blockUnlessWaived(
            String id, When when, String good, Function<PreflightFacts, Optional<Finding>> test) {
        return new PreflightCheck(id, Severity.BLOCK, true, when, good, test);
    }

    /** Is shown, and does not stop the move. */
    static PreflightCheck warn(String id, When when, String good, Function<PreflightFacts, Optional<Finding>> test) {
        return new PreflightCheck(id, Severity.WARN, false, when, good, test);
    }

    /** Is shown for people who plan. */
    static PreflightCheck inform(String id, When when, String good, Function<PreflightFacts, Optional<Finding>> test) {
        return new PreflightCheck(id, Severity.INFO, false, when, good, test);
    }
}
