/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import java.util.Optional;

/**
 * What a check found wrong.
 *
 * @param message what is wrong, with names and figures
 * @param remedy what the person can do about it
 */
public record Finding(String message, String remedy) {
    /** The finding when the condition for it holds. */
    static Optional<Finding> when(boolean wrong, String message, String remedy) {
        return wrong ? Optional.of(new Finding(message, remedy)) : Optional.empty();
    }
}
