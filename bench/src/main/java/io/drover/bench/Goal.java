/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import org.jspecify.annotations.Nullable;

/**
 * What was wanted of a figure, and what it is.
 *
 * @param measured null when it could not be measured
 * @param most the greatest value that meets the goal
 * @param met null when it could not be measured
 */
record Goal(
        String name,
        @Nullable Double measured,
        double most,
        @Nullable Boolean met) {
    static Goal atMost(String name, @Nullable Double measured, double most) {
        if (measured == null || measured.isNaN()) {
            return new Goal(name, null, most, null);
        }
        return new Goal(name, measured, most, measured <= most);
    }
}
