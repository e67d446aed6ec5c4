/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.LeaderEpoch;
import java.util.function.Consumer;

/** One leadership of this controller. Thread-safe. */
public final class Leadership {
    private final ZkCalls calls;
    private final LeaderRecord record;
    private final int version;
    private final Consumer<Leadership> refused;
    private volatile boolean over;

    Leadership(ZkCalls calls, Versioned<LeaderRecord> record, Consumer<Leadership> refused) {
        this.calls = requireNonNull(calls, "calls is null");
        this.record = record.value();
        this.version = record.version();
        this.refused = requireNonNull(refused, "refused is null");
    }

    /** Its number. */
    public LeaderEpoch epoch() {
        return record.epoch();
    }

    /** Who leads, as the others see it. */
    public LeaderRecord record() {
        return record;
    }

    /** Version of the leader epoch's znode under this leadership. */
    public int version() {
        return version;
    }

    /** Whether nothing is known that ends it; a hint for stopping early, never proof (hazard H37). */
    public boolean stillHeld() {
        return !over;
    }

    /**
     * Proves by a check-only transaction that it is not over.
     *
     * @throws DroverException LEADERSHIP_LOST when it is; ZOOKEEPER_UNAVAILABLE when that cannot be told
     */
    public void verify() {
        transaction().commit();
    }

    /** Begins a transaction that succeeds only under this leadership. */
    public LeaderTransaction transaction() {
        return new LeaderTransaction(calls, version, e -> {
            end();
            refused.accept(this);
        });
    }

    void end() {
        over = true;
    }
}
