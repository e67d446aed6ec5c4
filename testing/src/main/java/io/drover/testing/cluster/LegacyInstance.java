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

/**
 * A PostgreSQL instance that somebody else made on a node, laid out as distributions do it: the configuration in a directory
 * of its own, the data in another, the server started with both.
 */
public final class LegacyInstance {
    /** Its database and the role that owns it. */
    public static final String DATABASE = "legacy";

    private static final int USUAL_MOST_MEBIBYTES = 1024;
    private static final int SEGMENT_MEBIBYTES = 16;

    private final LocalCluster cluster;
    private final Path data;
    private final Path configuration;
    private final Path socket;
    private final int port;
    private final String host;
    private final String programs;

    private final int segmentMebibytes;

    private LegacyInstance(LocalCluster cluster, NodeId node, String name, int segmentMebibytes) {
        this.segmentMebibytes = segmentMebibytes;
        Path root = cluster.directory().resolve(name);
        this.cluster = cluster;
        this.programs = Command.succeed(List.of("sh", "-c", "ls -d /usr/lib/postgresql/*/bin | tail -1"))
                .strip();
        this.data = root.resolve("data");
        this.configuration = root.resolve("etc");
        this.socket = root.resolve("run");
        this.host = cluster.node(node).host();
        List<String> hosts = cluster.nodes().stream().map(ClusterNode::host).toList();
        this.port = new Ports(false).choose(5499, hosts);
    }

    /** Makes and starts it, in a directory of the given name. */
    public static LegacyInstance start(LocalCluster cluster, NodeId node, String name) {
        return start(cluster, node, name, SEGMENT_MEBIBYTES);
    }

    /** The same with WAL segments of another size. */
    public static LegacyInstance start(LocalCluster cluster, NodeId node, String name, int segmentMebibytes) {
        LegacyInstance instance = new LegacyInstance(cluster, node, name, segmentMebibytes);
        try {
            instance.make();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + instance.data, e);
        }
        return instance;
    }

    private void make() throws IOException {
        OsUser user = cluster.osUser();
        for (Path directory : List.of(data.getParent(), data, configuration, socket)) {
            user.directory(directory, "rwx------");
        }
        Command.succeed(user.command(List.of(
                programs + "/initdb",
                "-D",
                data.toString(),
                "-U",
                user.name(),
                "-A",
                "peer",
                "--locale=C.UTF-8",
                "--data-checksums",
                "--wal-segsize=" + segmentMebibytes,
                "--no-sync")));
        Files.delete(data.resolve("postgresql.conf"));
        Files.delete(data.resolve("pg_hba.conf"));
        write("pg_hba.conf", """
                local all,replication all peer
                host all all all scram-sha-256
                host replication drover_repl all scram-sha-256
                """);
        write("postgresql.conf", """
                data_directory = '%s'
                hba_file = '%s/pg_hba.conf'
                listen_addresses = '%s'
                port = %s
                unix_socket_directories = '%s'
                max_connections = 77
                max_prepared_transactions = 5
                wal_level = logical
                archive_mode = on
                archive_command = 'true'
                min_wal_size = %sMB
                max_wal_size = %sMB
                """.formatted(
                        data,
                        configuration,
                        host,
                        port,
                        socket,
                        5 * segmentMebibytes,
                        Math.max(USUAL_MOST_MEBIBYTES, 6 * segmentMebibytes)));
        Command.succeed(user.command(List.of(
                programs + "/pg_ctl",
                "-D",
                data.toString(),
                "-o",
                "-c config_file=" + configuration + "/postgresql.conf",
                "-l",
                data.getParent() + "/postgresql.log",
                "-w",
                "start")));
        psql().run("postgres", """
                create role %1$s login password '%2$s';
                create database %1$s owner %1$s;
                """.formatted(DATABASE, cluster.password()));
    }

    private void write(String name, String content) throws IOException {
        Path file = configuration.resolve(name);
        Files.writeString(file, content);
        cluster.osUser().own(file, "rw-------");
    }

    /** Runs SQL as superuser over its socket. */
    public Psql psql() {
        return new Psql(cluster.osUser(), socket.toString(), port);
    }

    /** Makes a directory beside its data that PostgreSQL's user may write to. */
    public Path directory(String name) {
        return cluster.osUser().directory(data.resolveSibling(name), "rwx------");
    }

    /** Starts a program that receives its WAL for good, as an archive does; to be ended by the caller. */
    public Process receiveWal() {
        List<String> command = List.of(
                programs + "/pg_receivewal",
                "--no-loop",
                "-D",
                directory("received").toString(),
                "-h",
                socket.toString(),
                "-p",
                Integer.toString(port),
                "-U",
                cluster.osUser().name());
        try {
            return new ProcessBuilder(cluster.osUser().command(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot receive WAL", e);
        }
    }

    /** Its next start takes as long as a restore from an archive that answers late. */
    public void startSlowlyFromNowOn(Duration wait) {
        try {
            Files.writeString(
                    configuration.resolve("postgresql.conf"),
                    "restore_command = 'sleep " + wait.toSeconds() + "; false'\n",
                    StandardOpenOption.APPEND);
            Path signal = data.resolve("recovery.signal");
            Files.writeString(signal, "");
            cluster.osUser().own(signal, "rw-------");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + configuration, e);
        }
    }

    /** Opens a connection of its owner. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + host + ":" + port + "/" + DATABASE, DATABASE, cluster.password());
    }

    /** Its data directory. */
    public Path dataDirectory() {
        return data;
    }

    /** The port that it listens on. */
    public int port() {
        return port;
    }

    /** What its postmaster was started with. */
    public String commandLine() {
        return ProcessTable.commandLine(Postmasters.of(data).orElseThrow());
    }

    /** Its configuration files with their content. */
    public List<String> configuration() {
        try {
            return List.of(
                    Files.readString(configuration.resolve("postgresql.conf")),
                    Files.readString(configuration.resolve("pg_hba.conf")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + configuration, e);
        }
    }
}
