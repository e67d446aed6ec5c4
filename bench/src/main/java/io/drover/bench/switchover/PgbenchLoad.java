/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Observed;
import io.drover.bench.ObservedLoad;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.PoolerSite;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code pgbench -c 16} through PgBouncer, one run around each switch: an insert and an update in each transaction, as fast as they are
 * acknowledged. When each was, its log tells to the microsecond, but only when it has ended.
 */
final class PgbenchLoad implements ObservedLoad {
    /** As the goal has it. */
    static final int CLIENTS = 16;

    private static final Duration RUN = Duration.ofSeconds(20);
    private static final Duration END_LIMIT = Duration.ofMinutes(1);
    private static final Duration MARGIN = Duration.ofSeconds(2);
    private static final String SCRIPT = """
            \\set id random(1, 1000)
            BEGIN;
            INSERT INTO ledger (run, writer, seq, note) VALUES (1, :client_id, 0, 'pgbench');
            UPDATE account SET balance = balance + 1 WHERE id = :id;
            END;
            """;

    /** So long that all of the pool's logins, one by one, are done before the first client gives its session back. */
    private static final Duration FILL = Duration.ofSeconds(10);

    private static final Duration FILL_OF_A_SESSION = Duration.ofMillis(40);

    private final LocalCluster cluster;
    private final PoolerSite site;
    private final Path directory;
    private final int sessions;
    private @Nullable Process process;
    private @Nullable Path logs;
    private int runs;
    private long errors;

    /** Makes one that opens so many sessions on the primary before each run; none for as many as its clients need. */
    private PgbenchLoad(LocalCluster cluster, PoolerSite site, Path directory, int sessions) {
        this.cluster = cluster;
        this.site = site;
        this.directory = directory;
        this.sessions = sessions;
    }

    /** Starts PgBouncer; pgbench runs around each switch only. */
    static PgbenchLoad start(Ground ground) {
        try {
            Path directory = Files.createTempDirectory(ground.cluster().directory(), "pgbench");
            Files.writeString(directory.resolve("script"), SCRIPT);
            int sessions = ground.idle() > 0 ? ground.sessions() : 0;
            Duration fill = FILL.plus(FILL_OF_A_SESSION.multipliedBy(sessions));
            Files.writeString(directory.resolve("fill"), "SELECT pg_sleep(" + fill.toSeconds() + ");\n");
            return new PgbenchLoad(ground.cluster(), Poolers.start(ground), directory, sessions);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare pgbench", e);
        }
    }

    @Override
    public void prepare() {
        end();
        try {
            Path run = Files.createDirectory(directory.resolve("run" + ++runs));
            if (sessions > 0) {
                fill(run.resolve("fill-output"));
            }
            process = start(
                    run.resolve("output"),
                    List.of(
                            "--client=" + CLIENTS,
                            "--jobs=2",
                            "--time=" + RUN.toSeconds(),
                            "--log",
                            "--log-prefix=" + run.resolve("log"),
                            "--file=" + directory.resolve("script")));
            logs = run;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start pgbench", e);
        }
    }

    /**
     * PgBouncer opens a server connection when a client needs one and none is free: a quarter more clients than that, of which each process
     * gets its share by chance, and all at once. Its {@code min_pool_size} keeps what is there, but opens three in a second.
     */
    private void fill(Path output) throws IOException {
        Process filling = start(
                output,
                List.of("--client=" + sessions * 5 / 4, "--transactions=1", "--file=" + directory.resolve("fill")));
        try {
            Duration limit = FILL.plus(FILL_OF_A_SESSION.multipliedBy(sessions))
                    .multipliedBy(2)
                    .plus(END_LIMIT);
            Waiting.until("pgbench has filled the pools", limit, () -> !filling.isAlive());
        } finally {
            filling.destroyForcibly();
        }
    }

    private Process start(Path output, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of("pgbench", "--no-vacuum", "--protocol=simple"));
        command.addAll(options);
        command.addAll(List.of(
                "--host=127.0.0.1", "--port=" + site.port(), "--username=" + LocalCluster.USER, LocalCluster.DATABASE));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PGPASSWORD", cluster.password());
        return builder.start();
    }

    @Override
    public Observed observed(long fence, long serving) {
        Process running = process;
        Path run = logs;
        if (running == null || run == null) {
            throw new IllegalStateException("pgbench was not started before the switch");
        }
        Waiting.until("pgbench has ended", RUN.plus(END_LIMIT), () -> !running.isAlive());
        try {
            String output = Files.readString(run.resolve("output"));
            PgbenchLog log = PgbenchLog.parse(lines(run), nanosAtEpoch());
            errors += log.failed() + PgbenchLog.aborted(output);
            if (log.end() - (serving + MARGIN.toNanos()) < 0) {
                throw new IllegalStateException(
                        "pgbench ended before two seconds had passed after the switch: " + output);
            }
            return Observed.between(log.clients(), fence, serving, MARGIN, log.end());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what pgbench has written to " + run, e);
        }
    }

    @Override
    public long errors() {
        return errors;
    }

    @Override
    public void close() {
        try {
            end();
        } finally {
            site.close();
        }
    }

    private void end() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            Waiting.until("pgbench has ended", END_LIMIT, () -> !running.isAlive());
        }
    }

    private static List<String> lines(Path run) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(run)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("log"))
                    .toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static long nanosAtEpoch() {
        return System.nanoTime() - System.currentTimeMillis() * 1_000_000;
    }
}
