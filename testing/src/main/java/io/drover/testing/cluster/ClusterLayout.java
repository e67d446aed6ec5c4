/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The addresses of one cluster: the usual ports where they are free. */
record ClusterLayout(int zookeeperPort, List<ClusterController> controllers, List<ClusterNode> nodes, int shardPort) {
    private static final int ZOOKEEPER_PORT = 2181;
    private static final int CONTROLLER_PORT = 8080;
    private static final int AGENT_PORT = 8090;
    private static final int SHARD_PORT = 5433;
    // a node of its own has an address of its own, and all of 127.0.0.0/8 is this machine
    private static final int FIRST_NODE_ADDRESS = 21;

    static ClusterLayout choose(Path directory, boolean usualPorts) {
        Ports ports = new Ports(usualPorts);
        List<String> self = List.of(ClusterController.HOST);
        int zookeeper = ports.choose(ZOOKEEPER_PORT, self);
        List<ClusterController> controllers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int rest = ports.choose(CONTROLLER_PORT + 2 * i, self);
            controllers.add(
                    new ClusterController("c" + (i + 1), rest, ports.choose(CONTROLLER_PORT + 2 * i + 1, self)));
        }
        List<String> names = List.of("node_a", "node_b", "node_c");
        List<String> hosts = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            hosts.add("127.0.0." + (FIRST_NODE_ADDRESS + i));
        }
        int agent = ports.choose(AGENT_PORT, hosts);
        int admin = ports.choose(AGENT_PORT + 1, hosts);
        int shard = ports.choose(SHARD_PORT, hosts);
        List<ClusterNode> nodes = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            nodes.add(new ClusterNode(
                    new NodeId(names.get(i)), hosts.get(i), agent, admin, directory.resolve(names.get(i))));
        }
        return new ClusterLayout(zookeeper, List.copyOf(controllers), List.copyOf(nodes), shard);
    }

    String zookeeperAddress() {
        return ClusterController.HOST + ":" + zookeeperPort;
    }
}
