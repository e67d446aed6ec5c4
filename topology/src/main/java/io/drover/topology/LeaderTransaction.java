/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.util.function.Consumer;

/**
 * One ZooKeeper transaction of the leading controller: all of it happens, or nothing. Begins with a check of the leader epoch's
 * version, so that a controller that has lost the lead without knowing it changes nothing (hazard H37). Not thread-safe.
 */
public final class LeaderTransaction {
    private final AtomicWrite write;
    private final Consumer<DroverException> refused;

    LeaderTransaction(ZkCalls calls, int leaderVersion, Consumer<DroverException> refused) {
        this.write = new AtomicWrite(calls).check(ZkLayout.leaderEpoch(), leaderVersion);
        this.refused = requireNonNull(refused, "refused is null");
    }

    /**
     * Makes a persistent znode, which must not exist; its parent must.
     *
     * @throws DroverException INTERNAL when the record is larger than 64 KiB
     */
    public <T> LeaderTransaction create(ZNode<T> node, T value) {
        write.create(node, value);
        return this;
    }

    /**
     * Replaces the content of a znode that has not been written since {@code expected} was read.
     *
     * @throws DroverException INTERNAL when the record is larger than 64 KiB
     */
    public <T> LeaderTransaction set(ZNode<T> node, Versioned<?> expected, T value) {
        write.set(node, expected.version(), value);
        return this;
    }

    /** Deletes a znode that has not been written since {@code expected} was read; it must have no children. */
    public LeaderTransaction delete(ZNode<?> node, Versioned<?> expected) {
        write.delete(node, expected.version());
        return this;
    }

    /** Demands that a znode has not been written since {@code expected} was read. */
    public LeaderTransaction check(ZNode<?> node, Versioned<?> expected) {
        write.check(node, expected.version());
        return this;
    }

    /** Demands that a znode does not exist; its parent must. */
    public LeaderTransaction checkAbsent(ZNode<?> node) {
        write.checkAbsent(node);
        return this;
    }

    /**
     * Sends the transaction. A lost answer is cleared up by asking again, within ten seconds.
     *
     * @throws DroverException LEADERSHIP_LOST when another controller leads; CONFLICT, naming the znode, when one was written or
     *     deleted meanwhile; ALREADY_EXISTS when one exists that was to be made or demanded absent; in all these cases nothing was written.
     *     ZOOKEEPER_UNAVAILABLE when no answer came in time: then read before doing anything else
     */
    public CommitResult commit() {
        try {
            return new CommitResult(write.commit());
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                refused.accept(e);
            }
            throw e;
        }
    }
}
