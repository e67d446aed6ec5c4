/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * An error as REST shows it (RFC 9457), and as a move keeps it.
 *
 * @param code one of {@link ErrorCode}, for programs
 * @param message the same text as {@code detail}
 * @param hint what the person can do
 * @param preflight the checks, when the preflight refused
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        String message,
        @Nullable MoveId moveId,
        @Nullable Integer step,
        @Nullable String hint,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PreflightReport preflight) {

    /** The problem that an exception stands for. */
    public static Problem of(DroverException e) {
        String detail = e.getMessage();
        return new Problem(
                "about:blank",
                e.code().title(),
                e.code().httpStatus(),
                detail,
                e.code().name(),
                detail,
                e.moveId().orElse(null),
                e.step().isPresent() ? e.step().orElseThrow() : null,
                e.hint().orElse(null),
                e.preflight().orElse(null));
    }
}
