/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

/**
 * The demo's size.
 *
 * @param rows rows of the shard, about 150 bytes each
 * @param seconds how long the load runs before, between and after the cutovers
 */
record DemoOptions(long rows, int writers, int readers, int seconds, long seed) {}
