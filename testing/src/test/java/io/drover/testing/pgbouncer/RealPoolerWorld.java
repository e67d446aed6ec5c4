/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncerConsole;
import io.drover.replication.PgBouncerPlace.Listening;
import io.drover.testing.cluster.PgBouncerProcess;
import io.drover.testing.cluster.PoolerServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Debian's PgBouncer before two PostgreSQL servers that stay for all tests. */
final class RealPoolerWorld implements PoolerWorld {
    private static final String PASSWORD = "secret";

    private final PoolerServers servers;
    private final PgBouncerProcess process;

    RealPoolerWorld(PoolerServers servers, String mode) {
        this.servers = servers;
        Path include = servers.directory().resolve("include.ini");
        this.process = new PgBouncerProcess(
                servers.user(),
                servers.directory().resolve("b"),
                include,
                servers.freePort(),
                Map.of(
                        PoolerServers.USER,
                        PoolerServers.PASSWORD,
                        PgBouncerProcess.ADMIN,
                        PASSWORD,
                        PgBouncerProcess.LOOKER,
                        PASSWORD),
                Map.of("pool_mode", mode, "server_login_retry", "1"));
        point(0);
        start();
    }

    static String includeText(String host, int port) {
        return """
                [databases]
                app = host=%1$s port=%2$s dbname=app
                other = host=%1$s port=%2$s dbname=other
                """.formatted(host, port);
    }

    @Override
    public PgBouncer open(Who who) {
        String user = who == Who.LOOKER ? PgBouncerProcess.LOOKER : PgBouncerProcess.ADMIN;
        String password = who == Who.WRONG_PASSWORD ? "wrong" : PASSWORD;
        return PgBouncerConsole.open(
                process.place(), new PgBouncerConsole.Login(Path.of("/usr/bin/psql"), user, password));
    }

    @Override
    public Listening listening() {
        return process.place().listening();
    }

    @Override
    public void point(int server) {
        try {
            Files.writeString(process.include(), includeText(host(), port(server)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int port(int server) {
        return servers.port(server);
    }

    @Override
    public String host() {
        return PoolerServers.HOST;
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public void start() {
        process.start();
    }

    @Override
    public void freeze(boolean stands) {
        process.freeze(stands);
    }

    @Override
    public Client connect(String database) {
        return new JdbcClient("jdbc:postgresql://127.0.0.1:" + process.port() + "/" + database
                + "?prepareThreshold=0&user=" + PoolerServers.USER + "&password=" + PoolerServers.PASSWORD);
    }

    /** Connects with its first transaction, since a login waits for a server's greeting when PgBouncer knows none yet. */
    private static final class JdbcClient implements Client {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final String url;
        private Connection connection;

        JdbcClient(String url) {
            this.url = url;
        }

        @Override
        public CompletableFuture<Integer> begin() {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            if (connection == null) {
                                connection = DriverManager.getConnection(url);
                            }
                            connection.setAutoCommit(false);
                            try (Statement statement = connection.createStatement();
                                    ResultSet row = statement.executeQuery("select inet_server_port()")) {
                                row.next();
                                return row.getInt(1);
                            }
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    thread);
        }

        @Override
        public void commit() {
            try {
                connection.commit();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            try {
                if (connection != null) {
                    connection.abort(Runnable::run);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            } finally {
                thread.shutdownNow();
            }
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
