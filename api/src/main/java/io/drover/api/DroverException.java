/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A failure that has a code. The message says what failed and where, then what Drover did about it; the hint says what the
 * person can do.
 */
public final class DroverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable String hint;
    private final transient @Nullable MoveId moveId;
    private final @Nullable Integer step;
    private final transient @Nullable PreflightReport preflight;

    private DroverException(
            ErrorCode code,
            String message,
            @Nullable String hint,
            @Nullable MoveId moveId,
            @Nullable Integer step,
            @Nullable PreflightReport preflight,
            @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.hint = hint;
        this.moveId = moveId;
        this.step = step;
        this.preflight = preflight;
    }

    public DroverException(ErrorCode code, String message) {
        this(code, message, null, null, null, null, null);
    }

    public DroverException(ErrorCode code, String message, @Nullable String hint) {
        this(code, message, hint, null, null, null, null);
    }

    public DroverException(ErrorCode code, String message, @Nullable String hint, @Nullable Throwable cause) {
        this(code, message, hint, null, null, null, cause);
    }

    /** The preflight refused: the report goes with the answer. */
    public static DroverException refusedBy(PreflightReport report, String message) {
        return new DroverException(
                ErrorCode.PREFLIGHT_FAILED,
                message,
                "mend what the failed checks name, or waive a check with a reason where that is allowed",
                null,
                null,
                report,
                null);
    }

    /** The failure that a remote side reported. */
    public static DroverException of(Problem problem) {
        ErrorCode code;
        try {
            code = ErrorCode.valueOf(problem.code());
        } catch (IllegalArgumentException e) {
            code = ErrorCode.INTERNAL;
        }
        return new DroverException(
                code, problem.detail(), problem.hint(), problem.moveId(), problem.step(), problem.preflight(), null);
    }

    /** The same failure, placed at a move and its step; keeps this one as the cause. */
    public DroverException at(MoveId move, int number) {
        return new DroverException(code, getMessage(), hint, move, number, preflight, this);
    }

    /** The same failure, with the move that stands in the way. */
    public DroverException heldBy(MoveId move) {
        return new DroverException(code, getMessage(), hint, move, null, preflight, getCause());
    }

    /** What failed; there is always a message. */
    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage(), "message is null");
    }

    /** What kind of failure it is. */
    public ErrorCode code() {
        return code;
    }

    /** What the person can do. */
    public Optional<String> hint() {
        return Optional.ofNullable(hint);
    }

    /** The move it happened in. */
    public Optional<MoveId> moveId() {
        return Optional.ofNullable(moveId);
    }

    /** The step of the move it happened in. */
    public OptionalInt step() {
        return step == null ? OptionalInt.empty() : OptionalInt.of(step);
    }

    /** The checks, when the preflight refused. */
    public Optional<PreflightReport> preflight() {
        return Optional.ofNullable(preflight);
    }
}
