/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.client.ShardDataSource;
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
import java.util.function.IntFunction;
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
    private final ShardDataSource kit;
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

    private Ledger(LedgerOptions options, ShardDataSource kit) {
        this.options = options;
        this.kit = kit;
        this.replicas = kit.readers();
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        this.nanosMinusEpoch = System.nanoTime() - epochNanos(now);
    }

    /**
     * Starts the threads. The data source stays the caller's; writers take a connection for each write, readers for each read.
     */
    public static Ledger start(LedgerOptions options, ShardDataSource kit) {
        return start(options, kit, writer -> new AckLog(writer, AckLog.Kind.KIT));
    }

    /** The same with logs of the caller's making, by the writer's number in this ledger. */
    public static Ledger start(LedgerOptions options, ShardDataSource kit, IntFunction<AckLog> logs) {
        Ledger ledger = new Ledger(options, kit);
        for (int i = 0; i < options.writers(); i++) {
            AckLog log = logs.apply(i);
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

    /** What the writers know, to be compared with the rows after {@link #stop}. */
    public List<AckLog> logs() {
        return List.copyOf(logs);
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
        try (Connection connection = borrow(log, sequence);
                PreparedStatement insert = insert(connection, log, sequence)) {
            asked = true;
            execute(insert, log, sequence);
            outcome = Outcomes.afterSuccess(insert.getWarnings());
            log.end(sequence, outcome, System.nanoTime());
        } catch (SQLException e) {
            // what fails after the write has succeeded concerns the connection only, but it is an error for its user
            outcome = failed(log, sequence, e, asked, outcome);
        }
        return outcome;
    }

    private Outcome writeTransaction(AckLog log, int sequence, long account) {
        boolean asked = false;
        Outcome outcome = Outcome.FAILED;
        try (Connection connection = borrow(log, sequence)) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = insert(connection, log, sequence);
                    PreparedStatement update =
                            connection.prepareStatement("update account set balance = balance + 1 where id = ?")) {
                execute(insert, log, sequence);
                update.setLong(1, account);
                update.executeUpdate();
                asked = true;
                connection.commit();
                outcome = Outcomes.afterSuccess(connection.getWarnings());
                log.end(sequence, outcome, System.nanoTime());
            }
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            outcome = failed(log, sequence, e, asked, outcome);
        }
        if (outcome == Outcome.ACKED) {
            transactions.increment();
        } else if (outcome == Outcome.UNKNOWN) {
            uncertainTransactions.increment();
        }
        return outcome;
    }

    private PreparedStatement insert(Connection connection, AckLog log, int sequence) throws SQLException {
        PreparedStatement insert = connection.prepareStatement(
                "insert into ledger (run, writer, seq, note) values (?, ?, ?, ?)" + Place.RETURNING);
        insert.setInt(1, options.run());
        insert.setInt(2, log.writer());
        insert.setLong(3, sequence);
        insert.setString(4, "write " + sequence + " of writer " + log.writer());
        return insert;
    }

    /** The epoch is read with the connection in hand: what the server acknowledges from now on is held against it. */
    private Connection borrow(AckLog log, int sequence) throws SQLException {
        Connection connection = kit.getConnection();
        log.sawEpoch(sequence, kit.stats().topology().epoch().value());
        return connection;
    }

    private static void execute(PreparedStatement insert, AckLog log, int sequence) throws SQLException {
        try (ResultSet row = insert.executeQuery()) {
            row.next();
            log.writtenAt(sequence, Place.read(row));
        }
    }

    private Outcome failed(AckLog log, int sequence, SQLException failure, boolean asked, Outcome before) {
        errors.increment();
        note("write", failure);
        Outcome outcome = before;
        if (before != Outcome.ACKED) {
            outcome = asked ? Outcomes.afterCommitWasAsked(failure) : Outcome.FAILED;
        }
        log.fail(sequence, outcome, failure.getSQLState(), System.nanoTime());
        return outcome;
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
