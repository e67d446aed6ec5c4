/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.LeaderEpoch;
import io.drover.api.agent.Token;
import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An instance on this node: its record on disk, the lock under which verbs run one at a time, and its warm connections. */
final class ManagedInstance {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedInstance.class);

    /** A slow disk of the target is no reason to give a move up; and how long a commit may hang when nobody has said it. */
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(2);

    private final InstanceStore store;
    private final Scheduler scheduler;
    private final Lock lock;
    private final Lock writing;
    private final ExecutorService writers;
    private final WarmParts warm;
    private volatile InstanceRecord record;
    private volatile long lastVerb;
    private volatile Duration patience = LEAST_PATIENCE;
    private volatile @Nullable LeaderEpoch provenLeader;

    ManagedInstance(InstanceStore store, Scheduler scheduler, InstanceRecord record) {
        this.store = store;
        this.scheduler = scheduler;
        this.lock = scheduler.newLock();
        this.writing = scheduler.newLock();
        this.writers = scheduler.newThreads("record-writer");
        this.warm = new WarmParts(scheduler);
        this.record = record;
        this.lastVerb = scheduler.nanoTime();
    }

    InstanceRecord record() {
        return record;
    }

    /** What is kept open and warm for the pause of a move. */
    WarmParts warm() {
        return warm;
    }

    /** Changes the record; returns when it is on disk. Nothing is written when nothing changes. */
    InstanceRecord update(UnaryOperator<InstanceRecord> change) {
        writing.lock();
        try {
            InstanceRecord next = change.apply(record);
            if (!next.equals(record)) {
                store.save(next);
                record = next;
            }
            return next;
        } finally {
            writing.unlock();
        }
    }

    /**
     * Changes the record now and on disk a little later, for what would delay the write pause. A crash in between forgets the
     * change.
     */
    void updateSoon(UnaryOperator<InstanceRecord> change) {
        writing.lock();
        try {
            record = change.apply(record);
        } finally {
            writing.unlock();
        }
        writers.execute(this::saveCurrent);
    }

    private void saveCurrent() {
        writing.lock();
        try {
            store.save(record);
        } catch (DroverException e) {
            LOG.error("the record of instance {} could not be stored", record.instance(), e);
        } finally {
            writing.unlock();
        }
    }

    /** Accepts a token and makes the change that goes on disk with it, before anything else is done. */
    void accept(Token token, UnaryOperator<InstanceRecord> first) {
        lastVerb = scheduler.nanoTime();
        update(current -> first.apply(TokenGate.accept(current, token)));
    }

    /**
     * Whether this agent, since it was started, has seen the leadership of a token proven. What it stored may be older than what it
     * had accepted: a state directory can be lost or restored (F45).
     */
    boolean knowsLeader(Token token) {
        return token.leaderEpoch().equals(provenLeader);
    }

    void leaderProven(Token token) {
        provenLeader = token.leaderEpoch();
    }

    /** How long no verb of a move has come; since this agent started at most. */
    Duration quietFor() {
        return Duration.ofNanos(scheduler.nanoTime() - lastVerb);
    }

    /** How long a commit may wait for the target of a move. */
    Duration patience() {
        return patience;
    }

    /** After a restart of the agent it is the least again. */
    void patience(@Nullable Long millis) {
        Duration asked = millis == null ? LEAST_PATIENCE : Duration.ofMillis(millis);
        patience = asked.compareTo(LEAST_PATIENCE) > 0 ? asked : LEAST_PATIENCE;
    }

    /** Runs something while no other verb runs. */
    <R> R exclusively(Deadline deadline, Supplier<R> action) {
        try {
            if (!lock.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new DroverException(
                        ErrorCode.TIMEOUT,
                        "instance " + record.instance() + " was busy with another verb all the time; nothing was done",
                        "the controller sends it again within the limit of its step; see the agent's log for the other");
            }
        } catch (InterruptedException e) {
            throw Deadline.shuttingDown(e);
        }
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** Runs something when no verb runs right now; answers whether it did. */
    boolean ifIdle(Runnable action) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            action.run();
            return true;
        } finally {
            lock.unlock();
        }
    }
}
