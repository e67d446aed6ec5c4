/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What {@code watch} prints of a znode that somebody writes, with a real ZooKeeper server. */
@Timeout(60)
class WatchCommandTest {
    /** The one address that programs of any language rely on. */
    private static final String ZNODE = "/topology/shard_01";

    private static final String TOPOLOGY = """
            {"v":1,"shard":"shard_01","instance":"7301234567890123456","epoch":%d,"state":"SERVING","database":"app",
             "primary":{"node":"%s","host":"127.0.0.1","port":5433},"replicas":[],"move":null,"fence":null}""";

    @Command(name = "drover")
    private static final class Main {}

    @Test
    void printsEachChangeAsItComes() throws Exception {
        StringWriter out = new StringWriter();
        try (TestingServer server = new TestingServer(true);
                ZooKeeperClient client =
                        ZooKeeperConnection.connect(server.getConnectString(), Duration.ofMinutes(1))) {
            await(() -> hasDirectory(client));
            client.session()
                    .create(ZNODE, topology(1, "node_a"), CreateMode.PERSISTENT)
                    .join();
            Thread watch = new Thread(() -> {
                CommandLine line = CommandLines.of(new Main()).setOut(new PrintWriter(out, true));
                line.execute("watch", "shard_01", "--zookeeper", server.getConnectString());
            });
            watch.start();
            awaitText(out, "shard_01 epoch 1 SERVING, primary node_a");

            client.session().set(ZNODE, topology(3, "node_b"), -1).join();

            awaitText(out, "shard_01 epoch 3 SERVING, primary node_b");
            watch.interrupt();
            watch.join();
        }
    }

    private static byte[] topology(int epoch, String primary) {
        return TOPOLOGY.formatted(epoch, primary).getBytes(StandardCharsets.UTF_8);
    }

    /** On a slow machine it is made only after the connecting has returned. */
    private static boolean hasDirectory(ZooKeeperClient client) {
        try {
            return client.session().read("/topology").join().isPresent();
        } catch (KeeperException | CompletionException e) {
            return false;
        }
    }

    private static void awaitText(StringWriter out, String text) {
        await(() -> out.toString().contains(text));
        assertThat(out.toString()).contains(text);
    }

    private static void await(BooleanSupplier fact) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!fact.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
