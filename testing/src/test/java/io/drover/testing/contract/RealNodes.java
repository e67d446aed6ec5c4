/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static java.util.Objects.requireNonNull;

import io.drover.api.Lsn;
import io.drover.daemon.remote.Monitors;
import io.drover.daemon.remote.PostgresMonitors;
import io.drover.replication.Connections;
import io.drover.replication.InstanceLayout;
import io.drover.replication.InstanceMonitors;
import io.drover.replication.LocalPostgresNode;
import io.drover.replication.PostgresBinaries;
import io.drover.replication.PostgresNode;
import io.drover.replication.ProcessTable;
import io.drover.replication.RoleSetup;
import io.drover.replication.RoleSetup.Passwords;
import io.drover.replication.ServerPlace;
import io.drover.replication.ServerTls;
import io.drover.replication.Signals;
import io.drover.replication.Waiting;
import io.drover.testing.cluster.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Nodes with PostgreSQL on loopback, for this process's own user. */
final class RealNodes implements ThreeNodes {
    private static final String DATABASE = "app";
    private static final String PASSWORD = "one";
    private static final int LOWEST_PORT = 16_000;
    private static final int PORTS = 15_000;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Path root;
    private final Map<Side, PostgresNode> nodes = new EnumMap<>(Side.class);
    private final Map<Side, Integer> ports = new EnumMap<>(Side.class);
    private final InstanceMonitors monitors = new InstanceMonitors(RoleSetup.CONTROLLER, PASSWORD);

    RealNodes(Path root) {
        this.root = root;
        for (Side side : Side.values()) {
            ports.put(side, freePort(host(side)));
            nodes.put(
                    side,
                    new LocalPostgresNode(
                            "node_" + side.ordinal(),
                            host(side),
                            root,
                            binaries(),
                            new Passwords(PASSWORD, "two", "three"),
                            ServerTls.NONE));
        }
    }

