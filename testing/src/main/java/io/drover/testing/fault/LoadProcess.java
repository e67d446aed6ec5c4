/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.ledger.AckFile;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.Ledger;
import io.drover.testing.ledger.LedgerOptions;
import io.drover.testing.ledger.LedgerSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;

/**
 * Writers in a process of their own, which can be killed and frozen. It takes lines: {@code begin RUN FIRST DIRECTORY} starts
 * them, numbered from FIRST, with a log for each in the directory; {@code end} ends them.
 */
final class LoadProcess {
    private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);
    private static final int READERS = 2;

    private LoadProcess() {}

    /** A load of one run. */
    interface Load {
        /** Ends it and tells how. */
        String end();
    }

    /** Makes a load. */
    interface Starter {
        /** Starts it. */
        Load start(int run, int first, Path directory);
    }

    /**
     * Runs until the standard input ends.
     *
     * @param arguments {@code kit} or {@code rogues}, the file with the password, the number of writers, the seed; the connect
     *     string of ZooKeeper, or the port and the hosts of all nodes
     */
    public static void main(String[] arguments) throws IOException {
        String password =
                Files.readString(Path.of(arguments[1]), StandardCharsets.UTF_8).strip();
        int writers = Integer.parseInt(arguments[2]);
        long seed = Long.parseLong(arguments[3]);
        if (arguments[0].equals("rogues")) {
            List<String> hosts = List.of(arguments).subList(5, arguments.length);
            RogueLoad rogues = new RogueLoad(password, hosts, Integer.parseInt(arguments[4]));
            obey(rogues::start);
            return;
        }
        ShardDataSourceConfig config = ShardDataSourceConfig.builder(arguments[4], LocalCluster.SHARD)
                .credentials(LocalCluster.USER, password)
                .name("fault-test")
                .poolSize(writers + READERS)
                .acquireTimeout(ACQUIRE_TIMEOUT)
                .sessionTimeout(SESSION_TIMEOUT)
                .warmup(LedgerSchema.WARMUP)
                .build();
        try (ShardDataSource kit = ShardDataSource.open(config)) {
            obey((run, first, directory) -> kitLoad(kit, writers, seed, run, first, directory));
        }
    }

    private static Load kitLoad(ShardDataSource kit, int writers, long seed, int run, int first, Path directory) {
        LedgerOptions options =
                new LedgerOptions(run, writers, READERS, 1000, seed, Duration.ofMillis(6), Duration.ofMillis(20));
        Ledger ledger = Ledger.start(options, kit, i -> AckFile.create(directory, first + i, AckLog.Kind.KIT));
        return () -> {
            ledger.stop();
            return ledger.errors() + " " + ledger.errorTexts();
        };
    }

    private static void obey(Starter starter) {
        say("ready");
        Load load = () -> "";
        try (Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8)) {
            while (lines.hasNextLine()) {
                String[] words = lines.nextLine().split(" ");
                if (words[0].equals("begin")) {
                    load = starter.start(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Path.of(words[3]));
                    say("begun");
                } else {
                    String how = load.end();
                    load = () -> "";
                    say("ended " + how.replace('\n', ' '));
                }
            }
        }
        load.end();
    }

    private static void say(String line) {
        System.out.println(line);
    }

    /** The log of a writer, kept in a file. */
    static AckLog log(Path directory, int writer) {
        return AckFile.create(directory, writer, AckLog.Kind.ROGUE);
    }
}
