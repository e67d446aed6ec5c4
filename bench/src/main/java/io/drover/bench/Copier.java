/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import org.jspecify.annotations.Nullable;

/** One way of copying the shard's instance to another node. */
interface Copier {
    /**
     * When something happened, by {@link System#nanoTime()}.
     *
     * @param bytes of the files that arrived
     * @param begun the base backup was started
     * @param copied it had ended
     * @param verified every file was proven
     */
    record Times(long bytes, long begun, long copied, long verified) {}

    /**
     * Makes a copy and throws it away.
     *
     * @param maxRateBytes the most bytes in a second, or null for no limit
     * @throws IllegalStateException when it does not come to its end
     */
    Times copy(@Nullable Long maxRateBytes);
}
