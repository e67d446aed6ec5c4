/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a cluster consists of and how its daemons are started.
 *
 * @param zookeepers how many ZooKeeper servers
 * @param main the class that is started in place of production's own; each daemon lives in a network namespace then, and each
 *     node's data on a disk of its own in memory
 * @param clients names of further members of the network
 * @param diskMegabytes size of such a disk
 */
public record ClusterShape(int zookeepers, Optional<String> main, List<String> clients, int diskMegabytes) {
    /** One ZooKeeper server, everything on addresses of loopback, started by production's script. */
    public static final ClusterShape LOOPBACK = new ClusterShape(1, Optional.empty(), List.of(), 0);

    public ClusterShape {
        clients = List.copyOf(clients);
    }

    /** Whether each daemon has a network namespace. */
    public boolean isNamespaced() {
        return main.isPresent();
    }

    /** The ids of the ZooKeeper servers. */
    public List<String> zookeeperIds() {
        return zookeepers == 1
                ? List.of("zookeeper")
                : IntStream.rangeClosed(1, zookeepers).mapToObj(i -> "zk" + i).toList();
    }
}
