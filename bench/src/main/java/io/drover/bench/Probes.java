/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.ShardTopology;
import io.drover.testing.cluster.Waiting;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Writes the topology of shards that nobody moves, one after the other, and notes when. The content stays, the version does not: for a
 * watcher that is a change like any other.
 */
final class Probes {
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private final TopologyStore store;
    private final List<Integer> shards = new ArrayList<>();
    private final Random random;
    private int next;

    /**
     * Probes these shards.
     *
     * @param from number of the first
     * @param to number of the one after the last
     */
    Probes(TopologyStore store, int from, int to, long seed) {
        this.store = store;
        this.random = new Random(seed);
        for (int shard = from; shard < to; shard++) {
            shards.add(shard);
        }
        Collections.shuffle(shards, random);
    }

    /**
     * A change.
     *
     * @param transaction of ZooKeeper
     * @param sentNanos when its write was sent
     * @param committedNanos when the answer to it had come
     */
    record Change(int shard, long transaction, long sentNanos, long committedNanos) {}

    /**
     * Makes changes.
     *
     * @param most how many at most
     * @param goesOn asked before each
     */
    List<Change> make(int most, BooleanSupplier goesOn) {
        List<Change> made = new ArrayList<>();
        while (made.size() < most && goesOn.getAsBoolean() && !shards.isEmpty()) {
            int shard = shards.get(next++ % shards.size());
            List<Versioned<ShardTopology>> now =
                    store.read(ControlShards.id(shard)).stream().toList();
            long sent = System.nanoTime();
            List<Versioned<ShardTopology>> written = store.swap(now, UnaryOperator.identity());
            long committed = System.nanoTime();
            made.add(new Change(shard, written.get(0).mzxid(), sent, committed));
            // not in step with anything that happens every so many milliseconds
            Waiting.pause(BETWEEN.plusMillis(random.nextInt(10)));
        }
        return made;
    }

    /**
     * How long after a change its watchers were called.
     *
     * @param fromSendMillis from the sending of the write, its commit included
     * @param fromCommitMillis from the moment when its writer knew of it: below zero when a watcher was told first
     * @param missing watchers that were not called for a change
     */
    record Result(List<Double> fromSendMillis, List<Double> fromCommitMillis, int missing) {}

    /**
     * Finds the calls that belong to changes.
     *
     * @param watchers how many there are of a shard
     */
    static Result match(List<Change> changes, List<Seen> seen, Map<Integer, Integer> watchers) {
        Map<Long, List<Seen>> byTransaction = new HashMap<>();
        seen.forEach(each -> byTransaction
                .computeIfAbsent(each.transaction(), any -> new ArrayList<>())
                .add(each));
        List<Double> fromSend = new ArrayList<>();
        List<Double> fromCommit = new ArrayList<>();
        int missing = 0;
        for (Change change : changes) {
            List<Seen> calls = byTransaction.getOrDefault(change.transaction(), List.of());
            missing += watchers.getOrDefault(change.shard(), 0) - calls.size();
            for (Seen call : calls) {
                fromSend.add((call.seenNanos() - change.sentNanos()) / 1e6);
                fromCommit.add((call.seenNanos() - change.committedNanos()) / 1e6);
            }
        }
        return new Result(fromSend, fromCommit, missing);
    }
}
