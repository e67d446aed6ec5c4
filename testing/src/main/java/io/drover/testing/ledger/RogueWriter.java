/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A writer that knows nothing of the fence: one node's address, one way of writing, again and again, whatever happens. Every
 * write whose commit was acknowledged is in its log.
 */
public final class RogueWriter implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    /** read_only_sql_transaction, and feature_not_supported for a transaction that is to write during recovery. */
    private static final Set<String> READS_ONLY = Set.of("25006", "0A000");

    private final String name;
    private final AckLog log;
    private final Connector connector;
    private final Way way;
    private final Duration pause;
    private final Thread thread;
    private final AtomicLong refusals = new AtomicLong();
    private volatile boolean running = true;
    private volatile @Nullable Connection connection;
    private volatile String lastError = "";

    private RogueWriter(String name, AckLog log, Connector connector, Way way, Duration pause) {
        this.name = name;
        this.log = log;
        this.connector = connector;
        this.way = way;
        this.pause = pause;
        this.thread = new Thread(this::run, "rogue-" + name);
        this.thread.setDaemon(true);
    }

    /** Opens a connection. */
    @FunctionalInterface
    public interface Connector {
        /** Opens a connection. */
        Connection open() throws SQLException;
    }

    /** One way of writing. */
    @FunctionalInterface
    public interface Way {
        /** Writes one row and returns, when its commit was acknowledged, where that was. */
        Place write(Connection connection, long sequence) throws SQLException;

        /** Whether each write has a session of its own. */
        default boolean endsSession() {
            return false;
        }

        /** The same way of writing, with a session for each write. */
        default Way inNewSessions() {
            Way way = this;
            return new Way() {
                @Override
                public Place write(Connection connection, long sequence) throws SQLException {
                    return way.write(connection, sequence);
                }

                @Override
                public boolean endsSession() {
                    return true;
                }
            };
        }
    }

    /** Starts to write. */
    public static RogueWriter start(String name, AckLog log, Connector connector, Way way, Duration pause) {
        RogueWriter writer = new RogueWriter(name, log, connector, way, pause);
        writer.thread.start();
        return writer;
    }

    /** What tells it from the others. */
    public String name() {
        return name;
    }

    /** What became of its writes. */
    public AckLog log() {
        return log;
    }

    /** How many of its connections or writes failed. */
    public long refusals() {
        return refusals.get();
    }

    /** The text of the last failure. */
    public String lastError() {
        return lastError;
    }

    @Override
    public void close() {
        running = false;
        // what waits inside a call, as a held login does, is let go a little later by itself
        Connection open = connection;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException e) {
                lastError = String.valueOf(e.getMessage());
            }
        }
        Waiting.until("rogue " + name + " has ended", STOP_LIMIT, () -> !thread.isAlive());
    }

    private void run() {
        while (running) {
            try (Connection opened = connector.open()) {
                connection = opened;
                do {
                    writeOrStay(opened);
                    Waiting.pause(pause);
                } while (running && !way.endsSession());
            } catch (SQLException e) {
                refused(e);
                Waiting.pause(pause);
            } finally {
                connection = null;
            }
        }
    }

    /** A session that may only read is kept, as applications keep theirs: it writes at once when a server lets it. */
    private void writeOrStay(Connection opened) throws SQLException {
        try {
            writeOne(opened);
        } catch (SQLException e) {
            if (!READS_ONLY.contains(String.valueOf(e.getSQLState()))) {
                throw e;
            }
            refused(e);
            try (Statement statement = opened.createStatement()) {
                statement.execute("rollback");
            }
        }
    }

    private void writeOne(Connection opened) throws SQLException {
        int sequence = log.begin();
        try {
            Place place = way.write(opened, sequence);
            log.writtenAt(sequence, place);
            log.end(sequence, Outcomes.afterSuccess(opened.getWarnings()), System.nanoTime());
        } catch (SQLException e) {
            log.fail(sequence, Outcomes.afterCommitWasAsked(e), e.getSQLState(), System.nanoTime());
            throw e;
        }
    }

    private void refused(SQLException failure) {
        refusals.incrementAndGet();
        lastError = failure.getSQLState() + " " + failure.getMessage();
    }
}
