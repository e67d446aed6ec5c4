/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import static java.util.Objects.requireNonNull;

import io.drover.api.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * An instance as Debian's tools make and run it: pg_createcluster, pg_ctlcluster, the configuration in /etc/postgresql, the log in
 * /var/log/postgresql. Its name tells whose it is: what a test that was killed has left is removed by the next one.
 */
public final class DebianInstance implements AutoCloseable {
    private static final String PREFIX = "drover_it_";
    private static final Path CONFIGURATIONS = Path.of("/etc/postgresql");
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int MEGABYTES = 900;

    private final LocalCluster cluster;
    private final String version;
    private final String name;
    private final Path data;
    private final String host;
    private final int port;
    private final List<String> databases;

    private DebianInstance(LocalCluster cluster, NodeId node, Path data, List<String> databases) {
        this.cluster = cluster;
        this.version = Command.succeed(List.of("sh", "-c", "ls /usr/lib/postgresql | sort -n | tail -1"))
                .strip();
        this.name = PREFIX + ProcessHandle.current().pid() + "_" + COUNT.incrementAndGet();
        this.data = data;
        this.host = cluster.node(node).host();
        this.databases = databases;
        this.port = new Ports(false)
                .choose(5499, cluster.nodes().stream().map(ClusterNode::host).toList());
    }

    /** Whether this machine has Debian's tools, and the caller may use them. */
    public static boolean isPossible() {
        return System.getProperty("user.name").equals("root")
                && Files.isExecutable(Path.of("/usr/bin/pg_createcluster"));
    }

    /**
     * Makes and starts one with databases that belong to roles of their names.
     *
     * @param mounted whether its data directory is a mount point of a disk of its own
     */
    public static DebianInstance start(LocalCluster cluster, NodeId node, boolean mounted, String... databases) {
        removeAbandoned();
        Path above = cluster.osUser().directory(cluster.directory().resolve("debian-" + COUNT.get()), "rwx------");
        Path data = above.resolve("main");
        if (mounted) {
            Mounts.makeDisk(data, MEGABYTES);
        }
        DebianInstance instance = new DebianInstance(cluster, node, data, List.of(databases));
        try {
            cluster.osUser().directory(data, "rwx------");
            instance.make();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + data, e);
        }
        return instance;
    }

    private static void removeAbandoned() {
        try (Stream<Path> found = Files.walk(CONFIGURATIONS, 2)) {
            found.filter(path -> path.getFileName().toString().startsWith(PREFIX))
                    .filter(path -> !ProcessTable.isAlive(ownerOf(path)))
                    .toList()
                    .forEach(DebianInstance::remove);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + CONFIGURATIONS, e);
        }
    }

    private static long ownerOf(Path configuration) {
        return Long.parseLong(configuration
                .getFileName()
                .toString()
                .substring(PREFIX.length())
                .split("_")[0]);
    }

    /** The data lies in the cluster's directory, which goes with that. */
    private static void remove(Path configuration) {
        String version = requireNonNull(configuration.getParent()).getFileName().toString();
        String name = configuration.getFileName().toString();
        Command.run(List.of("pg_ctlcluster", "--skip-systemctl-redirect", "-m", "immediate", version, name, "stop"));
        try {
            DirectoryTree.delete(configuration);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + configuration, e);
        }
        Command.run(List.of(
                "rm", "-f", logFile(version, name).toString(), "/run/postgresql/" + version + "-" + name + ".pid"));
    }

    private void make() throws IOException {
        Command.succeed(List.of(
                "pg_createcluster",
                "--datadir=" + data,
                "--port=" + port,
                "--user=" + cluster.osUser().name(),
                "--locale=C.UTF-8",
                version,
                name,
                "--",
                "--data-checksums",
                "--no-sync"));
        write("pg_hba.conf", """
                local all,replication all peer map=admins
                host @databases @databases all scram-sha-256
                host all,replication drover,drover_repl,drover_rewind all scram-sha-256
                """);
        write("pg_ident.conf", """
                admins %1$s %1$s
                admins deploy %2$s
                """.formatted(cluster.osUser().name(), databases.get(0)));
        write("databases", String.join("\n", databases) + "\n");
        Path included = Files.createDirectories(configuration().resolve("conf.d"));
        cluster.osUser().own(included, "rwxr-xr-x");
        write("conf.d/settings.conf", """
                listen_addresses = '%s'
                max_connections = 77
                work_mem = 5MB
                log_directory = '/var/log/postgresql'
                timezone = 'Asia/Kathmandu'
                datestyle = 'SQL, DMY'
                ssl = off
                """.formatted(host));
        pgCtlCluster("start");
        for (String database : databases) {
            psql().run("postgres", "create role %1$s login password '%2$s'".formatted(database, cluster.password()));
            psql().run("postgres", "create database %1$s owner %1$s".formatted(database));
        }
    }

    private void write(String file, String content) throws IOException {
        Path path = configuration().resolve(file);
        Files.writeString(path, content);
        cluster.osUser().own(path, "rw-r-----");
    }

    private void pgCtlCluster(String action) {
        Command.succeed(List.of("pg_ctlcluster", "--skip-systemctl-redirect", version, name, action));
    }

    private Path configuration() {
        return CONFIGURATIONS.resolve(version).resolve(name);
    }

    private static Path logFile(String version, String name) {
        return Path.of("/var/log/postgresql/postgresql-" + version + "-" + name + ".log");
    }

    /** What it is called, for what Debian's tools say of it. */
    public String name() {
        return version + "/" + name;
    }

    /** Its data directory. */
    public Path dataDirectory() {
        return data;
    }

    /** The port that it listens on. */
    public int port() {
        return port;
    }

    /** Opens a connection of a database's owner. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + host + ":" + port + "/" + database, database, cluster.password());
    }

    /** Runs SQL as superuser over its socket. */
    public Psql psql() {
        return new Psql(cluster.osUser(), "/run/postgresql", port);
    }

    /** What its postmaster was started with. */
    public String commandLine() {
        return ProcessTable.commandLine(Postmasters.of(data).orElseThrow());
    }

    /** What Debian's tools say: {@code online}, {@code online,recovery} or {@code down}. */
    public String status() {
        return Command.succeed(List.of("pg_lsclusters", "-h"))
                .lines()
                .map(line -> line.split("\\s+"))
                .filter(fields -> fields[1].equals(name))
                .map(fields -> fields[3])
                .findFirst()
                .orElse("unknown");
    }

    /** How often a server has been started that logs where Debian's tools let it log. */
    public long starts() {
        try (Stream<String> lines = Files.lines(logFile(version, name))) {
            return lines.filter(line -> line.contains("starting PostgreSQL")).count();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read its log", e);
        }
    }

    /** What Debian's tools have it start at boot. */
    public String startMode() {
        return requireNonNull(configurationFiles().get("start.conf"))
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .findFirst()
                .orElse("");
    }

    /** Its configuration files by name, with their content. */
    public Map<String, String> configurationFiles() {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(configuration())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(configuration().relativize(file).toString(), Files.readString(file));
            }
            return content;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + configuration(), e);
        }
    }

    @Override
    public void close() {
        remove(configuration());
    }
}
