/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.PreflightReport;
import io.drover.api.PreflightReport.Severity;
import io.drover.daemon.preflight.When;
import java.util.stream.Collectors;

/** Gathers the facts of both nodes and has the preflight judge them. */
interface Checks {
    PreflightReport run(MoveRecord record, When when);

    /** The failed checks in one line, for people. */
    static String failures(PreflightReport report) {
        return report.checks().stream()
                .filter(check -> !check.ok() && check.severity() == Severity.BLOCK)
                .map(check -> check.id() + " " + check.message())
                .collect(Collectors.joining("; "));
    }
}
