/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.topology.ZNodeChange;
import io.drover.topology.ZNodeData;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperSession;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;

/** All znodes, to see whether anything was written: each with the transaction that wrote it, and its content. */
final class ZkTree {
    private final ZooKeeperClient client;

    ZkTree(ZooKeeperClient client) {
        this.client = client;
    }

    Map<String, String> read() {
        Map<String, String> found = new TreeMap<>();
        read("/", found);
        return found;
    }

    private void read(String path, Map<String, String> found) {
        Optional<ZNodeData> data = answer(session().read(path));
        data.ifPresent(znode ->
                found.put(path, znode.stat().mzxid() + " " + new String(znode.bytes(), StandardCharsets.UTF_8)));
        for (String child : answer(session().children(path))) {
            read((path.equals("/") ? "" : path) + "/" + child, found);
        }
    }

    /** Gives a znode the content back that it had when it was read, also one that is gone. */
    void putBack(String path, String read) {
        byte[] content = read.substring(read.indexOf(' ') + 1).getBytes(StandardCharsets.UTF_8);
        ZNodeChange change = answer(session().read(path)).isPresent()
                ? new ZNodeChange.Set(path, content, -1)
                : new ZNodeChange.Create(path, content);
        answer(session().transact(List.of(change)));
    }

    /** Deletes a znode that has none below it. */
    void delete(String path) {
        answer(session().delete(path, -1));
    }

    private ZooKeeperSession session() {
        try {
            return client.session();
        } catch (KeeperException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T answer(CompletableFuture<T> future) {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
