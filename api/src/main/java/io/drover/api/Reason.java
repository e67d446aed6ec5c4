/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

/** Why a person does something: a sentence that histories and logs keep. */
final class Reason {
    private static final int MOST = 1000;

    private Reason() {}

    /**
     * The reason itself.
     *
     * @throws IllegalArgumentException when it is long, or holds what cannot be seen
     */
    static String checked(String reason) {
        if (reason.length() > MOST || !SafeText.isPlain(reason)) {
            throw new IllegalArgumentException("not a reason: " + SafeText.quoted(reason) + "; one line of at most "
                    + MOST + " characters that can be seen");
        }
        return reason;
    }
}
