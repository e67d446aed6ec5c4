/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.util.List;

/** The answer to a dry run: what a move would do, and what the checks say now. */
public record MovePlan(List<PlannedStep> plan, PreflightReport preflight) {
    public MovePlan {
        plan = List.copyOf(plan);
    }

    /** One row of the move table with this move's names filled in. */
    public record PlannedStep(int step, String name, String does) {}
}
