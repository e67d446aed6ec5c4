/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import io.drover.testing.ledger.Pauses;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients that write one autocommitted row after the other, as fast as they are acknowledged, and go on at once after an error.
 * They write into the ledger of the tests; nothing is ever written twice.
 */
public final class Load implements AutoCloseable {
    /** What the first write in a new session needs to have warm; allowed on a standby. */
    public static final List<String> WARMUP =
            List.of("explain insert into ledger (run, writer, seq, note) values (0, 0, 0, '')");

    private static final String INSERT = "insert into ledger (run, writer, seq, note) values (1, ?, ?, 'bench')";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private final WriteClient client;
    private final List<AckLog> logs = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLongArray lastAcknowledged;
    private final LongAdder errors = new LongAdder();
    private volatile boolean running = true;

    private Load(WriteClient client, int writers) {
        this.client = client;
        this.lastAcknowledged = new AtomicLongArray(writers);
    }

    /** Starts the writers. The client stays the caller's. */
    public static Load start(WriteClient client, int writers) {
        Load load = new Load(client, writers);
        for (int i = 0; i < writers; i++) {
            AckLog log = new AckLog(i, AckLog.Kind.KIT);
            Thread thread = new Thread(() -> load.write(log), "writer-" + i);
            thread.setDaemon(true);
            load.logs.add(log);
            load.threads.add(thread);
            load.lastAcknowledged.set(i, System.nanoTime());
        }
        load.threads.forEach(Thread::start);
        return load;
    }

    /**
     * What the clients saw of a switch: the gaps that touch it or the two seconds on either side. Waits until every one of them writes
     * again, so that no gap is cut off.
     *
     * @param fence when writes were first held, by {@link System#nanoTime()}
     * @param serving when the new primary was open to them
     * @throws IllegalStateException when one of them does not write any more
     */
    public Pauses pauses(long fence, long serving) {
        long end = serving + MARGIN.toNanos();
        Waiting.until("every client writes again", LIMIT, () -> hasWrittenAfter(end));
        return Pauses.between(logs, fence - MARGIN.toNanos(), end, fence, System.nanoTime());
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

    private boolean hasWrittenAfter(long time) {
        for (int i = 0; i < lastAcknowledged.length(); i++) {
            if (lastAcknowledged.get(i) - time < 0) {
                return false;
            }
        }
        return true;
    }

    private void write(AckLog log) {
        while (running) {
            int sequence = log.begin();
            try {
                client.write(log.writer(), connection -> insert(connection, log, sequence));
            } catch (SQLException e) {
                errors.increment();
                // a connection that fails to close is an error for its user; the write before it stays acknowledged
                if (log.outcome(sequence) != Outcome.ACKED) {
                    log.fail(sequence, Outcome.UNKNOWN, e.getSQLState(), System.nanoTime());
                }
            }
        }
    }

    private void insert(Connection connection, AckLog log, int sequence) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setInt(1, log.writer());
            insert.setLong(2, sequence);
            insert.executeUpdate();
            // a commit that was not promised comes with one (H16)
            SQLWarning warning = insert.getWarnings();
            if (warning != null) {
                throw warning;
            }
            long now = System.nanoTime();
            log.end(sequence, Outcome.ACKED, now);
            lastAcknowledged.set(log.writer(), now);
        }
    }
}
