/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.MoveState;
import io.drover.testing.checker.Evidence.Ending;
import java.util.List;

/** K8 and K11: what a move leaves, and that it ends. */
final class EndChecks {
    private EndChecks() {}

    static Finding nothingLeft(Evidence evidence) {
        List<String> leftovers = evidence.leftovers();
        if (leftovers == null) {
            return Finding.unproven(Check.K8_FINAL_STATE, "nobody compared with the snapshot from before");
        }
        Finding.Collector found = new Finding.Collector(Check.K8_FINAL_STATE);
        found.looked(1);
        leftovers.forEach(found::violation);
        return found.finding();
    }

    static Finding ended(Evidence evidence) {
        Ending ending = evidence.ending();
        if (ending == null) {
            return Finding.unproven(Check.K11_LIVENESS, "nobody waited for the end of the move");
        }
        Finding.Collector found = new Finding.Collector(Check.K11_LIVENESS);
        found.looked(1);
        // the way back stays open in BAKING until a person closes it
        if (!ending.state().isFinal() && ending.state() != MoveState.BAKING) {
            found.violation("the move is " + ending.state() + " "
                    + ending.sinceHealed().toSeconds() + " s after the last fault was healed");
        } else if (ending.state() == MoveState.NEEDS_OPERATOR && !ending.explained()) {
            found.violation("the move needs an operator and does not say what is safe now");
        } else if (ending.sinceHealed().compareTo(ending.limit()) > 0) {
            found.violation("the move became " + ending.state() + " "
                    + ending.sinceHealed().toSeconds() + " s after the last fault was healed, the limit is "
                    + ending.limit().toSeconds() + " s");
        }
        return found.finding();
    }
}
