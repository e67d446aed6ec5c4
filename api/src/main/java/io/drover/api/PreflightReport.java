/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the checks before a move found.
 *
 * @param ok whether nothing blocks
 * @param blockers what a cutover would wait for now, the oldest of each kind first; not all when there are very many
 * @param mode how the source would be stopped: what was asked for, or what the checks have chosen; null in a record that an older
 *     version wrote
 */
public record PreflightReport(boolean ok, List<Check> checks, List<Blocker> blockers, MoveRequest.@Nullable Mode mode) {
    public PreflightReport {
        checks = List.copyOf(checks);
        // absent in a record that an older version wrote
        blockers = blockers == null ? List.of() : List.copyOf(blockers);
    }

    /** What a failed check means. */
    public enum Severity {
        BLOCK,
        WARN,
        INFO,
        /** Would block, and a person took responsibility for it. */
        WAIVED
    }

    /**
     * One check.
     *
     * @param id its number in {@code docs/hazards.md}, such as P47
     * @param message what was found
     * @param remedy what to do about it, or null when the check passed
     */
    public record Check(
            String id,
            Severity severity,
            boolean ok,
            String message,
            @Nullable String remedy) {}

    /** The report on these checks: blocked when one of them failed with severity BLOCK. */
    public static PreflightReport of(List<Check> checks) {
        return new PreflightReport(
                checks.stream().allMatch(check -> check.ok() || check.severity() != Severity.BLOCK),
                checks,
                List.of(),
                null);
    }

    /** The same with what a cutover would wait for. */
    public PreflightReport with(List<Blocker> found) {
        return new PreflightReport(ok, checks, found, mode);
    }

    /** The same with the mode that the move takes. */
    public PreflightReport in(MoveRequest.Mode chosen) {
        return new PreflightReport(ok, checks, blockers, chosen);
    }
}
