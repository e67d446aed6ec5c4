/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** A base backup of the shard that is restored from the archive beside the cluster, as after a disaster. */
public final class RestoredInstance implements AutoCloseable {
    private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(2);

    private final LocalCluster cluster;
    private final Path directory;
    private final int port;
    private final String programs;

    /** Will lie in the directory, which must be missing and under the cluster's. */
    public RestoredInstance(LocalCluster cluster, Path directory) {
        this.cluster = cluster;
        this.directory = directory;
        this.port = new Ports(false).choose(5499, List.of(ClusterController.LOOPBACK));
        this.programs = Command.succeed(List.of("sh", "-c", "ls -d /usr/lib/postgresql/*/bin | tail -1"))
                .strip();
    }

    /** Takes the backup. */
    public void takeBackup(NodeId source) {
        OsUser user = cluster.osUser();
        Command.succeed(user.command(List.of(
                programs + "/pg_basebackup",
                "-h",
                cluster.socketDirectory(source),
                "-p",
                Integer.toString(cluster.shardPort()),
                "-U",
                user.name(),
                "-D",
                directory.toString(),
                "-X",
                "none",
                "-c",
                "fast",
                "--no-manifest")));
    }

    /** Recovers to the restore point and opens the instance for reading. */
    public void restoreTo(String restorePoint, Path archive) {
        OsUser user = cluster.osUser();
        try {
            for (String left : List.of("standby.signal", "postgresql.auto.conf")) {
                Files.deleteIfExists(directory.resolve(left));
            }
            Path signal = directory.resolve("recovery.signal");
            Files.writeString(signal, "");
            user.own(signal, "rw-------");
            Path hba = directory.resolve("restored_hba.conf");
            Files.writeString(hba, "local all all trust\nhost all all 127.0.0.1/32 trust\n");
            user.own(hba, "rw-------");
            Files.writeString(
                    directory.resolve("postgresql.conf"),
                    """

                    listen_addresses = '%s'
                    port = %s
                    unix_socket_directories = '%s'
                    hba_file = '%s'
                    archive_mode = off
                    restore_command = 'cp %s/%%f %%p'
                    recovery_target_name = '%s'
                    recovery_target_timeline = 'latest'
                    recovery_target_action = 'pause'
                    synchronous_standby_names = ''
                    """.formatted(ClusterController.LOOPBACK, port, directory, hba, archive, restorePoint),
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot configure " + directory, e);
        }
        // pg_ctl returns, what it starts goes on: its output must not be a pipe
        Command.succeed(user.command(List.of(
                programs + "/pg_ctl", "-D", directory.toString(), "-l", directory + "/restore.log", "-W", "start")));
        Waiting.until(
                "the recovery has come to " + restorePoint + ", see " + directory + "/restore.log",
                RECOVERY_LIMIT,
                this::isPaused);
    }

    private boolean isPaused() {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_get_wal_replay_pause_state() = 'paused'")) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Opens a connection as superuser. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + ClusterController.LOOPBACK + ":" + port + "/" + LocalCluster.DATABASE,
                cluster.osUser().name(),
                "");
    }

    /** Ends it when it runs; its files stay. */
    @Override
    public void close() {
        Postmasters.of(directory).ifPresent(postmaster -> {
            ProcessTable.signal(postmaster, "QUIT");
            Waiting.until("the restored instance has ended", RECOVERY_LIMIT, () -> !ProcessTable.isAlive(postmaster));
        });
    }
}
