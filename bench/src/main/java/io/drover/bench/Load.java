/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients that write one thing after the other and go on at once after an error. Most write into the ledger of the tests; nothing is
 * ever written twice.
 */
public final class Load implements AutoCloseable {
    /** What the first write in a new session needs to have warm; allowed on a standby. */
    public static final List<String> WARMUP =
            List.of("explain insert into ledger (run, writer, seq, note) values (0, 0, 0, '')");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private final WriteClient client;
    private final List<WriterKind> kinds;
    private final List<AckLog> logs = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLongArray lastAcknowledged;
    private final LongAdder errors = new LongAdder();
    private volatile boolean running = true;

    private Load(WriteClient client, List<WriterKind> kinds) {
        this.client = client;
        this.kinds = kinds;
        this.lastAcknowledged = new AtomicLongArray(kinds.size());
    }

    /** Starts writers that write as fast as they are acknowledged. The client stays the caller's. */
    public static Load start(WriteClient client, int writers) {
        return start(client, LoadKind.WRITERS, writers);
    }

    /** Starts the writers of a kind of load. The client stays the caller's. */
    public static Load start(WriteClient client, LoadKind kind, int writers) {
        Load load = new Load(client, kind.writers(writers));
        for (int i = 0; i < load.kinds.size(); i++) {
            AckLog log = new AckLog(i, AckLog.Kind.KIT);
            WriterKind does = load.kinds.get(i);
            Thread thread = new Thread(() -> load.write(log, does), "writer-" + i);
            thread.setDaemon(true);
            load.logs.add(log);
            load.threads.add(thread);
            load.lastAcknowledged.set(i, System.nanoTime());
        }
        load.threads.forEach(Thread::start);
        return load;
    }

    /** See {@link ObservedLoad#observed}. */
    public Observed observed(long fence, long serving) {
        long end = serving + MARGIN.toNanos();
        Waiting.until("every client writes again", LIMIT, () -> hasWrittenAfter(end));
        return Observed.between(logs(true), logs(false), fence, serving, MARGIN, System.nanoTime());
    }

    /** What the writers reached between two moments of {@link System#nanoTime()} that have passed. */
    public Writes writes(long from, long to) {
        return Writes.between(logs, from, to);
    }

    /** Calls of the application that ended with an exception, or whose commit was not promised. */
    public long errors() {
        return errors.sum();
    }

    /** Ends each writer after the write that it is in. */
    @Override
    public void close() {
        running = false;
        Waiting.until("the writers have ended", LIMIT, () -> threads.stream().noneMatch(Thread::isAlive));
    }

    private List<AckLog> logs(boolean measured) {
        return logs.stream()
                .filter(log -> kinds.get(log.writer()).isMeasured() == measured)
                .toList();
    }

    private boolean hasWrittenAfter(long time) {
        for (int i = 0; i < lastAcknowledged.length(); i++) {
            if (lastAcknowledged.get(i) - time < 0) {
                return false;
            }
        }
        return true;
    }

    private void write(AckLog log, WriterKind kind) {
        while (running) {
            int sequence = log.begin();
            try {
                client.write(log.writer(), connection -> write(connection, log, kind, sequence));
            } catch (SQLException e) {
                errors.increment();
                // a connection that fails to close is an error for its user; the write before it stays acknowledged
                if (log.outcome(sequence) != Outcome.ACKED) {
                    log.fail(sequence, Outcome.UNKNOWN, e.getSQLState(), System.nanoTime());
                }
            }
            if (!kind.rest().isZero()) {
                Waiting.pause(kind.rest());
            }
        }
    }

    private void write(Connection connection, AckLog log, WriterKind kind, int sequence) throws SQLException {
        kind.write(connection, log.writer(), sequence);
        long now = System.nanoTime();
        log.end(sequence, Outcome.ACKED, now);
        lastAcknowledged.set(log.writer(), now);
    }
}
