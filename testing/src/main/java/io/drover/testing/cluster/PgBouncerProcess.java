/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.replication.PgBouncerPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A real PgBouncer, of the user that PostgreSQL runs as, whose databases stand in an include file. */
public final class PgBouncerProcess implements AutoCloseable {
    /** Who may pause it. */
    public static final String ADMIN = "pooler_admin";
    /** Who may look at it. */
    public static final String LOOKER = "pooler_looker";

    private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final OsUser user;
    private final Path directory;
    private final Path include;
    private final int port;
    private final Map<String, String> settings;
    private @Nullable Process process;

    /**
     * Prepares one.
     *
     * @param directory its own; short, since a Unix socket lies in it
     * @param include the file that its ini includes; made when it is missing, since PgBouncer wants it
     * @param passwords by user
     * @param settings more of its ini
     */
    public PgBouncerProcess(
            OsUser user,
            Path directory,
            Path include,
            int port,
            Map<String, String> passwords,
            Map<String, String> settings) {
        this.user = user;
        this.directory = user.directory(directory, "rwxr-xr-x");
        this.include = include;
        this.port = port;
        this.settings = Map.copyOf(settings);
        if (!Files.exists(include)) {
            user.secretFile(include, "");
        }
        user.secretFile(
                directory.resolve("users.txt"),
                passwords.entrySet().stream()
                        .map(login -> "\"" + login.getKey() + "\" \"" + login.getValue() + "\"\n")
                        .collect(Collectors.joining()));
        writeIni("%include " + include);
    }

    /** Writes its ini; takes effect with a start or a reload. */
    public void writeIni(String databases) {
        String more = settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = " + setting.getValue() + "\n")
                .collect(Collectors.joining());
        user.secretFile(
                ini(),
                """
                [databases]
                %s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %s
                so_reuseport = 1
                unix_socket_dir = %s
                auth_type = scram-sha-256
                auth_file = %s/users.txt
                admin_users = %s
                stats_users = %s
                logfile = %s/pgbouncer.log
                pidfile = %s/pgbouncer.pid
                ignore_startup_parameters = extra_float_digits
                """.formatted(databases, port, directory, directory, ADMIN, LOOKER, directory, directory) + more);
    }

    /** Its configuration. */
    public Path ini() {
        return directory.resolve("pgbouncer.ini");
    }

    /** What it says. */
    public Path log() {
        return directory.resolve("pgbouncer.log");
    }

    /** Where its console is reached. */
    public PgBouncerPlace place() {
        return new PgBouncerPlace(directory.toString(), port);
    }

    /** The port that clients connect to. */
    public int port() {
        return port;
    }

    /** The file that says where its databases lie. */
    public Path include() {
        return include;
    }

    /** Starts it, and waits until it listens. */
    public void start() {
        try {
            Files.deleteIfExists(directory.resolve("pgbouncer.pid"));
            process = new ProcessBuilder(user.command(List.of(PROGRAM.toString(), "-q", ini().toString())))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("output").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start PgBouncer", e);
        }
        Waiting.until(
                "PgBouncer listens, see " + log(), LIMIT, () -> place().listening() == PgBouncerPlace.Listening.YES);
    }

    /** Whether it runs. */
    public boolean isAlive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** Ends it as a machine's failure would. */
    public void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            Waiting.until("PgBouncer has ended", LIMIT, () -> !running.isAlive());
        }
    }

    /** Lets it stand still, or go on. */
    public void freeze(boolean stands) {
        Process running = process;
        if (running != null) {
            ProcessTable.signal(running.pid(), stands ? "STOP" : "CONT");
        }
    }

    @Override
    public void close() {
        freeze(false);
        kill();
    }
}
