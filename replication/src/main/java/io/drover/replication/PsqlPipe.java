/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One psql that stays open and is spoken to through its pipes. PgBouncer's console knows neither the extended protocol nor the SET that
 * pgjdbc begins with (H93); psql does what it wants. A command takes a tenth of a millisecond this way, a psql of its own thirty.
 */
final class PsqlPipe implements AutoCloseable {
    /** Between the columns of a line; no name holds it. */
    private static final String SEPARATOR = "\u001f";

    private static final String MARK = "\u001edrover";
    private static final String END = "\u001eend";

    private final String where;
    private final Process process;
    private final OutputStream stdin;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private long asked;
    private long answered;

    private PsqlPipe(String where, Process process) {
        this.where = where;
        this.process = process;
        this.stdin = process.getOutputStream();
        Thread reader = new Thread(this::read, "psql-pipe");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts psql; whether it could log in is told by the first answer. */
    static PsqlPipe open(Path psql, PgBouncerPlace place, String user, Path passFile, int connectSeconds) {
        List<String> argv = List.of(
                psql.toString(),
                "--no-psqlrc",
                "--no-password",
                "--quiet",
                "--no-align",
                "--field-separator=" + SEPARATOR,
                "--pset=footer=off",
                "--host=" + place.host(),
                "--port=" + place.port(),
                "--username=" + user,
                "--dbname=pgbouncer");
        ProcessBuilder builder = Commands.builder(
                argv,
                Map.of(
                        "PGPASSFILE", passFile.toString(),
                        "PGCONNECT_TIMEOUT", Integer.toString(connectSeconds),
                        "PGAPPNAME", Connections.APPLICATION_NAME));
        builder.redirectErrorStream(true);
        return new PsqlPipe("PgBouncer's console at " + place + " as " + user, Commands.start(builder));
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add(String.valueOf(e.getMessage()));
        } finally {
            lines.add(END);
        }
    }

    /** The lines of a table by the names of their columns. */
    List<Map<String, String>> ask(String command, Duration limit) {
        send(command);
        return await(limit);
    }

    /** Sends a command whose answer may take as long as it likes. */
    void send(String command) {
        asked++;
        String text = command + ";\n\\echo " + MARK + " :ERROR :LAST_ERROR_MESSAGE\n";
        try {
            stdin.write(text.getBytes(StandardCharsets.UTF_8));
            stdin.flush();
        } catch (IOException e) {
            // what it had to say stands in its output
            await(Duration.ofMillis(200));
            throw unreachable("it has ended: " + e.getMessage());
        }
    }

    /** Whether every command that was sent has its answer; takes what has come of it. */
    boolean isAnswered() {
        while (answered < asked && lines.stream().anyMatch(line -> line.startsWith(MARK) || line.equals(END))) {
            await(Duration.ofSeconds(1));
        }
        return answered == asked;
    }

    private List<Map<String, String>> await(Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        List<String> answer = new ArrayList<>();
        while (true) {
            String line = next(waiting);
            if (line == null) {
                close();
                throw unreachable("no answer within " + limit.toMillis() + " ms");
            }
            if (line.equals(END)) {
                close();
                throw refused(answer);
            }
            if (line.startsWith(MARK)) {
                answered++;
                return rows(answer, line.substring(MARK.length()).strip());
            }
            answer.add(line);
        }
    }

    private @Nullable String next(Waiting waiting) {
        try {
            return lines.poll(waiting.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.TIMEOUT, where + ": the wait was interrupted", null, e);
        }
    }

    private List<Map<String, String>> rows(List<String> answer, String verdict) {
        if (!verdict.startsWith("false")) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED, where + " refused: " + verdict.replaceFirst("^true ?", ""));
        }
        List<Map<String, String>> rows = new ArrayList<>();
        if (answer.isEmpty()) {
            return rows;
        }
        String[] names = answer.get(0).split(SEPARATOR, -1);
        for (String line : answer.subList(1, answer.size())) {
            String[] values = line.split(SEPARATOR, -1);
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < names.length && i < values.length; i++) {
                row.put(names[i], values[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    /** What psql said before it ended: the server's own FATAL, or that there is no server. */
    private DroverException refused(List<String> said) {
        String words = said.stream().map(String::strip).collect(Collectors.joining("; "));
        int fatal = words.indexOf("FATAL:");
        if (fatal >= 0) {
            return new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    where + " refuses the login: "
                            + words.substring(fatal + "FATAL:".length()).strip(),
                    "check the user, that admin_users names it, and the password file");
        }
        return unreachable(words);
    }

    private DroverException unreachable(String why) {
        return new DroverException(
                ErrorCode.POSTGRES_UNREACHABLE,
                where + " does not answer: " + why,
                "check that this PgBouncer runs and that the address of its console is right");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
