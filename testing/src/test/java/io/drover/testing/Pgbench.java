/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.cluster.LocalCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** pgbench through a pooler: an insert and an update in each transaction, and a row for each that was committed. */
final class Pgbench implements AutoCloseable {
    private static final Pattern PROCESSED = Pattern.compile("number of transactions actually processed: (\\d+)");
    private static final Duration END = Duration.ofMinutes(1);

    private final Process process;
    private final CompletableFuture<String> output;
    private final Duration time;

    private Pgbench(Process process, Duration time) {
        this.process = process;
        this.time = time;
        this.output = CompletableFuture.supplyAsync(() -> {
            try {
                return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                return "not read: " + e;
            }
        });
    }

    /** Makes its tables anew, on the primary. */
    static void prepare(LocalCluster cluster) throws SQLException {
        try (Connection connection = cluster.connectToPrimary();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists pooled, pooled_sum");
            statement.execute("create table pooled (client int, n int)");
            statement.execute("create table pooled_sum (client int primary key, n bigint)");
            statement.execute("insert into pooled_sum select c, 0 from generate_series(0, 99) c");
        }
    }

    /** Runs for so long, with a limited rate: what is tested here is not how fast it is. */
    static Pgbench start(int port, String password, Path directory, Duration time) throws IOException {
        Path script = Files.writeString(directory.resolve("pgbench.sql"), """
                \\set x random(1, 1000)
                BEGIN;
                INSERT INTO pooled (client, n) VALUES (:client_id, :x);
                UPDATE pooled_sum SET n = n + :x WHERE client = :client_id;
                END;
                """);
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "pgbench",
                        "--no-vacuum",
                        "--protocol=simple",
                        "--client=12",
                        "--jobs=2",
                        "--rate=300",
                        "--time=" + time.toSeconds(),
                        "--file=" + script,
                        "--host=127.0.0.1",
                        "--port=" + port,
                        "--username=" + LocalCluster.USER,
                        LocalCluster.DATABASE))
                .redirectErrorStream(true);
        builder.environment().put("PGPASSWORD", password);
        return new Pgbench(builder.start(), time);
    }

    /** Waits for its end: no transaction has failed, and each that it counts is there, once. */
    void assertNothingFailed(LocalCluster cluster) throws Exception {
        assertThat(process.waitFor(time.plus(END).toMillis(), TimeUnit.MILLISECONDS))
                .as("pgbench has ended")
                .isTrue();
        String text = output.get(END.toMillis(), TimeUnit.MILLISECONDS);
        Files.writeString(cluster.controlDirectory().resolve("pgbench-" + process.pid() + ".log"), text);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text).contains("number of failed transactions: 0 (").doesNotContain("aborted");
        Matcher processed = PROCESSED.matcher(text);
        assertThat(processed.find()).as(text).isTrue();
        long count = Long.parseLong(processed.group(1));
        assertThat(count).isGreaterThan(500);
        try (Connection connection = cluster.connectToPrimary();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select count(*), sum(n), (select sum(n) from pooled_sum) from pooled")) {
            row.next();
            assertThat(row.getLong(1))
                    .as("rows of the transactions that pgbench counts")
                    .isEqualTo(count);
            assertThat(row.getLong(2)).isEqualTo(row.getLong(3));
        }
    }

    boolean isRunning() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
