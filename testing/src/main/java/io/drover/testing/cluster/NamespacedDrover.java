/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.daemon.Drover;
import java.util.Arrays;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** Production's program where each daemon has a network namespace. A role {@code zookeeper} is a server of an ensemble. */
public final class NamespacedDrover {
    private NamespacedDrover() {}

    /**
     * Runs a daemon.
     *
     * @param arguments its id, its role and its configuration
     */
    public static void main(String[] arguments) throws Exception {
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        if (rest[0].equals("zookeeper")) {
            runZooKeeper(rest[1]);
        } else {
            Drover.main(rest);
        }
    }

    /** Runs a server of an ensemble until it is ended. */
    public static void runZooKeeper(String configuration) {
        System.setProperty("zookeeper.admin.enableServer", "false");
        System.setProperty("zookeeper.4lw.commands.whitelist", "srvr,ruok");
        QuorumPeerMain.main(new String[] {configuration});
    }
}