    /** The newest that are installed. */
    private static PostgresBinaries binaries() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return new PostgresBinaries(
                    versions.max(Comparator.naturalOrder()).orElseThrow().resolve("bin"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Below the range that outgoing connections take theirs from: one is restarted with the same port. */
    private static int freePort(String host) {
        int port = LOWEST_PORT + new Random().nextInt(PORTS);
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            return freePort(host);
        }
    }

    @Override
    public PostgresNode node(Side side) {
        return requireNonNull(nodes.get(side), "the node is missing");
    }

    @Override
    public ServerPlace place(Side side) {
        Path directory = root.resolve(side.name());
        return new ServerPlace(
                directory.resolve("data"),
                directory.resolve("socket"),
                requireNonNull(ports.get(side), "the port is missing"),
                new InstanceLayout(directory),
                null);
    }

    @Override
    public String host(Side side) {
        return "127.0.0." + (61 + side.ordinal());
    }

    /** A superuser's session in the shard's database. */
    Connection connect(Side side) {
        ServerPlace place = place(side);
        return Connections.local(place.socketDir(), place.port(), DATABASE);
    }

    @Override
    public Client client(Side side) {
        return new JdbcClient(connect(side));
    }

    /** Writes one row for each operation. */
    private record JdbcClient(Connection connection) implements Client {
        @Override
        public void commit(String operation) {
            commit("on", operation);
        }

        @Override
        public void commitLocally(String operation) {
            commit("local", operation);
        }

        private void commit(String level, String operation) {
            execute(connection, "SET synchronous_commit = " + level);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO operations (name) VALUES (?)")) {
                insert.setString(1, operation);
                insert.executeUpdate();
                if (!connection.getAutoCommit()) {
                    connection.commit();
                    connection.setAutoCommit(true);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void begin() {
            try {
                connection.setAutoCommit(false);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            execute(connection, "SELECT 1");
        }

        @Override
        public void close() {
            quietly(connection);
        }
    }

    static void execute(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static void quietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a connection could not be closed", e);
        }
    }

    @Override
    public Monitors monitors() {
        return new PostgresMonitors(monitors);
    }

    @Override
    public List<String> operations(Side side) {
        return ask(side, "SELECT name FROM operations ORDER BY id");
    }

    /** The first column. */
    private List<String> ask(Side side, String sql) {
        Connection connection = connect(side);
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            quietly(connection);
        }
    }

    @Override
    public void makeTable(Side side) {
        tell(side, "CREATE TABLE operations (id serial PRIMARY KEY, name text NOT NULL)");
    }

    /** As autovacuum does it. */
    @Override
    public void maintain(Side side) {
        tell(side, "ANALYZE operations");
    }

    /** Runs a program of PostgreSQL's own against a server, until it is told to end. */
    Process run(Side side, String program, String... arguments) {
        ServerPlace place = place(side);
        List<String> command = new ArrayList<>(List.of(
                binaries().tool(program),
                "--host",
                place.socketDir().toString(),
                "--port",
                Integer.toString(place.port())));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(root.resolve(program + ".log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a stopped server's cluster one of those that were made without data checksums. */
    void removeChecksums(Side side) {
        Command.Result result = Command.run(List.of(
                binaries().tool("pg_checksums"),
                "--disable",
                "--pgdata=" + place(side).dataDir()));
        if (result.exitCode() != 0) {
            throw new IllegalStateException(result.output());
        }
    }

    /** A directory that goes with the servers. */
    Path root() {
        return root;
    }

    void tell(Side side, String sql) {
        Connection connection = connect(side);
        execute(connection, sql);
        quietly(connection);
    }

    @Override
    public void kill(Side side) {
        Path data = place(side).dataDir();
        List<Integer> processes = ProcessTable.serversIn(data);
        processes.forEach(Signals.KILL::send);
        // one that nobody has reaped yet still holds the lock of its socket
        Waiting.until(LIMIT, POLL, () -> processes.stream().noneMatch(pid -> Files.exists(Path.of("/proc/" + pid))));
    }

    @Override
    public void freeze(Side side) {
        ProcessTable.serversIn(place(side).dataDir()).forEach(Signals.STOP::send);
    }

    @Override
    public void thaw(Side side) {
        ProcessTable.serversIn(place(side).dataDir()).forEach(Signals.CONT::send);
    }

    @Override
    public void loseSlot(Side side, String slot) {
        tell(side, "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
        tell(side, "SELECT pg_reload_conf()");
        String lost = "SELECT wal_status FROM pg_replication_slots WHERE slot_name = '" + slot + "'";
        boolean done = Waiting.until(LIMIT, POLL, () -> {
            tell(side, "SELECT pg_switch_wal()");
            tell(side, "CHECKPOINT");
            return ask(side, lost).equals(List.of("lost"));
        });
        if (!done) {
            throw new IllegalStateException("slot " + slot + " is not lost");
        }
        tell(side, "ALTER SYSTEM RESET max_slot_wal_keep_size");
        tell(side, "SELECT pg_reload_conf()");
    }

    @Override
    public void killInPromotion(Side side, Lsn fork) {
        kill(side);
        Path data = place(side).dataDir();
        try {
            Files.delete(data.resolve("standby.signal"));
            Files.writeString(
                    data.resolve("pg_wal/00000002.history"), "1\t" + fork + "\tno recovery target specified\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void plantHistory(Side side, int timeline) {
        Path archive = root.resolve("archive");
        try {
            Files.createDirectories(archive);
            Files.writeString(
                    archive.resolve(String.format(Locale.ROOT, "%08X.history", timeline)),
                    (timeline - 1) + "\t0/1000000\tno recovery target specified\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tell(side, "ALTER SYSTEM SET restore_command = 'cp " + archive + "/%f %p'");
        tell(side, "SELECT pg_reload_conf()");
    }

    @Override
    public void close() {
        monitors.close();
        for (Side side : Side.values()) {
            kill(side);
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
