/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.ByteSize;
import org.jspecify.annotations.Nullable;

/**
 * The size of a comparison of copies.
 *
 * @param runs copies of each series
 * @param rows rows of the shard, about 150 bytes each
 * @param writers clients that write as fast as they are acknowledged
 * @param maxRate a limit in bytes per second that a second pair of series has, or null for none
 */
record CopyOptions(
        int runs, long rows, int writers, @Nullable ByteSize maxRate) {}
