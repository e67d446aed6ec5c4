/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.io.Serial;

/** What a client is told instead of success. */
public final class FakeFailure extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** What the client knows. */
    public enum Kind {
        /** It could not log in: nothing was done. */
        REFUSED,
        /** The server is a standby: nothing was done. */
        READ_ONLY,
        /** The session has ended: nobody has told whether it was done. */
        LOST
    }

    FakeFailure(Kind kind, String message) {
        // clients are told of it thousands of times a second, and where they were says nothing about the server
        super(message, null, false, false);
        this.kind = kind;
    }

    /** What the client knows. */
    public Kind kind() {
        return kind;
    }
}
