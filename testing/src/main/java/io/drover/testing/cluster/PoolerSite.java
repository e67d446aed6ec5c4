/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncerConsole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Two real PgBouncer before the shard of a cluster, which share a port, with their adapter as a process of its own. */
public final class PoolerSite implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String PASSWORD = "pooler-secret";
    private static final String HOST = "127.0.0.1";
    private static final String NAME = "pgbouncer";

    private final LocalCluster cluster;
    private final Path directory;
    private final int port;
    private final List<PgBouncerProcess> processes = new ArrayList<>();
    private final Path configuration;
    private final DaemonProcess adapter;

    private PoolerSite(LocalCluster cluster, String mode, Map<String, String> settings) {
        this.cluster = cluster;
        this.directory = cluster.osUser().directory(cluster.directory().resolve("pool"), "rwxr-xr-x");
        this.port = new Ports(false).choose(0, List.of(HOST));
        Map<String, String> all =
                new HashMap<>(Map.of("pool_mode", mode, "server_login_retry", "1", "default_pool_size", "6"));
        all.putAll(settings);
        for (String name : List.of("p1", "p2")) {
            processes.add(new PgBouncerProcess(
                    cluster.osUser(),
                    directory.resolve(name),
                    include(),
                    port,
                    Map.of(
                            LocalCluster.USER,
                            cluster.password(),
                            PgBouncerProcess.ADMIN,
                            PASSWORD,
                            PgBouncerProcess.LOOKER,
                            PASSWORD),
                    all));
        }
        this.configuration = cluster.osUser()
                .secretFile(cluster.directory().resolve("etc").resolve(NAME + ".yml"), configuration(PASSWORD));
        this.adapter = new DaemonProcess(
                NAME,
                List.of(
                        "bin/drover",
                        "pgbouncer",
                        configuration.toString(),
                        "--pid-file",
                        cluster.controlDirectory().resolve(NAME + ".pid").toString()),
                cluster.projectRoot(),
                cluster.controlDirectory());
    }

    /** Starts all of it, and waits until clients are served. */
    public static PoolerSite start(LocalCluster cluster, String mode) {
        return start(cluster, mode, Map.of());
    }

    /**
     * The same.
     *
     * @param settings more of the ini of both
     */
    public static PoolerSite start(LocalCluster cluster, String mode, Map<String, String> settings) {
        PoolerSite site = new PoolerSite(cluster, mode, settings);
        try {
            // as the unit of a real one does: the file has to say where the databases lie
            site.runGate();
            site.processes.forEach(PgBouncerProcess::start);
            site.startAdapter();
            return site;
        } catch (RuntimeException e) {
            site.close();
            throw e;
        }
    }

    private Path include() {
        return directory.resolve("drover.ini");
    }

    private String configuration(String adminPassword) {
        OsUser user = cluster.osUser();
        Path admin = user.secretFile(directory.resolve("admin.password"), adminPassword + "\n");
        Path login = user.secretFile(directory.resolve("app.password"), cluster.password() + "\n");
        String consoles = processes.stream()
                .map(process -> "  - {host: %s, port: %s, ini: %s}%n"
                        .formatted(process.place().host(), port, process.ini()))
                .collect(Collectors.joining());
        return """
                name: %s
                zookeeper: {connect: "%s", sessionTimeout: 2s}
                include: %s
                databases:
                  - {name: %s, shard: %s}
                consoles:
                %sadmin: {user: %s, passwordFile: %s}
                login: {user: %s, passwordFile: %s}
                """.formatted(
                        NAME,
                        cluster.zookeeper(),
                        include(),
                        LocalCluster.DATABASE,
                        LocalCluster.SHARD,
                        consoles,
                        PgBouncerProcess.ADMIN,
                        admin,
                        LocalCluster.USER,
                        login);
    }

    /** The password that the adapter logs in to the consoles with. */
    public void setPassword(boolean right) {
        cluster.osUser().secretFile(directory.resolve("admin.password"), (right ? PASSWORD : "wrong") + "\n");
    }

    /** The two processes. */
    public List<PgBouncerProcess> processes() {
        return List.copyOf(processes);
    }

    /** The port that clients connect to. */
    public int port() {
        return port;
    }

    /** The adapter's log. */
    public Path log() {
        return adapter.log();
    }

    /** Starts the adapter. */
    public void startAdapter() {
        adapter.start();
    }

    /** Ends the adapter as a machine's failure would. */
    public void killAdapter() {
        adapter.kill();
    }

    /** Logs in to the console of a process. */
    public PgBouncer console(PgBouncerProcess process) {
        return PgBouncerConsole.open(
                process.place(),
                new PgBouncerConsole.Login(Path.of("/usr/bin/psql"), PgBouncerProcess.ADMIN, PASSWORD));
    }

    /** Whether a process holds the clients of the shard's database. */
    public boolean isPaused(PgBouncerProcess process) {
        try (PgBouncer console = console(process)) {
            return console.database(LocalCluster.DATABASE).orElseThrow().paused();
        }
    }

    /** Connects to the shard's database. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + HOST + ":" + port + "/" + LocalCluster.DATABASE + "?prepareThreshold=0",
                LocalCluster.USER,
                cluster.password());
    }

    /** Waits until every process leads to the host, holds nobody, and the file remembers no pause. */
    public void awaitServing(String host) {
        Waiting.until(
                "every PgBouncer serves at " + host + ", see " + log(),
                LIMIT,
                () -> processes.stream().allMatch(process -> serves(process, host)) && !text().contains("held"));
    }

    private boolean serves(PgBouncerProcess process, String host) {
        try (PgBouncer console = console(process)) {
            return console.database(LocalCluster.DATABASE)
                    .filter(found -> found.host().equals(host) && !found.paused())
                    .isPresent();
        }
    }

    private String text() {
        try {
            return Files.readString(include());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What a person is told before a move. */
    public Command.Result check() {
        return drover("--check");
    }

    /** Runs what the unit of a PgBouncer runs before it. */
    public Command.Result runGate() {
        return drover("--gate=60s");
    }

    private Command.Result drover(String option) {
        return Command.run(List.of(
                cluster.projectRoot().resolve("bin/drover").toString(), "pgbouncer", option, configuration.toString()));
    }

    /** The next test's moves shall not miss it. */
    @Override
    public void close() {
        adapter.kill();
        processes.forEach(PgBouncerProcess::close);
        Command.Result retired = drover("--retire");
        if (retired.exitCode() != 0) {
            throw new IllegalStateException("not retired: " + retired.output());
        }
    }
}
