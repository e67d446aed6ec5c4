/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;

/** What the program's exit code says. */
public final class ExitCode {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /** A guard or a conflict refused; nothing has changed. */
    public static final int REFUSED = 3;

    public static final int NEEDS_OPERATOR = 4;

    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;
    private static final int TOO_MANY = 429;

    private ExitCode() {}

    /** The code for a failed call. */
    static int of(DroverException failure) {
        if (failure.code() == ErrorCode.OPERATOR_NEEDED) {
            return NEEDS_OPERATOR;
        }
        return switch (failure.code().httpStatus()) {
            case BAD_REQUEST -> USAGE;
            case FORBIDDEN, CONFLICT, UNPROCESSABLE, TOO_MANY -> REFUSED;
            default -> FAILED;
        };
    }
}
