/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.fault.FaultPoints;
import io.drover.api.time.Scheduler;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.topology.CommitResult;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The stored record of one move, and the only way to change it: every write is one ZooKeeper transaction that checks the leader
 * epoch and the record's version and adds the lines of the history. The driver and people's orders both write through here.
 */
final class MoveJournal {
    private final MoveId id;
    private final Leadership leadership;
    private final Clock clock;
    private final Scheduler scheduler;
    /** Held while the record is written, so that a second writer sees what the first has made. */
    private final Lock writing;

    private final EventFeed feed;
    private final MoveObserver observer;
    private volatile Versioned<MoveRecord> stored;
    /** Whether a write may have happened whose answer never came. */
    private volatile boolean doubtful;

    private volatile CompletableFuture<Boolean> change = new CompletableFuture<>();
    /** Read once: whoever looks at a move many times a second must not read its whole history as often, least of all in the pause. */
    private @Nullable List<HistoryEntry> history;

    private final Queue<Kept> kept = new ConcurrentLinkedQueue<>();

    MoveJournal(Versioned<MoveRecord> stored, Leadership leadership, EventFeed feed, Services services) {
        this.id = stored.value().identity().id();
        this.stored = stored;
        this.leadership = leadership;
        this.clock = services.clock();
        this.scheduler = services.scheduler();
        this.writing = scheduler.newLock();
        this.feed = feed;
        this.observer = services.observer();
    }

    /** A line for the history. */
    record Line(int step, String event) {}

    /** A line that waits for the next write. */
    private record Kept(Line line, Instant at) {}

    /** Keeps a line for the next write, where one of its own would cost time or must not fail. A crash before that forgets it. */
    void keep(Line line) {
        kept.add(new Kept(line, clock.instant()));
    }

    MoveId id() {
        return id;
    }

    Leadership leadership() {
        return leadership;
    }

    MoveRecord record() {
        return stored.value();
    }

    /** ZooKeeper transaction id of the newest write: the sequence of the tokens that act on it. */
    long sequence() {
        return stored.mzxid();
    }

    /** The lines of history that are stored by now, in order. */
    List<HistoryEntry> history(DocumentStore documents) {
        writing.lock();
        try {
            List<HistoryEntry> known = history;
            if (known == null) {
                known = new ArrayList<>(documents.history(id, 0));
                history = known;
            }
            return List.copyOf(known);
        } finally {
            writing.unlock();
        }
    }

    /** Changes the record, with one line of history or, when {@code line} is null, none. */
    CommitResult write(UnaryOperator<MoveRecord> edit, @Nullable Line line) {
        return write(edit, line == null ? List.of() : List.of(line), transaction -> {});
    }

    /** Changes the record if it still meets a condition; answers whether it did. */
    boolean writeWhen(Predicate<MoveRecord> condition, UnaryOperator<MoveRecord> edit, Line line) {
        writing.lock();
        try {
            if (!condition.test(record())) {
                return false;
            }
            write(edit, line);
            return true;
        } finally {
            writing.unlock();
        }
    }

    /**
     * Changes the record together with other znodes, in one transaction.
     *
     * @param edit must throw to refuse; then nothing is written
     * @param more adds to the transaction
     */
    CommitResult write(UnaryOperator<MoveRecord> edit, List<Line> lines, Consumer<LeaderTransaction> more) {
        writing.lock();
        try {
            return writeAlone(edit, lines, more);
        } finally {
            writing.unlock();
        }
    }

    private CommitResult writeAlone(
            UnaryOperator<MoveRecord> edit, List<Line> lines, Consumer<LeaderTransaction> more) {
        requireKnown();
        MoveRecord before = stored.value();
        MoveRecord after = edit.apply(before);
        MoveState entered = after.state() == before.state() ? null : after.state();
        List<Kept> earlier = List.copyOf(kept);
        List<HistoryEntry> entries = entries(before.historyCount(), earlier, lines, entered);
        MoveRecord written = after.withHistoryCount(before.historyCount() + entries.size());
        ZNode<MoveRecord> node = ZkLayout.move(id, MoveRecord.class);
        LeaderTransaction transaction = leadership.transaction().set(node, stored, written);
        entries.forEach(entry -> transaction.create(ZkLayout.history(id, entry.number()), entry));
        more.accept(transaction);
        CommitResult result =
                doubtingWithoutAnswer(() -> FaultPoints.around(placeOf(written), "record", transaction::commit));
        stored = result.of(node);
        kept.removeAll(earlier);
        List<HistoryEntry> known = history;
        if (known != null) {
            known.addAll(entries);
        }
        CompletableFuture<Boolean> past = change;
        change = new CompletableFuture<>();
        past.complete(true);
        feed.recorded(entries);
        if (entered != null) {
            observer.stateEntered(id, entered);
        }
        return result;
    }

    private CommitResult doubtingWithoutAnswer(Supplier<CommitResult> commit) {
        try {
            return commit.get();
        } catch (DroverException e) {
            doubtful |= e.code() == ErrorCode.ZOOKEEPER_UNAVAILABLE;
            throw e;
        }
    }

    /**
     * Demands that what is known is what is stored.
     *
     * @throws DroverException LEADERSHIP_LOST when it has to be read again, by a driver that takes over from this one
     */
    void requireKnown() {
        if (doubtful) {
            throw new DroverException(
                    ErrorCode.LEADERSHIP_LOST,
                    "ZooKeeper did not answer to a change of move " + id
                            + ", which may have happened: its record is read again",
                    "try again in a few seconds");
        }
    }

    boolean isDoubtful() {
        return doubtful;
    }

    /** The state that is entered goes with the first line that says why. */
    private List<HistoryEntry> entries(long count, List<Kept> earlier, List<Line> lines, @Nullable MoveState entered) {
        List<HistoryEntry> entries = new ArrayList<>();
        earlier.forEach(each -> entries.add(new HistoryEntry(
                count + entries.size() + 1,
                each.at(),
                each.line().step(),
                each.line().event(),
                null)));
        for (Line line : lines) {
            MoveState state = entries.size() == earlier.size() ? entered : null;
            entries.add(
                    new HistoryEntry(count + entries.size() + 1, clock.instant(), line.step(), line.event(), state));
        }
        return entries;
    }

    private static String placeOf(MoveRecord record) {
        return record.step() == null ? "move" : "row-" + record.step().number();
    }

    /** Waits until the record changes, at most so long. */
    void awaitChange(Duration limit) throws InterruptedException {
        try {
            scheduler.await(change, limit);
        } catch (TimeoutException e) {
            // the caller looks again, as after a change
        } catch (ExecutionException e) {
            throw new IllegalStateException("BUG: a change of the record failed", e);
        }
    }
}
