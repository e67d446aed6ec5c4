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

    private final LocalCluster cluster;
    private final PoolerSite site;
    private final Path directory;
    private @Nullable Process process;
    private @Nullable Path logs;
    private int runs;
    private long errors;

    private PgbenchLoad(LocalCluster cluster, PoolerSite site, Path directory) {
        this.cluster = cluster;
        this.site = site;
        this.directory = directory;
    }

    /** Starts PgBouncer; pgbench runs around each switch only. */
    static PgbenchLoad start(Ground ground) {
        try {
            Path directory = Files.createTempDirectory(ground.cluster().directory(), "pgbench");
            Files.writeString(directory.resolve("script"), SCRIPT);
            return new PgbenchLoad(ground.cluster(), Poolers.start(ground), directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare pgbench", e);
        }
    }

    @Override
    public void prepare() {
        end();
        try {
            Path run = Files.createDirectory(directory.resolve("run" + ++runs));
            ProcessBuilder builder = new ProcessBuilder(List.of(
                            "pgbench",
                            "--no-vacuum",
                            "--protocol=simple",
                            "--client=" + CLIENTS,
                            "--jobs=2",
                            "--time=" + RUN.toSeconds(),
                            "--log",
                            "--log-prefix=" + run.resolve("log"),
                            "--file=" + directory.resolve("script"),
                            "--host=127.0.0.1",
                            "--port=" + site.port(),
                            "--username=" + LocalCluster.USER,
                            LocalCluster.DATABASE))
                    .redirectErrorStream(true)
                    .redirectOutput(run.resolve("output").toFile());
            builder.environment().put("PGPASSWORD", cluster.password());
            process = builder.start();
            logs = run;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start pgbench", e);
        }
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
