/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client.internal;

import static java.util.Objects.requireNonNull;

import io.drover.api.time.Scheduler;
import io.drover.topology.ZooKeeperClient;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * All that the kit meets of the world.
 *
 * @param scheduler its time and threads
 * @param zooKeeper opens its connection to ZooKeeper; the kit closes it
 * @param pools opens its sessions
 * @param random for the calling thread: draws the replica that reads, and the client's id
 */
public record KitPorts(
        Scheduler scheduler,
        Supplier<ZooKeeperClient> zooKeeper,
        PoolFactory pools,
        Supplier<? extends RandomGenerator> random) {
    public KitPorts {
        requireNonNull(scheduler, "scheduler is null");
        requireNonNull(zooKeeper, "zooKeeper is null");
        requireNonNull(pools, "pools is null");
        requireNonNull(random, "random is null");
    }
}
