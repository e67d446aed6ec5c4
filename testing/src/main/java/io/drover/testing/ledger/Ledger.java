/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * Writers and readers that never repeat a statement and remember how each write ended. Three of four writes are one
 * autocommitted insert, the fourth is a transaction that also adds 1 to a row of {@code account}, so that the sum of the
 * balances counts the transactions.
 */
public final class Ledger implements AutoCloseable {
    private static final int MAX_ERROR_TEXTS = 20;
    private static final Duration ERROR_PAUSE = Duration.ofMillis(50);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final LedgerOptions options;
    private final DataSource primary;
    private final DataSource replicas;
    private final long nanosMinusEpoch;
    private final List<AckLog> logs = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder errors = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder readErrors = new LongAdder();
    private final LongAdder transactions = new LongAdder();
    private final LongAdder uncertainTransactions = new LongAdder();
    private final ConcurrentSkipListSet<String> errorTexts = new ConcurrentSkipListSet<>();
    private volatile boolean running = true;
    private volatile long stoppedAt;

    private Ledger(LedgerOptions options, DataSource primary, DataSource replicas) {
        this.options = options;
        this.primary = primary;
        this.replicas = replicas;
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        this.nanosMinusEpoch = System.nanoTime() - epochNanos(now);
    }

    /**
     * Starts the threads.
     *
     * @param primary where writers get their connections, one for each write
     * @param replicas where readers get theirs
     */
    public static Ledger start(LedgerOptions options, DataSource primary, DataSource replicas) {
        Ledger ledger = new Ledger(options, primary, replicas);
        for (int i = 0; i < options.writers(); i++) {
            AckLog log = new AckLog(i);
            Random random = new Random(options.seed() * 1_000 + i);
            ledger.logs.add(log);
            ledger.startThread("writer-" + i, () -> ledger.write(log, random));
        }
        for (int i = 0; i < options.readers(); i++) {
            Random random = new Random(options.seed() * 1_000 + 500 + i);
            ledger.startThread("reader-" + i, () -> ledger.read(random));
        }
        return ledger;
    }

    /** Writes acknowledged so far. */
    public long acked() {
        return logs.stream().mapToLong(log -> log.count(Outcome.ACKED)).sum();
    }

    /** Calls of writers that ended with an exception. */
    public long errors() {
        return errors.sum();
    }

    /** Rows read so far. */
    public long reads() {
        return reads.sum();
    }

    /** Calls of readers that ended with an exception or a wrong row. */
    public long readErrors() {
        return readErrors.sum();
    }

    /** The different texts of errors, a few of them. */
    public List<String> errorTexts() {
        return List.copyOf(errorTexts);
    }

    /**
     * What the writers saw of a pause.
     *
     * @param fence when writes were first held
     * @param serving when they went on
     * @param margin how much time before and after is looked at
     */
    public Pauses pauses(Instant fence, Instant serving, Duration margin) {
        long now = stoppedAt == 0 ? System.nanoTime() : stoppedAt;
        return Pauses.between(
                logs, nanos(fence.minus(margin)), Math.min(nanos(serving.plus(margin)), now), nanos(fence), now);
    }

    /** Ends the writers after the write that each is in, then the readers. */
    public void stop() {
        if (running) {
            stoppedAt = System.nanoTime();
            running = false;
        }
        Waiting.until(
                "the workload's threads have ended",
                STOP_LIMIT,
                () -> threads.stream().noneMatch(Thread::isAlive));
    }

    /** Compares with the table; only after {@link #stop}. */
    public LedgerCheck check(Connection connection) throws SQLException {
        return LedgerCheck.of(connection, options.run(), logs);
    }

    /** Compares together with the logs of other writers of the same run. */
    public LedgerCheck check(Connection connection, List<AckLog> others) throws SQLException {
        return LedgerCheck.of(
                connection,
                options.run(),
                Stream.concat(logs.stream(), others.stream()).toList());
    }

