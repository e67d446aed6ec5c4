/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import io.drover.api.Json;
import io.drover.api.NodeInfo;
import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes {@code endpoints.json}: how to reach, kill and start again every part of the cluster. */
final class EndpointsFile {
    private final LocalCluster cluster;
    private final Path file;
    private byte[] written = {};

    EndpointsFile(LocalCluster cluster) {
        this.cluster = cluster;
        this.file = cluster.controlDirectory().resolve("endpoints.json");
        // the processes that it names end with this one
        file.toFile().deleteOnExit();
    }

    record Endpoints(
            String rest,
            String zookeeper,
            long zookeeperPid,
            List<String> zookeeperStart,
            @Nullable String zookeeperAuth,
            List<Controller> controllers,
            List<Node> nodes,
            List<Shard> shards,
            String token,
            String directory) {}

    record Controller(String id, long pid, String rest, String admin, List<String> start) {}

    record Node(
            String id,
            String host,
            String agent,
            String admin,
            long pid,
            List<String> start,
            List<Instance> instances) {}

    record Instance(String shard, String dataDir, String socketDir) {}

    record Shard(String id, String database, String user, String password, int port) {}

    Path path() {
        return file;
    }

    /** Writes the file when something has changed: another process id, another instance. */
    void refresh() {
        Endpoints now = endpoints(cluster.rest().nodes());
        byte[] content = Json.bytes(now);
        if (!Arrays.equals(content, written)) {
            write(now);
            written = content;
        }
    }

    private Endpoints endpoints(List<NodeInfo> infos) {
        List<ClusterController> controllers = cluster.controllers();
        return new Endpoints(
                controllers.get(0).rest(),
                cluster.zookeeper(),
                cluster.pid("zookeeper"),
                cluster.startCommand("zookeeper"),
                null,
                controllers.stream().map(this::controller).toList(),
                cluster.nodes().stream().map(node -> node(node, infos)).toList(),
                List.of(new Shard(
                        LocalCluster.SHARD.value(),
                        LocalCluster.DATABASE,
                        LocalCluster.USER,
                        cluster.password(),
                        cluster.shardPort())),
                cluster.token(),
                cluster.directory().toString());
    }

    private Controller controller(ClusterController controller) {
        return new Controller(
                controller.id(),
                cluster.pid(controller.id()),
                controller.rest(),
                controller.admin(),
                cluster.startCommand(controller.id()));
    }

    private Node node(ClusterNode node, List<NodeInfo> infos) {
        List<Instance> instances = infos.stream()
                .filter(info -> info.id().equals(node.id()))
                .flatMap(info -> info.instances().stream())
                .flatMap(instance -> instance.shards().stream()
                        .map(shard -> new Instance(shard.value(), instance.dataDir(), instance.socketDir())))
                .toList();
        String id = node.id().value();
        return new Node(
                id, node.host(), node.agent(), node.admin(), cluster.pid(id), cluster.startCommand(id), instances);
    }

    private void write(Endpoints endpoints) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(next);
            // it holds the token and a password
            Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(next, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(endpoints));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
