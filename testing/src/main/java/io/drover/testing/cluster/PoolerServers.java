/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Two PostgreSQL servers that know nothing of one another, each with the databases {@code app} and {@code other}. */
public final class PoolerServers implements AutoCloseable {
    /** Where both listen. */
    public static final String HOST = "127.0.0.1";
    /** The role of clients. */
    public static final String USER = "app";
    /** Its password. */
    public static final String PASSWORD = "app-secret";

    private final OsUser user = OsUser.forPostgres();
    private final ClusterDirectory directory = ClusterDirectory.create("drover-pool", user);
    private final Ports free = new Ports(false);
    private final List<Integer> ports = new ArrayList<>();

    private PoolerServers() {}

    /** Starts them. */
    public static PoolerServers start() {
        PoolerServers servers = new PoolerServers();
        try {
            servers.startOne("s0");
            servers.startOne("s1");
            return servers;
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private void startOne(String name) {
        String data = directory.resolve(name).toString();
        Path password = user.secretFile(directory.resolve("password"), PASSWORD + "\n");
        int port = freePort();
        run("initdb", "-N", "-A", "scram-sha-256", "--pwfile=" + password, "-U", USER, "-D", data);
        String options = "-p " + port + " -k '' -c fsync=off -c listen_addresses=" + HOST;
        run("pg_ctl", "-w", "-D", data, "-l", data + "/log", "-o", options, "start");
        ports.add(port);
        for (String database : List.of("app", "other")) {
            Command.Result made = Command.run(List.of(
                    "psql",
                    "-Xqc",
                    "create database " + database,
                    "host=" + HOST + " port=" + port + " dbname=postgres user=" + USER + " password=" + PASSWORD));
            if (made.exitCode() != 0) {
                throw new IllegalStateException(made.output());
            }
        }
    }

    private void run(String program, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(programs().resolve(program).toString()));
        command.addAll(List.of(arguments));
        Command.succeed(user.command(command));
    }

    /** Of the newest version that is installed. */
    private static Path programs() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.max(Comparator.naturalOrder()).orElseThrow().resolve("bin");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port of a server. */
    public int port(int server) {
        return ports.get(server);
    }

    /** Another that nobody listens at. */
    public int freePort() {
        return free.choose(0, List.of(HOST));
    }

    /** A directory for more that belongs to the tests. */
    public Path directory() {
        return directory.path();
    }

    /** Who owns all of it. */
    public OsUser user() {
        return user;
    }

    @Override
    public void close() {
        directory.endProcesses();
        directory.remove();
    }
}
