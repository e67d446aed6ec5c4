/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.plain;

import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.Outcomes;
import io.drover.testing.ledger.Place;
import io.drover.testing.plain.PlainClient.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An application on a {@link PlainClient}: it keeps one session for as long as that lasts, writes one row after the other, repeats
 * nothing, and connects again at once when its session has ended, until that succeeds.
 */
public final class PlainWriter implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration BETWEEN_WRITES = Duration.ofMillis(20);
    /** As a pool of connections does. */
    private static final Duration BETWEEN_LOGINS = Duration.ofMillis(50);

    private final PlainClient client;
    private final int run;
    private final AckLog log;
    private final Thread thread;
    private final AtomicInteger sessions = new AtomicInteger();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<String> refusedLogins = new CopyOnWriteArrayList<>();
    private volatile boolean running = true;

    private PlainWriter(PlainClient client, int run, int writer) {
        this.client = client;
        this.run = run;
        this.log = new AckLog(writer);
        this.thread = new Thread(this::write, "plain-" + client.name());
        this.thread.setDaemon(true);
    }

    /**
     * Starts to write.
     *
     * @param run the rows' run
     * @param writer the rows' writer
     */
    public static PlainWriter start(PlainClient client, int run, int writer) {
        PlainWriter started = new PlainWriter(client, run, writer);
        started.thread.start();
        return started;
    }

    /** What tells it from the others. */
    public String name() {
        return client.name();
    }

    /** What became of its writes. */
    public AckLog log() {
        return log;
    }

    /** How many of its logins succeeded. */
    public int sessions() {
        return sessions.get();
    }

    /** How its sessions ended that it did not end itself. */
    public List<String> ends() {
        return List.copyOf(ends);
    }

    /** Errors of statements behind which the session went on. */
    public List<String> errors() {
        return List.copyOf(errors);
    }

    /** Why logins failed. */
    public List<String> refusedLogins() {
        return List.copyOf(refusedLogins);
    }

    /** Those until now are of no interest: before the first session not everybody may have been there. */
    public void forgetRefusedLogins() {
        refusedLogins.clear();
    }

    /** Ends it. What waits for an answer is not waited for. */
    @Override
    public void close() {
        running = false;
        if (!Waiting.within(Duration.ofSeconds(1), () -> !thread.isAlive())) {
            client.close();
        }
        Waiting.until("client " + client.name() + " has ended", STOP_LIMIT, () -> !thread.isAlive());
        client.close();
    }

    private void write() {
        while (running) {
            try (Session session = client.connect()) {
                sessions.incrementAndGet();
                while (running && writeOne(session)) {
                    Waiting.pause(BETWEEN_WRITES);
                }
            } catch (SQLException e) {
                refusedLogins.add(text(e));
                Waiting.pause(BETWEEN_LOGINS);
            }
        }
    }

    /** Whether the session goes on. */
    private boolean writeOne(Session session) {
        int sequence = log.begin();
        try {
            List<String> row = session.ask("insert into ledger (run, writer, seq, note) values (" + run + ", "
                    + log.writer() + ", " + sequence + ", 'plain')" + Place.RETURNING);
            log.writtenAt(sequence, Place.of(row));
            log.end(sequence, AckLog.Outcome.ACKED, System.nanoTime());
            return true;
        } catch (SQLException e) {
            log.fail(sequence, Outcomes.afterCommitWasAsked(e), e.getSQLState(), System.nanoTime());
            boolean lives = lives(session);
            (lives ? errors : ends).add(text(e));
            return lives;
        }
    }

    private static boolean lives(Session session) {
        try {
            return !session.ask("select 'alive', 'still'").isEmpty();
        } catch (SQLException e) {
            return false;
        }
    }

    private static String text(SQLException e) {
        return e.getSQLState() + " " + String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }
}
