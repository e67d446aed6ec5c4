/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.time.Scheduler;
import io.drover.topology.ForwardingZooKeeperClient;
import io.drover.topology.ZooKeeperClient;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/** A connection to ZooKeeper all of whose watches and znodes are looked after by one thread. */
final class OneThreadClient extends ForwardingZooKeeperClient {
    private final Scheduler scheduler;

    OneThreadClient(ZooKeeperClient client, String name) {
        super(client);
        this.scheduler = new OneTimer(client.scheduler(), client.scheduler().newTimer(name));
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    private record OneTimer(Scheduler system, ScheduledExecutorService timer) implements Scheduler {
        @Override
        public Clock clock() {
            return system.clock();
        }

        @Override
        public long nanoTime() {
            return system.nanoTime();
        }

        @Override
        public Lock newLock() {
            return system.newLock();
        }

        @Override
        public ExecutorService newThreads(String name) {
            return system.newThreads(name);
        }

        @Override
        public ScheduledExecutorService newTimer(String name) {
            return new SharedTimer(timer);
        }

        @Override
        public void pause(Duration time) throws InterruptedException {
            system.pause(time);
        }

        @Override
        public <T> T await(CompletableFuture<T> answer, Duration limit)
                throws TimeoutException, ExecutionException, InterruptedException {
            return system.await(answer, limit);
        }
    }
}