    /**
     * How far the sum of the balances is from the number of transactions that added to it; 0 when every transaction is there
     * whole. Only when no other workload has updated the table.
     */
    public long balanceDifference(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select sum(balance)::bigint from account");
                ResultSet row = select.executeQuery()) {
            row.next();
            long sum = row.getLong(1);
            long least = transactions.sum();
            long most = least + uncertainTransactions.sum();
            return sum < least ? sum - least : Math.max(0, sum - most);
        }
    }

    @Override
    public void close() {
        stop();
    }

    private void write(AckLog log, Random random) {
        while (running) {
            int sequence = log.begin();
            boolean whole = random.nextInt(4) == 0;
            long account = 1 + (long) (random.nextDouble() * options.rows());
            Outcome outcome = whole ? writeTransaction(log, sequence, account) : writeOne(log, sequence);
            log.end(sequence, outcome, System.nanoTime());
            if (outcome != Outcome.ACKED) {
                Waiting.pause(ERROR_PAUSE);
            } else if (!options.writerPause().isZero()) {
                Waiting.pause(options.writerPause());
            }
        }
    }

    private Outcome writeOne(AckLog log, int sequence) {
        boolean asked = false;
        Outcome outcome = Outcome.FAILED;
        try (Connection connection = primary.getConnection();
                PreparedStatement insert = insert(connection, log, sequence)) {
            asked = true;
            insert.executeUpdate();
            outcome = Outcomes.afterSuccess(insert.getWarnings());
        } catch (SQLException e) {
            // what fails after the write has succeeded concerns the connection only, but it is an error for its user
            outcome = failed(e, asked, outcome);
        }
        return outcome;
    }

    private Outcome writeTransaction(AckLog log, int sequence, long account) {
        boolean asked = false;
        Outcome outcome = Outcome.FAILED;
        try (Connection connection = primary.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = insert(connection, log, sequence);
                    PreparedStatement update =
                            connection.prepareStatement("update account set balance = balance + 1 where id = ?")) {
                insert.executeUpdate();
                update.setLong(1, account);
                update.executeUpdate();
                asked = true;
                connection.commit();
                outcome = Outcomes.afterSuccess(connection.getWarnings());
            }
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            outcome = failed(e, asked, outcome);
        }
        if (outcome == Outcome.ACKED) {
            transactions.increment();
        } else if (outcome == Outcome.UNKNOWN) {
            uncertainTransactions.increment();
        }
        return outcome;
    }

    private PreparedStatement insert(Connection connection, AckLog log, int sequence) throws SQLException {
        PreparedStatement insert =
                connection.prepareStatement("insert into ledger (run, writer, seq, note) values (?, ?, ?, ?)");
        insert.setInt(1, options.run());
        insert.setInt(2, log.writer());
        insert.setLong(3, sequence);
        insert.setString(4, "write " + sequence + " of writer " + log.writer());
        return insert;
    }

    private Outcome failed(SQLException failure, boolean asked, Outcome before) {
        errors.increment();
        note("write", failure);
        if (before == Outcome.ACKED) {
            return before;
        }
        return asked ? Outcomes.afterCommitWasAsked(failure) : Outcome.FAILED;
    }

    private void read(Random random) {
        while (running) {
            long id = 1 + (long) (random.nextDouble() * options.rows());
            try (Connection connection = replicas.getConnection();
                    PreparedStatement select = connection.prepareStatement(
                            "select note = repeat(md5(id::text), 3) from account where id = ?")) {
                select.setLong(1, id);
                try (ResultSet row = select.executeQuery()) {
                    if (row.next() && row.getBoolean(1)) {
                        reads.increment();
                    } else {
                        readErrors.increment();
                        errorTexts.add("read: row " + id + " is missing or wrong");
                    }
                }
            } catch (SQLException e) {
                readErrors.increment();
                note("read", e);
                Waiting.pause(ERROR_PAUSE);
            }
            Waiting.pause(options.readerPause());
        }
    }

    private void note(String kind, SQLException failure) {
        if (errorTexts.size() < MAX_ERROR_TEXTS) {
            errorTexts.add(kind + ": " + failure.getSQLState() + " " + failure.getMessage());
        }
    }

    private void startThread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private long nanos(Instant instant) {
        return epochNanos(instant) + nanosMinusEpoch;
    }

    private static long epochNanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }
}
