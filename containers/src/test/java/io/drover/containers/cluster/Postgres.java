/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.containers.SystemdNode;
import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The shard's servers, as an application reaches them, and as somebody with an account on the host sees them. */
final class Postgres {
    /** The adopted cluster's; a shard keeps it on every node. */
    static final int PORT = 5432;

    private static final Map<String, String> QUICK = Map.of("connectTimeout", "2", "socketTimeout", "3");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final String TIMELINE =
            "select ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int";
    /** What belongs to a node, and what comes of the distribution's way to lay a cluster out. */
    private static final String SETTINGS =
            "select name || '=' || setting from pg_settings where source = 'configuration"
                    + " file' and name !~ '^(cluster_name|listen_addresses|unix_socket_directories|data_directory|hba_file"
                    + "|ident_file|config_file|external_pid_file|primary_conninfo|primary_slot_name|recovery_target_timeline"
                    + "|ssl.*|log_.*|logging_collector|stats_temp_directory)$' order by 1";

    private final Installation installation;

    Postgres(Installation installation) {
        this.installation = installation;
    }

    Connection connect(String host, Map<String, String> properties) throws SQLException {
        Properties all = new Properties();
        all.putAll(properties);
        all.setProperty("user", "app");
        all.setProperty("password", Installation.PASSWORD);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + installation.address(host) + ":" + PORT + "/app", all);
    }

    /** Gives up soon on a host that does not answer. */
    Connection connectQuickly(String host) throws SQLException {
        return connect(host, QUICK);
    }

    int timeline(String host) {
        return Integer.parseInt(asApplication(host, TIMELINE));
    }

    /** How many rows of a run there are. */
    long rows(String host, int run) {
        return Long.parseLong(asApplication(host, "select count(*) from ledger where run = " + run));
    }

    /** Commits something. */
    void write(String host) {
        asApplication(host, "insert into account values (-1, 0, 'written by hand') returning id");
        asApplication(host, "delete from account where id = -1 returning id");
    }

    private String asApplication(String host, String query) {
        try (Connection connection = connectQuickly(host);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot ask the server on " + host, e);
        }
    }

    /** The answer to a query of the superuser, over the host's own socket. */
    String asSuperuser(String host, String query) {
        return installation
                .machine(host)
                .run("runuser -u postgres -- psql -XAtq -d app -p " + PORT + " -c \"" + query + "\"");
    }

    Map<String, String> settings(String host) {
        Map<String, String> settings = new TreeMap<>();
        asSuperuser(host, SETTINGS).lines().forEach(line -> {
            String[] parts = line.split("=", 2);
            settings.put(parts[0], parts[1]);
        });
        return settings;
    }

    /** Kills the server with all its processes; its agent starts it again. */
    void crash(String host) {
        SystemdNode machine = installation.machine(host);
        String directory = Installation.dataDirectory(host);
        machine.run("pid=$(head -n 1 '%s/postmaster.pid'); kill -KILL $pid $(pgrep -P $pid)".formatted(directory));
        Waiting.until("the server on " + host + " runs again", START_LIMIT, () -> accepts(host));
    }

    boolean accepts(String host) {
        try (Connection connection = connectQuickly(host)) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }
}
