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
 * @param emulation what is slower than this machine, or empty; needs namespaces
 */
public record ClusterShape(
        int zookeepers, Optional<String> main, List<String> clients, int diskMegabytes, Optional<Emulation> emulation) {
    /** One ZooKeeper server, everything on addresses of loopback, started by production's script. */
    public static final ClusterShape LOOPBACK = new ClusterShape(1, Optional.empty(), List.of(), 0);

    /** One as fast as this machine. */
    public ClusterShape(int zookeepers, Optional<String> main, List<String> clients, int diskMegabytes) {
        this(zookeepers, main, clients, diskMegabytes, Optional.empty());
    }

    public ClusterShape {
        clients = List.copyOf(clients);
    }

    /** An ensemble and nodes with slow disks on a slow network; who uses it sits in this machine's own namespace. */
    public static ClusterShape slow(Emulation emulation, int diskMegabytes) {
        return new ClusterShape(
                3, Optional.of(NamespacedDrover.class.getName()), List.of(), diskMegabytes, Optional.of(emulation));
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
