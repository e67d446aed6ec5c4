/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a number of idle shards costs a controller.
 *
 * @param shards how many there were
 * @param seconds how long it was measured
 * @param cpuMillisPerSecond the processors' time of the controller in a second
 * @param liveHeapBytes what was alive on its heap after a full collection
 * @param peakHeapBytes the most that its heap has held meanwhile, what was dead included
 * @param zookeeperRequestsPerSecond requests to ZooKeeper, of the agents and clients too
 */
record IdleCost(
        int shards,
        double seconds,
        double cpuMillisPerSecond,
        long liveHeapBytes,
        long peakHeapBytes,
        double zookeeperRequestsPerSecond) {
    /** What costs this much more than a straight line foretells bends upwards; less is noise. */
    static final double ABOVE_LINE = 1.5;

    /**
     * The cost at the greatest size, as a multiple of what it would be on the straight line through the least size and the last but one:
     * at 1 the cost grows as the shards do.
     *
     * @return null when there are fewer than three sizes
     */
    static @Nullable Double bend(List<IdleCost> sizes, ToDoubleFunction<IdleCost> cost) {
        if (sizes.size() < 3) {
            return null;
        }
        IdleCost least = sizes.get(0);
        IdleCost before = sizes.get(sizes.size() - 2);
        IdleCost last = sizes.get(sizes.size() - 1);
        // a line that falls is one that noise has made
        double slope = Math.max(0, slope(least, before, cost));
        double foretold = cost.applyAsDouble(before) + slope * (last.shards() - before.shards());
        return cost.applyAsDouble(last) / foretold;
    }

    private static double slope(IdleCost from, IdleCost to, ToDoubleFunction<IdleCost> cost) {
        return (cost.applyAsDouble(to) - cost.applyAsDouble(from)) / (to.shards() - from.shards());
    }

    /** The processors' time that each shard above those of another size costs, in microseconds of each second. */
    double cpuMicrosPerShard(IdleCost least) {
        return slope(least, this, IdleCost::cpuMillisPerSecond) * 1000;
    }

    /** The heap that each shard above those of another size costs. */
    double heapBytesPerShard(IdleCost least) {
        return slope(least, this, IdleCost::liveHeapBytes);
    }
}
