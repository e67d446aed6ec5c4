/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The console through two psql: PAUSE answers only when everybody has let go, and meanwhile the other one has to see and to resume. Its
 * answer is not waited for, since PgBouncer gives it to whoever waits when any database is paused, and to nobody when it is resumed.
 */
public final class PgBouncerConsole implements PgBouncer {
    private static final int CONNECT_SECONDS = 2;
    private static final Duration LOGIN_LIMIT = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final String NO_DATABASE = "drover_has_no_such_database";

    private final Login login;
    private final PgBouncerPlace place;
    private final PsqlPipe commands;
    private @Nullable PsqlPipe pauses;

    /**
     * Who logs in.
     *
     * @param psql the program
     * @param user one of {@code admin_users}
     */
    public record Login(Path psql, String user, String password) {
        @Override
        public String toString() {
            return user;
        }
    }

    private PgBouncerConsole(Login login, PgBouncerPlace place, PsqlPipe commands) {
        this.login = login;
        this.place = place;
        this.commands = commands;
    }

    /**
     * Logs in.
     *
     * @throws DroverException POSTGRES_UNREACHABLE when nobody answers, POSTGRES_FAILED when the login is refused
     */
    public static PgBouncerConsole open(PgBouncerPlace place, Login login) {
        return new PgBouncerConsole(login, place, pipe(place, login));
    }

    private static PsqlPipe pipe(PgBouncerPlace place, Login login) {
        if (place.listening() == PgBouncerPlace.Listening.NO) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE,
                    "no PgBouncer listens at " + place,
                    "start it, or correct the address of its console");
        }
        Path file = passFile(login);
        try {
            PsqlPipe pipe = PsqlPipe.open(login.psql(), place, login.user(), file, CONNECT_SECONDS);
            pipe.ask("SHOW VERSION", LOGIN_LIMIT);
            return pipe;
        } finally {
            DurableFiles.delete(file);
        }
    }

    /** Readable by the owner only, and gone when psql has read it. */
    private static Path passFile(Login login) {
        try {
            Path file = Files.createTempFile(
                    "drover-pgbouncer",
                    ".pass",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, PassFile.line(login.user(), login.password()));
            return file;
        } catch (IOException e) {
            throw DurableFiles.failed("could not write a password file", e);
        }
    }

    @Override
    public String version() {
        return commands.ask("SHOW VERSION", LIMIT).stream()
                .map(row -> value(row, "version").replaceFirst("^PgBouncer ", ""))
                .findFirst()
                .orElse("");
    }

    @Override
    public Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        commands.ask("SHOW CONFIG", LIMIT).forEach(row -> settings.put(value(row, "key"), value(row, "value")));
        return settings;
    }

    @Override
    public boolean mayAdminister() {
        try {
            commands.ask("RESUME " + quoted(NO_DATABASE), LIMIT);
            return true;
        } catch (DroverException e) {
            if (e.code() != ErrorCode.POSTGRES_FAILED) {
                throw e;
            }
            return !e.getMessage().contains("admin access needed");
        }
    }

    @Override
    public Optional<Database> database(String name) {
        return commands.ask("SHOW DATABASES", LIMIT).stream()
                .filter(row -> value(row, "name").equals(name))
                .map(row -> new Database(
                        value(row, "host"),
                        number(row, "port"),
                        value(row, "database"),
                        number(row, "paused") != 0,
                        number(row, "disabled") != 0))
                .findFirst();
    }

    @Override
    public Pools pools(String name) {
        Pools sum = new Pools(0, 0, 0, 0, 0, 0, "");
        for (Map<String, String> row : commands.ask("SHOW POOLS", LIMIT)) {
            if (value(row, "database").equals(name)) {
                int servers = row.keySet().stream()
                        .filter(column -> column.startsWith("sv_"))
                        .mapToInt(column -> number(row, column))
                        .sum();
                sum = new Pools(
                        sum.clients() + number(row, "cl_active") + number(row, "cl_waiting"),
                        sum.waiting() + number(row, "cl_waiting"),
                        sum.logins() + number(row, "sv_login"),
                        sum.servers() + servers,
                        Math.max(sum.largest(), servers),
                        Math.max(sum.busiest(), number(row, "sv_active")),
                        value(row, "pool_mode"));
            }
        }
        return sum;
    }

    @Override
    public List<Link> links(String name) {
        return commands.ask("SHOW SERVERS", LIMIT).stream()
                .filter(row -> value(row, "database").equals(name)
                        && value(row, "state").equals("active"))
                .map(row -> new Link(value(row, "addr"), number(row, "port"), number(row, "local_port")))
                .toList();
    }

    @Override
    public void prepare() {
        freePipe();
    }

    @Override
    public void pause(String name) {
        freePipe().send("PAUSE " + quoted(name));
    }

    /** One on which no earlier PAUSE waits, which would hold the next one up. */
    private PsqlPipe freePipe() {
        PsqlPipe open = pauses;
        if (open != null && !open.isAnswered()) {
            open.close();
            open = null;
        }
        if (open == null) {
            open = pipe(place, login);
            pauses = open;
        }
        return open;
    }

    @Override
    public void resume(String name) {
        try {
            commands.ask("RESUME " + quoted(name), LIMIT);
        } catch (DroverException e) {
            if (e.code() != ErrorCode.POSTGRES_FAILED || !e.getMessage().contains("is not paused")) {
                throw e;
            }
        }
    }

    @Override
    public void reload() {
        commands.ask("RELOAD", LIMIT);
    }

    @Override
    public void kill(String name) {
        commands.ask("KILL " + quoted(name), LIMIT);
    }

    /** The console's grammar knows no escape inside of quotes but the doubled quote. */
    private static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String value(Map<String, String> row, String column) {
        return row.getOrDefault(column, "");
    }

    private static int number(Map<String, String> row, String column) {
        String text = value(row, column);
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    @Override
    public void close() {
        commands.close();
        PsqlPipe open = pauses;
        if (open != null) {
            open.close();
        }
    }
}
