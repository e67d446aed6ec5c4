/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.api.ShardId;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The load of one run as a service of a machine of its own: a client with the kit that writes until it is told to end by SIGTERM. What its
 * writers know is in files, for whoever judges the run.
 */
final class ShardLoad {
    private static final Duration ACQUIRE_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);
    private static final int READERS = 2;
    private static final int ROWS = 1000;
    private static final long STOP_SECONDS = 70;

    private ShardLoad() {}

    /**
     * Runs.
     *
     * @param arguments a file of properties, and RUN-FIRST: the number of the run and that of its first writer here, which lies above those of
     *     a process of the same run that has died
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Properties settings = new Properties();
        try (var reader = Files.newBufferedReader(Path.of(arguments[0]), StandardCharsets.UTF_8)) {
            settings.load(reader);
        }
        String[] numbers = arguments[1].split("-");
        int run = Integer.parseInt(numbers[0]);
        int first = Integer.parseInt(numbers[1]);
        Path directory = Files.createDirectories(
                Path.of(settings.getProperty("directory")).resolve(String.valueOf(run)));
        int writers = Integer.parseInt(settings.getProperty("writers"));
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(told, ended), "end"));
        try (ShardDataSource kit = ShardDataSource.open(config(settings, writers))) {
            LedgerOptions options = new LedgerOptions(
                    run,
                    writers,
                    READERS,
                    ROWS,
                    run,
                    Duration.ofMillis(Long.parseLong(settings.getProperty("writerPauseMillis"))),
                    Duration.ofMillis(20));
            Ledger ledger = Ledger.start(options, kit, i -> AckFile.create(directory, first + i, AckLog.Kind.KIT));
            told.await();
            ledger.stop();
            Files.writeString(
                    directory.resolve("end-" + first),
                    String.join(
                            "\n",
                            "acknowledged=" + ledger.acked(),
                            "errors=" + ledger.errors(),
                            "reads=" + ledger.reads(),
                            "readErrors=" + ledger.readErrors(),
                            "texts=" + ledger.errorTexts(),
                            ""));
        } finally {
            ended.countDown();
        }
    }

    private static ShardDataSourceConfig config(Properties settings, int writers) {
        ShardDataSourceConfig.Builder builder = ShardDataSourceConfig.builder(
                        settings.getProperty("zookeeper"), new ShardId(settings.getProperty("shard")))
                .credentials(settings.getProperty("user"), secret(settings, "passwordFile"))
                .name("load")
                .poolSize(writers + READERS)
                .acquireTimeout(ACQUIRE_TIMEOUT)
                .startTimeout(START_TIMEOUT)
                .sessionTimeout(SESSION_TIMEOUT)
                .topologyFile(Path.of(settings.getProperty("directory"), "topology"))
                .warmup(LedgerSchema.WARMUP);
        if (settings.containsKey("tls.certificate")) {
            builder.zookeeperTls(
                    Path.of(settings.getProperty("tls.certificate")),
                    Path.of(settings.getProperty("tls.key")),
                    Path.of(settings.getProperty("tls.ca")));
        }
        if (settings.containsKey("credentials")) {
            builder.zookeeperAccess(
                    Path.of(settings.getProperty("credentials")), List.of(settings.getProperty("controllers")));
        }
        return builder.build();
    }

    private static String secret(Properties settings, String name) {
        try {
            return Files.readString(Path.of(settings.getProperty(name)), StandardCharsets.UTF_8)
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    private static void end(CountDownLatch told, CountDownLatch ended) {
        told.countDown();
        try {
            ended.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
