/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Somebody who knows of no fence, and writes past the aligned end of the WAL as soon as a node is fenced for the first time. */
final class TailBurst implements AutoCloseable {
    /** No commit: what the checker reads of the WAL are commits, and none of them is this session's. */
    private static final String WRITE =
            "select pg_logical_emit_message(false, 'burst', repeat('x', 1000000)) from generate_series(1, 6)";
    /** The same way through the server, without its effect. */
    private static final String WARM = "select pg_logical_emit_message(false, 'burst', 'x')";

    private static final Map<String, String> LIMITS = Map.of("connectTimeout", "2", "socketTimeout", "15");
    private static final Duration END_LIMIT = Duration.ofSeconds(20);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final FaultCluster faults;
    private final NodeId node;
    private final RunLog log;
    private final CountDownLatch begin = new CountDownLatch(1);
    private final Thread thread = new Thread(this::await, "tail-burst");
    private volatile @Nullable Connection connection;
    private volatile @Nullable FenceEpoch fenced;
    private volatile boolean closed;

    private TailBurst(FaultCluster faults, NodeId node, RunLog log) {
        this.faults = faults;
        this.node = node;
        this.log = log;
    }

    /** Waits for the node's next fence. It has to be connected to before that. */
    static TailBurst at(FaultCluster faults, NodeId node, RunLog log) {
        TailBurst burst = new TailBurst(faults, node, log);
        burst.thread.setDaemon(true);
        burst.thread.start();
        faults.watcher().listen(burst::seen);
        return burst;
    }

    /** Opens the session, so that nothing but the writing itself is left to do at the fence. */
    void connect() {
        if (connection != null) {
            return;
        }
        try {
            connection = open();
        } catch (SQLException e) {
            log.say("the burst is not connected yet: " + e.getMessage());
        }
    }

    /** The epoch of the fence at which it began to write; empty when none was seen. */
    Optional<FenceEpoch> fenced() {
        return Optional.ofNullable(fenced);
    }

    @Override
    public void close() {
        closed = true;
        faults.watcher().listen(seen -> {});
        begin.countDown();
        Connection open = connection;
        if (open != null) {
            try {
                // one whose server stands still answers nothing
                open.abort(Runnable::run);
            } catch (SQLException e) {
                log.say("the burst's session: " + e.getMessage());
            }
        }
        Waiting.until("the burst has ended", END_LIMIT, () -> !thread.isAlive());
    }

    private void seen(Watcher.Seen newest) {
        if (fenced == null
                && newest.state() == TopologyState.FENCED
                && newest.primary().equals(node)) {
            fenced = newest.topology().epoch();
            begin.countDown();
        }
    }

    private void await() {
        try {
            begin.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (!closed) {
            long start = System.nanoTime();
            String told = write();
            log.say(told + ", " + (System.nanoTime() - start) / NANOS_PER_MILLI + " ms behind FENCED");
        }
    }

    /** A server that died since has ended the session, which is opened anew then; what breaks off in its middle is not begun again. */
    private String write() {
        try (Connection session = usable()) {
            run(session, WRITE);
            return "the burst is written";
        } catch (SQLException e) {
            return "the burst broke off: " + e.getMessage();
        }
    }

    private Connection usable() throws SQLException {
        Connection known = connection;
        if (known != null && known.isValid(1)) {
            return known;
        }
        Connection made = open();
        connection = made;
        return made;
    }

    private Connection open() throws SQLException {
        Connection made = faults.cluster().connect(node, LIMITS);
        run(made, WARM);
        return made;
    }

    private static void run(Connection connection, String what) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(what)) {
            statement.execute();
        }
    }
}
