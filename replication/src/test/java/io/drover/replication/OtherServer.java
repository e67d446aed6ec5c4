/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A server of a version that this machine's distribution does not have, out of archives that Maven fetches: only {@code postgres},
 * {@code initdb} and {@code pg_ctl}, so no base backup and no rewind. Started as root it runs in a user namespace of its own.
 */
final class OtherServer implements AutoCloseable {
    static final String HOST = "localhost";
    private static final String LOG = "server.log";
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final EmbeddedPostgres server;
    private final Path dataDir;

    private OtherServer(EmbeddedPostgres server, Path dataDir) {
        this.server = server;
        this.dataDir = dataDir;
    }

    /** A new cluster, or the one that lies there already. */
    static OtherServer start(int version, Path dataDir) throws IOException {
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setPgBinaryResolver((system, machine) -> Files.newInputStream(archive(version)))
                .setDataDirectory(dataDir)
                .setCleanDataDirectory(false)
                .setServerConfig("max_connections", "40")
                .setServerConfig("wal_level", "replica")
                .setServerConfig("hot_standby", "on")
                .setServerConfig("max_wal_senders", "8")
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("cluster_name", "other_" + version)
                .setServerConfig("logging_collector", "on")
                .setServerConfig("log_filename", LOG)
                .setErrorRedirector(Redirect.DISCARD)
                .setOutputRedirector(Redirect.DISCARD)
                .setPGStartupWait(START_LIMIT)
                .start();
        return new OtherServer(server, dataDir);
    }

    private static Path archive(int version) {
        return Path.of(System.getProperty("postgres.archives"), String.valueOf(version), "postgres-linux-x86_64.txz");
    }

    int port() {
        return server.getPort();
    }

    Path dataDir() {
        return dataDir;
    }

    int postmaster() {
        try {
            return Integer.parseInt(
                    Files.readAllLines(dataDir.resolve("postmaster.pid")).get(0).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it has written down. */
    String log() throws IOException {
        return Files.readString(dataDir.resolve("log").resolve(LOG));
    }

    /** The superuser's. */
    Connection superuser() throws SQLException {
        return server.getPostgresDatabase().getConnection();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
