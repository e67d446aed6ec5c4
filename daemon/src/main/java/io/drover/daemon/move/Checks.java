/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.PreflightReport;
import io.drover.api.PreflightReport.Severity;
import io.drover.daemon.preflight.When;
import java.util.List;
import java.util.stream.Collectors;

/** Gathers the facts of both nodes and has the preflight judge them. */
interface Checks {
    /** So many are named: what is written down about them must not outgrow its znode (H53). */
    int MOST_NAMED = 20;

    PreflightReport run(MoveRecord record, When when);

    /** Things in one line, for people. */
    static String several(List<String> names) {
        String named = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
        return names.size() <= MOST_NAMED ? named : named + " and " + (names.size() - MOST_NAMED) + " more";
    }

    /** The failed checks in one line, for people. */
    static String failures(PreflightReport report) {
        return report.checks().stream()
                .filter(check -> !check.ok() && check.severity() == Severity.BLOCK)
                .map(check -> check.id() + " " + check.message())
                .collect(Collectors.joining("; "));
    }
}
