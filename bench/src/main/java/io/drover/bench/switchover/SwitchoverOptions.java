/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

/**
 * The size of a comparison.
 *
 * @param runs switches of each series
 * @param writers clients that write as fast as they are acknowledged
 * @param rows rows of the shard, about 150 bytes each
 */
record SwitchoverOptions(int runs, int writers, long rows) {}
