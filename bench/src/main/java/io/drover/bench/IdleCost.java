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
    /** A line that is this much steeper at its end than at its begin bends upwards; less is noise. */
    static final double STEEPER = 1.5;

    /**
     * How much more a further shard costs at the greatest size than at the smaller ones; below {@link #STEEPER} the cost grows no
     * faster than the shards.
     *
     * @return null when there are fewer than three sizes, or the cost does not grow at first so that there is nothing to compare with
     */
    static @Nullable Double bend(List<IdleCost> sizes, ToDoubleFunction<IdleCost> cost) {
        if (sizes.size() < 3) {
            return null;
        }
        IdleCost first = sizes.get(0);
        IdleCost before = sizes.get(sizes.size() - 2);
        IdleCost last = sizes.get(sizes.size() - 1);
        double early = slope(first, before, cost);
        return early <= 0 ? null : slope(before, last, cost) / early;
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
