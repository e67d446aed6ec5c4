/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Asks every node some hundred times a second whether it is a primary, and of which timeline. */
final class RoleProbe implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(8);
    private static final Duration AGAIN = Duration.ofMillis(50);
    private static final long END_SECONDS = 10;
    private static final String QUESTION = "select case when pg_is_in_recovery() then null"
            + " else ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int end";

    private final List<Sighting> sightings = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running = true;

    private RoleProbe() {}

    /** A node that answered that it is a primary: the first and the last time in an unbroken sequence of such answers. */
    record Sighting(String node, int timeline, long firstAnswered, long lastAsked) {}

    static RoleProbe start(LocalCluster cluster) {
        RoleProbe probe = new RoleProbe();
        for (ClusterNode node : cluster.nodes()) {
            Properties properties = new Properties();
            properties.setProperty("user", LocalCluster.USER);
            properties.setProperty("password", cluster.password());
            properties.setProperty("connectTimeout", "2");
            properties.setProperty("socketTimeout", "2");
            String url = cluster.jdbcUrl(node.id());
            Thread thread = new Thread(() -> probe.ask(node.id().value(), url, properties), "probe-" + node.id());
            thread.setDaemon(true);
            thread.start();
            probe.threads.add(thread);
        }
        return probe;
    }

    List<Sighting> sightings() {
        return List.copyOf(sightings);
    }

    @Override
    public void close() {
        running = false;
        try {
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(String node, String url, Properties properties) {
        while (running) {
            try (Connection connection = DriverManager.getConnection(url, properties);
                    Statement statement = connection.createStatement()) {
                askOften(node, statement);
            } catch (SQLException e) {
                Waiting.pause(AGAIN);
            }
        }
    }

    private void askOften(String node, Statement statement) throws SQLException {
        int timeline = 0;
        long first = 0;
        long last = 0;
        try {
            while (running) {
                long asked = System.nanoTime();
                int now = timeline(statement);
                if (now != timeline) {
                    note(node, timeline, first, last);
                    timeline = now;
                    first = System.nanoTime();
                }
                last = asked;
                Waiting.pause(PERIOD);
            }
        } finally {
            note(node, timeline, first, last);
        }
    }

    private void note(String node, int timeline, long first, long last) {
        if (timeline != 0) {
            sightings.add(new Sighting(node, timeline, first, last));
        }
    }

    private static int timeline(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(QUESTION)) {
            row.next();
            // null, which a standby answers, reads as 0
            return row.getInt(1);
        }
    }
}
