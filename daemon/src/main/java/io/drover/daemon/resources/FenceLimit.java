/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often the writers of one shard may be made to wait (S31): a fence ends by itself at {@code maxWritePause}, but without a limit
 * somebody could ask for the next one at once. What this controller has accepted as the leader counts; the next leader begins anew.
 */
public final class FenceLimit {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final int perHour;
    private final LongSupplier nanoTime;
    private final Map<ShardId, Deque<Long>> accepted = new HashMap<>();

    /**
     * Makes a limit.
     *
     * @param perHour how many fences of one shard in an hour
     */
    public FenceLimit(int perHour, LongSupplier nanoTime) {
        this.perHour = perHour;
        this.nanoTime = nanoTime;
    }

    /** No limit. */
    public static FenceLimit none() {
        return new FenceLimit(Integer.MAX_VALUE, () -> 0);
    }

    boolean isSet() {
        return perHour < Integer.MAX_VALUE;
    }

    /**
     * Takes one fence of each of the shards into account.
     *
     * @return what gives it back when the order was refused after all
     * @throws DroverException TOO_MANY_FENCES when a shard has none left; then none is taken
     */
    synchronized Runnable take(Collection<ShardId> shards) {
        if (!isSet()) {
            return () -> {};
        }
        long now = nanoTime.getAsLong();
        for (ShardId shard : shards) {
            Deque<Long> earlier = of(shard);
            earlier.removeIf(taken -> now - taken >= HOUR);
            if (earlier.size() >= perHour) {
                throw tooMany(shard, Duration.ofNanos(HOUR - (now - earlier.getFirst())));
            }
        }
        shards.forEach(shard -> of(shard).add(now));
        return () -> giveBack(shards, now);
    }

    private synchronized void giveBack(Collection<ShardId> shards, long taken) {
        shards.forEach(shard -> of(shard).removeFirstOccurrence(taken));
    }

    private Deque<Long> of(ShardId shard) {
        return accepted.computeIfAbsent(shard, any -> new ArrayDeque<>());
    }

    private DroverException tooMany(ShardId shard, Duration left) {
        return new DroverException(
                ErrorCode.TOO_MANY_FENCES,
                "shard " + shard + " has had " + perHour
                        + " orders in an hour that fence it (fencesPerHour); nothing was" + " done",
                "the next one is taken in " + Math.max(1, left.toMinutes()) + " min; aborts and completions are taken"
                        + " now");
    }
}
