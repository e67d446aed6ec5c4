/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.DroverException;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Many clients in one process, each with a ZooKeeper session of its own for all of its shards. */
final class ClientsPart implements ChildMain.Part {
    private static final Duration SESSION = Duration.ofSeconds(30);
    private static final int AT_A_TIME = 8;

    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final List<ShardClient> followed = new ArrayList<>();

    private ClientsPart() {}

    /**
     * Starts them; returns when every one is registered and has seen all of its shards.
     *
     * @param arguments the connect string, the number of the first client, how many there are here, shards of each, and of all
     */
    static ClientsPart start(List<String> arguments) throws InterruptedException {
        int first = Integer.parseInt(arguments.get(1));
        int count = Integer.parseInt(arguments.get(2));
        int each = Integer.parseInt(arguments.get(3));
        int shards = Integer.parseInt(arguments.get(4));
        ClientsPart part = new ClientsPart();
        ExecutorService openers = Executors.newFixedThreadPool(AT_A_TIME);
        List<Future<List<ShardClient>>> opened = new ArrayList<>();
        for (int client = first; client < first + count; client++) {
            int number = client;
            opened.add(openers.submit(() -> part.open(arguments.get(0), number, each, shards)));
        }
        for (Future<List<ShardClient>> one : opened) {
            try {
                part.followed.addAll(one.get());
            } catch (ExecutionException e) {
                throw new IllegalStateException("a client could not start", e.getCause());
            }
        }
        openers.shutdown();
        if (!openers.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("BUG: clients are still being opened");
        }
        return part;
    }

    /** The shards that a client holds, by number: a window of them, so that all shards have about as many clients. */
    static List<Integer> shardsOf(int client, int each, int shards) {
        List<Integer> held = new ArrayList<>();
        for (int i = 0; i < Math.min(each, shards); i++) {
            held.add((int) (((long) client * each + i) % shards));
        }
        return held;
    }

    private List<ShardClient> open(String zookeeper, int number, int each, int shards) {
        ZooKeeperClient client =
                new OneThreadClient(ZooKeeperConnection.connect(zookeeper, SESSION), "client-" + number);
        List<ShardClient> mine = new ArrayList<>();
        for (int shard : shardsOf(number, each, shards)) {
            mine.add(ShardClient.join(client, number, shard, seen::add));
        }
        return mine;
    }

    /** {@code write FILE} writes what was seen since the last time, and answers how many lines that is; {@code missing} how many shards of how many clients are not registered. */
    @Override
    public String answer(String order) throws DroverException {
        if (order.equals("missing")) {
            return Long.toString(
                    followed.stream().filter(each -> !each.isRegistered()).count());
        }
        List<Seen> now = new ArrayList<>();
        for (Seen one = seen.poll(); one != null; one = seen.poll()) {
            now.add(one);
        }
        Seen.write(Path.of(order.substring("write ".length())), now);
        return Integer.toString(now.size());
    }
}
