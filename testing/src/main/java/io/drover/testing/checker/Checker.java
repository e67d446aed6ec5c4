/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import java.util.Arrays;

/** Judges a run. */
public final class Checker {
    private Checker() {}

    /** Runs every check that is not waived. */
    public static Report judge(Evidence evidence) {
        return new Report(
                Arrays.stream(Check.values())
                        .map(check -> judge(check, evidence))
                        .toList(),
                CoverageCheck.vacuous(evidence));
    }

    private static Finding judge(Check check, Evidence evidence) {
        String waiver = evidence.waived().get(check);
        if (waiver != null) {
            return Finding.waived(check, waiver);
        }
        return switch (check) {
            case K1_NO_LOST_ACK -> RowChecks.nothingLost(evidence);
            case K2_NO_INVENTION -> RowChecks.nothingInvented(evidence);
            case K3_AT_MOST_ONCE -> RowChecks.nothingDoubled(evidence);
            case K5_SINGLE_WRITER_SEEN -> ForkCheck.of(evidence);
            case K6_SINGLE_WRITER_TRUTH -> TruthCheck.of(evidence);
            case K7_EPOCHS -> EpochCheck.of(evidence);
            case K8_FINAL_STATE -> EndChecks.nothingLeft(evidence);
            case K9_PAUSES -> PauseCheck.of(evidence);
            case K10_EQUALITY -> EqualityCheck.of(evidence);
            case K11_LIVENESS -> EndChecks.ended(evidence);
        };
    }
}
