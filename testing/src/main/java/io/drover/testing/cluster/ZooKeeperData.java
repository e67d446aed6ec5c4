/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** What the one ZooKeeper server of a cluster has on its disk, to be taken back to an earlier time or away. */
public final class ZooKeeperData {
    /** The server's id, and the directory of its data. */
    private static final String SERVER = "zookeeper";

    private final LocalCluster cluster;
    private final Path data;
    private final Path saved;

    /** The data of a cluster with one server. */
    public ZooKeeperData(LocalCluster cluster) {
        this.cluster = cluster;
        this.data = cluster.directory().resolve(SERVER);
        this.saved = cluster.directory().resolve(SERVER + "-saved");
    }

    /** Keeps what ZooKeeper holds; returns when the cluster is healthy again. */
    public void save() {
        copy(data, saved);
    }

    /** Takes ZooKeeper back to what was saved; returns when the cluster is healthy again. */
    public void restore() {
        copy(saved, data);
    }

    /** Takes everything from it; returns when the cluster is healthy again. */
    public void empty() {
        cluster.kill(SERVER);
        delete(data);
        cluster.osUser().directory(data, "rwxr-xr-x");
        start();
    }

    private void copy(Path from, Path to) {
        cluster.kill(SERVER);
        delete(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                // with its owner, or the server could not write there
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy what ZooKeeper holds", e);
        }
        start();
    }

    private void start() {
        cluster.restart(SERVER);
        cluster.waitHealthy();
    }

    private static void delete(Path root) {
        try {
            DirectoryTree.delete(root);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + root, e);
        }
    }
}
