/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static java.util.Objects.requireNonNull;

import io.drover.api.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All of a {@link MiniCluster} that a call could change, as text: what agents remember, disks, servers, ZooKeeper. */
final class WorldText {
    private WorldText() {}

    static Map<String, String> of(MiniCluster cluster) {
        Map<String, String> world = new TreeMap<>();
        for (NodeId node : List.of(A, B)) {
            FakeStateFiles files = requireNonNull(cluster.files.get(node), "no files");
            files.names().forEach(name -> world.put(node + " remembers " + name, text(files, name)));
            FakeHost host = cluster.world.host(node.value());
            cluster.world.look(() -> {
                host.directories.forEach((path, directory) -> world.put(node + ":" + path, describe(directory)));
                return true;
            });
        }
        world.put("servers", cluster.world.running().toString());
        cluster.zooKeeper.paths().forEach(path -> world.put("znode " + path, content(cluster, path)));
        return world;
    }

    private static String content(MiniCluster cluster, String path) {
        return cluster.zooKeeper
                .content(path)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("gone meanwhile");
    }

    private static String text(FakeStateFiles files, String name) {
        try {
            return new String(files.read(name), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String describe(FakeDirectory directory) {
        return Stream.of(
                        directory.autoConf,
                        directory.slots.names(),
                        directory.timeline,
                        directory.state,
                        directory.standbySignal,
                        directory.rewindLogin,
                        directory.history,
                        directory.program)
                .map(String::valueOf)
                .toList()
                .toString();
    }
}
