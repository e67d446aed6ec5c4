/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Evidence.Sighting;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.RogueWriter.Connector;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Asks each node, again and again, whether it is a primary. A session is kept as long as it lives, so that one that a seal has missed
 * goes on answering.
 */
public final class RoleSampler implements AutoCloseable {
    private static final String ROLE = """
            select (select system_identifier from pg_control_system())::text,
                   case when pg_is_in_recovery() then 0
                        else ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int end""";

    private static final Duration PERIOD = Duration.ofMillis(15);
    private static final Duration END_LIMIT = Duration.ofSeconds(60);

    private final List<Sighting> seen = new CopyOnWriteArrayList<>();
    private final List<Connection> open = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running = true;

    private RoleSampler() {}

    /** Begins; the connectors lead to one node each and need limits of their own for logins and answers. */
    public static RoleSampler start(Map<String, Connector> nodes) {
        RoleSampler sampler = new RoleSampler();
        nodes.forEach((node, connector) -> {
            Thread thread = new Thread(() -> sampler.ask(node, connector), "role-of-" + node);
            thread.setDaemon(true);
            sampler.threads.add(thread);
            thread.start();
        });
        return sampler;
    }

    /** The answers of nodes that were out of recovery. */
    public List<Sighting> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void close() {
        running = false;
        // one that waits behind a held door is let go
        for (Connection connection : open) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                throw new IllegalStateException("cannot hang up", e);
            }
        }
        Waiting.until(
                "nobody asks for roles any more",
                END_LIMIT,
                () -> threads.stream().noneMatch(Thread::isAlive));
    }

    private void ask(String node, Connector connector) {
        while (running) {
            try (Connection connection = connector.open();
                    Statement statement = connection.createStatement()) {
                open.add(connection);
                while (running) {
                    long asked = System.nanoTime();
                    try (ResultSet row = statement.executeQuery(ROLE)) {
                        row.next();
                        int timeline = row.getInt(2);
                        if (timeline > 0) {
                            seen.add(new Sighting(node, row.getString(1), timeline, asked, System.nanoTime()));
                        }
                    }
                    Waiting.pause(PERIOD);
                }
            } catch (SQLException e) {
                // away, or ended by a seal: asked again
                Waiting.pause(PERIOD);
            } finally {
                open.removeIf(RoleSampler::isClosed);
            }
        }
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }
}
