/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.ShardTopology;
import java.time.Duration;

/**
 * What a data source sees at this moment.
 *
 * @param topology the topology that it acts on
 * @param borrowed connections to the primary in the application's hands
 * @param waiting callers that wait for a connection
 * @param pauses how often connections were held back and handed out again
 * @param lastPause how long the last of them took; zero when there was none
 * @param longestPause how long the longest of them took
 * @param targetReady whether the pool to the target of a move is warm
 * @param connected whether ZooKeeper is reached
 */
public record ShardStats(
        ShardTopology topology,
        int borrowed,
        int waiting,
        long pauses,
        Duration lastPause,
        Duration longestPause,
        boolean targetReady,
        boolean connected) {}
