/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The addresses of one cluster: the usual ports where they are free. */
record ClusterLayout(
        List<Server> zookeepers, List<ClusterController> controllers, List<ClusterNode> nodes, int shardPort) {
    static final List<String> CONTROLLERS = List.of("c1", "c2");
    static final List<String> NODES = List.of("node_a", "node_b", "node_c");

    private static final int ZOOKEEPER_PORT = 2181;
    private static final int CONTROLLER_PORT = 8080;
    private static final int AGENT_PORT = 8090;
    private static final int SHARD_PORT = 5433;
    // a node of its own has an address of its own, and all of 127.0.0.0/8 is this machine
    private static final int FIRST_NODE_ADDRESS = 21;

    /** A ZooKeeper server. */
    record Server(String id, String host, int port) {}

    /** On addresses of loopback, beside whatever else this machine runs. */
    static ClusterLayout choose(Path directory, boolean usualPorts, boolean tls) {
        Ports ports = new Ports(usualPorts);
        return choose(
                directory,
                ClusterShape.LOOPBACK.zookeeperIds(),
                daemon -> NODES.contains(daemon)
                        ? "127.0.0." + (FIRST_NODE_ADDRESS + NODES.indexOf(daemon))
                        : ClusterController.LOOPBACK,
                ports::choose,
                tls);
    }

    /** In namespaces, where every port is free. */
    static ClusterLayout within(ClusterNetwork network, Path directory, List<String> zookeepers, boolean tls) {
        return choose(directory, zookeepers, network::host, (preferred, hosts) -> preferred, tls);
    }

    private static ClusterLayout choose(
            Path directory, List<String> zookeepers, Function<String, String> host, PortChoice ports, boolean tls) {
        List<Server> servers = new ArrayList<>();
        for (String id : zookeepers) {
            servers.add(new Server(id, host.apply(id), ports.choose(ZOOKEEPER_PORT, List.of(host.apply(id)))));
        }
        List<ClusterController> controllers = new ArrayList<>();
        for (String id : CONTROLLERS) {
            int usual = CONTROLLER_PORT + 2 * controllers.size();
            String at = host.apply(id);
            int rest = ports.choose(usual, List.of(at));
            controllers.add(new ClusterController(id, at, rest, ports.choose(usual + 1, List.of(at)), tls));
        }
        List<String> hosts = NODES.stream().map(host).toList();
        int agent = ports.choose(AGENT_PORT, hosts);
        int admin = ports.choose(AGENT_PORT + 1, hosts);
        int shard = ports.choose(SHARD_PORT, hosts);
        List<ClusterNode> nodes = NODES.stream()
                .map(name ->
                        new ClusterNode(new NodeId(name), host.apply(name), agent, admin, directory.resolve(name), tls))
                .toList();
        return new ClusterLayout(List.copyOf(servers), List.copyOf(controllers), nodes, shard);
    }

    /** All servers, as clients write them. */
    String zookeeperAddress() {
        return zookeepers.stream()
                .map(server -> server.host() + ":" + server.port())
                .collect(Collectors.joining(","));
    }

    private interface PortChoice {
        int choose(int preferred, List<String> hosts);
    }
}
